/** Everything that is measured of calls, in one run. */

import { isCoturnThere } from "../support/coturn.ts";
import { CALL_PROFILES, measureRelays } from "./call_measurement.ts";
import { callTables } from "./call_tables.ts";
import { CORE, firstLine } from "./cpu_pinning.ts";
import { compileDatagramLoad } from "./datagram_load.ts";
import { measureText } from "./media_and_text.ts";
import { medians } from "./medians.ts";
import type { Part } from "./part.ts";
import { measureStreams, type StreamFigures } from "./stream_load.ts";

/** Switches that restrict the measurement to parts of it. The tables are then incomplete. */
export const CALL_SWITCHES: readonly string[] = ["--cost", "--streams", "--text"];

const RECEIVE_BUFFER = "/proc/sys/net/core/rmem_default";

/** Measures and returns the tables. `args` may restrict it: `--quick`, and {@linkcode CALL_SWITCHES}. */
async function measureCalls(
  args: readonly string[],
  note: (line: string) => void,
): Promise<string> {
  await firstLine("taskset", "-a", "-c", "-p", CORE.generator, `${Deno.pid}`);
  const generator = await compileDatagramLoad();
  if (generator === undefined) return "Calls were not measured: gcc is not installed.";
  const profile = CALL_PROFILES[args.includes("--quick") ? "quick" : "full"];
  const parts = CALL_SWITCHES.filter((part) => args.includes(part));
  const includes = (part: string): boolean => parts.length === 0 || parts.includes(part);
  const names = await isCoturnThere() ? ["ours", "coturn"] as const : ["ours"] as const;
  const relays = includes("--cost")
    ? await measureRelays(generator, profile, names, note)
    : new Map();
  const streams = new Map<string, StreamFigures>();
  for (const kind of includes("--streams") ? ["TCP", "TLS"] as const : []) {
    const turns: StreamFigures[] = [];
    for (let turn = 0; turn < profile.repetitions; turn++) {
      turns.push(await measureStreams(kind, profile));
      note(`${kind}: ${JSON.stringify(turns.at(-1))}`);
    }
    streams.set(kind, medians(turns));
  }
  const text = includes("--text") ? await measureText(generator, profile, note) : new Map();
  const receiveBuffer = Number(await firstLine("cat", RECEIVE_BUFFER)).toLocaleString("en");
  return callTables({ relays, streams, text, receiveBuffer });
}

/** The relay of calls, next to coturn. It pins this process to the core of the generator, so it has to come last. */
export const CALLS: Part = {
  name: "calls",
  document: "docs/benchmarks.md",
  programs: "none",
  measure: async ({ args, note }) => ({ tables: await measureCalls(args, note) }),
};
