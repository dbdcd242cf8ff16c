/**
 * The core a process runs on, and how many descriptors it may open. With two cores and `taskset`, servers run on one core and
 * the generator on another, so that they don't compete for time. The descriptor limit is raised as far as the system
 * allows.
 */

/** The core of the servers, and the core of the generator. */
export const CORE = { server: "0", generator: "1" } as const;

const RAISE_LIMIT = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"';

/** The command prefix for as many descriptors as possible. It uses `exec`, so the process started is the command itself. */
export const withAllDescriptors: readonly string[] = ["sh", "-c", RAISE_LIMIT, "sh"];

/** The command prefix for a core, and as many descriptors as possible. */
export async function pinnedTo(core: keyof typeof CORE): Promise<readonly string[]> {
  return await canPin() ? ["taskset", "-c", CORE[core], ...withAllDescriptors] : withAllDescriptors;
}

/** Whether processes can be pinned to separate cores. */
export async function canPin(): Promise<boolean> {
  return navigator.hardwareConcurrency > 1 &&
    await firstLine("taskset", "-c", `${CORE.server},${CORE.generator}`, "true") !== undefined;
}

/** The number of descriptors that a process may open. */
export async function descriptorLimit(): Promise<number> {
  return Number(await firstLine("sh", "-c", "ulimit -Hn")) || Infinity;
}

/** The first line that a command prints. `undefined` if it is not installed or fails. */
export async function firstLine(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).split("\n")[0] : undefined;
  } catch {
    return undefined; // No such program.
  }
}
