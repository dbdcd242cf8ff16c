/** Runs the generator for one task and returns its report. */

import { pinnedTo } from "./cpu_pinning.ts";
import type { Reports, Target, Task } from "./task.ts";

const GENERATOR = new URL("generator.ts", import.meta.url).pathname;

/** Performs `task` against `target`, in another process and on the other core. */
export async function generate<T extends Task>(
  target: Target,
  task: T,
): Promise<Reports[T["kind"]]> {
  const deno = [Deno.execPath(), "run", "--no-prompt", "--allow-all", GENERATOR];
  const taskArgs = [JSON.stringify(target), JSON.stringify(task)];
  const [command = "", ...args] = [...await pinnedTo("generator"), ...deno, ...taskArgs];
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot measure ${task.kind}: ${decode(stderr)}`);
  return JSON.parse(decode(stdout));
}
