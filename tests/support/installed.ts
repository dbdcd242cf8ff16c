/** Programs that some tests need, and that Debian has in its packages. */

/** A program, and what is missing without it. */
export interface Needed {
  /** Of Debian. */
  readonly name: string;
  readonly program?: string;
  /** What makes it answer and end. */
  readonly args?: readonly string[];
  /** What is skipped without it, as the rest of a sentence. */
  readonly skipped: string;
}

/** Whether a program succeeds; `undefined` where there is none of that name. */
export async function succeeds(
  program: string,
  args: readonly string[],
): Promise<boolean | undefined> {
  const command = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" });
  try {
    return (await command.output()).success;
  } catch {
    return undefined; // That is thrown at once, and not by the promise.
  }
}

/** Whether it is installed; if not, one line says what is skipped, and in CI that is a failure. */
export async function isInstalled(
  { name, program = name, args = ["--version"], skipped }: Needed,
): Promise<boolean> {
  if (await succeeds(program, args) !== undefined) return true;
  if (Deno.env.get("CI")) throw new Error(`Cannot test: Debian's ${name} is not installed`);
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log(`${name} is not installed: ${skipped}.`);
  return false;
}
