/** The stalls of the event loop with ten thousand people, as a table: runs `stall_server.ts` and reads what it prints. */

import { pinnedTo } from "./cpu_pinning.ts";
import { table } from "./markdown_table.ts";
import type { Part } from "./part.ts";

/** How many people are connected. */
const PEOPLE = 10_000;

/** Measures every event once, and returns milliseconds by event. */
async function measureStalls(): Promise<Map<string, number>> {
  const script = new URL("stall_server.ts", import.meta.url).pathname;
  const flags = ["--allow-all", "--v8-flags=--max-semi-space-size=2"];
  const [program = "", ...pinned] = await pinnedTo("server");
  const args = [...pinned, Deno.execPath(), "run", ...flags, script, `${PEOPLE}`];
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  if (!success) throw new Error("Cannot measure stalls: the server failed");
  const stalls: Record<string, number> = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(Object.entries(stalls));
}

/** A table with one row for each event. */
function stallsTable(stalls: ReadonlyMap<string, number>): string {
  return table(
    ["event", "longest stretch, ms"],
    [...stalls].map(([event, ms]) => [event, ms.toFixed(0)]),
  );
}

export const STALLS: Part = {
  name: "stalls",
  document: "docs/scaling.md",
  programs: "none",
  measure: async () => ({ tables: stallsTable(await measureStalls()) }),
};
