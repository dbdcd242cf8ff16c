/** Programs that some tests need, available as Debian packages. */

export interface Needed {
  /** The Debian package. */
  readonly name: string;
  readonly program?: string;
  /** Arguments that make it print something and exit. */
  readonly args?: readonly string[];
  /** The tests that are skipped without it, to end a sentence. */
  readonly skipped: string;
}

/** Whether a program succeeds. `undefined` if it is not installed. */
export async function succeeds(
  program: string,
  args: readonly string[],
): Promise<boolean | undefined> {
  const command = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" });
  try {
    return (await command.output()).success;
  } catch {
    return undefined; // A missing program throws here, synchronously.
  }
}

/** Whether a program is installed. If not, one line says which tests are skipped. In CI, it is a failure. */
export async function isInstalled(
  { name, program = name, args = ["--version"], skipped }: Needed,
): Promise<boolean> {
  if (await succeeds(program, args) !== undefined) return true;
  if (Deno.env.get("CI")) throw new Error(`Cannot test: Debian's ${name} is not installed`);
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log(`${name} is not installed: ${skipped}.`);
  return false;
}
