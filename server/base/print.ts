/** Writes text to a stream of the process, such as standard output. */

/** The part of `Deno.stdout` and `Deno.stderr` that is used. */
interface TextStream {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes text to standard output or standard error. */
export async function print(to: TextStream, text: string): Promise<void> {
  await to.write(new TextEncoder().encode(text));
}
