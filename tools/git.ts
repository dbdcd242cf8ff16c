/** What git says about a folder, for tools that also work where git is missing. */

/** The output of a git command, without the line break at its end. `undefined` if it failed or git is not installed. */
export async function git(
  folder: string | URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string | undefined> {
  try {
    const command = new Deno.Command("git", { args: [...args], env, cwd: folder, stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // Git is not installed.
    throw error;
  }
}
