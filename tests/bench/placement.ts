/**
 * Where a process runs and how much it may open: servers on one core and the generator on another, where there are two
 * and `taskset` is there, so that neither takes the other's time; and as many descriptors as the system gives.
 */

/** The core of the servers, and the other one. */
export const CORE = { server: "0", generator: "1" } as const;

const OPEN_MUCH = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"';

/** What stands before a command, each of which becomes it: the process is the one that was started. */
export async function placed(core: keyof typeof CORE): Promise<string[]> {
  const much = ["sh", "-c", OPEN_MUCH, "sh"];
  return await canPin() ? ["taskset", "-c", CORE[core], ...much] : much;
}

/** Whether processes are kept apart. */
export async function canPin(): Promise<boolean> {
  return navigator.hardwareConcurrency > 1 &&
    await firstLine("taskset", "-c", `${CORE.server},${CORE.generator}`, "true") !== undefined;
}

/** How many descriptors a process may open. */
export async function descriptors(): Promise<number> {
  return Number(await firstLine("sh", "-c", "ulimit -Hn")) || Infinity;
}

/** The first line that a command prints; `undefined` when it is not there or fails. */
export async function firstLine(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).split("\n")[0] : undefined;
  } catch {
    return undefined; // No such program.
  }
}
