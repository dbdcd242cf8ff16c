/** Writes text to a stream of the process, such as standard output. */

/** The part of `Deno.stdout` and `Deno.stderr` that is used. */
interface TextStream {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes text to standard output or standard error. A pipe may take only a part of it at a time. */
export async function print(to: TextStream, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await to.write(rest));
}
