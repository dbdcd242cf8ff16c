/**
 * Whether media slows the chat: the latency of text pairs while the relay is idle, while it carries calls, and while it
 * is flooded. Idle and loaded measurements alternate in one run.
 */

import { delay } from "../../server/base/timeout.ts";
import { openCalls, startProgram } from "./call_setup.ts";
import { CALL_RATE, lossOf } from "./call_measurement.ts";
import { datagramLoad, type DatagramReport, type DatagramTask } from "./datagram_load.ts";
import { type Figures, medians } from "./medians.ts";
import { type Latency, TextPairs } from "./text_latency.ts";

/** Calls beside the text pairs. */
const CALLS = 50;
const TEXT_PAIRS = 8;
/** What one person sends in a flood, in packets per second: ten times the budget. */
const FLOOD_RATE = 3_400;
/** Datagrams per second that are no message of TURN, more than the system can deliver. */
const GARBAGE_RATE = 400_000;
/** The generator's warm-up, in seconds. Latency is not measured during it. */
const WARM_UP = 2;

/** How long the generator measures and waits in each period, in seconds. */
const PERIOD = 0.65;

/** Latencies in milliseconds, `loss` from 0 to 1, `busy` is the share of a core that the program uses. */
export interface TextFigures extends Figures, Latency {
  readonly loss: number;
  readonly busy: number;
}

/** What happens while text is measured. */
export const SCENES = [
  "idle",
  "50 calls",
  "idle again",
  "one person floods",
  "garbage floods",
] as const;
export type Scene = (typeof SCENES)[number];

/** Measures all scenes repeatedly. */
export async function measureText(
  generator: string,
  { repetitions, periods }: { readonly repetitions: number; readonly periods: number },
  note: (line: string) => void,
): Promise<Map<Scene, TextFigures>> {
  await using program = await startProgram();
  const text = await TextPairs.open(program, TEXT_PAIRS);
  const ends = await openCalls(program, CALLS, "channel");
  const garbage = { address: "127.0.0.1", port: 0, channel: 0, peer: "0.0.0.0", peerPort: 0 };
  const seconds = periods * PERIOD;
  const time = { warmUp: WARM_UP, periods };
  const load = (task: DatagramTask, from = ends): Promise<DatagramReport> =>
    datagramLoad(generator, program, from, task);
  const loads: Record<Scene, () => Promise<DatagramReport | undefined>> = {
    "idle": () => delay((WARM_UP + seconds) * 1000).then(() => undefined),
    "50 calls": () => load({ kind: "paced", perSecond: CALLS * CALL_RATE, bytes: "mix", ...time }),
    "idle again": () => loads.idle(),
    "one person floods": () =>
      load({ kind: "paced", perSecond: 2 * FLOOD_RATE, bytes: 1200, ...time }, ends.slice(0, 2)),
    "garbage floods": () =>
      load({ kind: "garbage", perSecond: GARBAGE_RATE, bytes: 200, ...time }, [garbage]),
  };
  const all = new Map<Scene, TextFigures[]>(SCENES.map((scene) => [scene, []]));
  for (let turn = 1; turn <= repetitions; turn++) {
    for (const scene of SCENES) {
      const figures = await measureScene(text, loads[scene], seconds);
      all.get(scene)?.push(figures);
      note(`${turn}/${repetitions} ${scene}: ${JSON.stringify(figures)}`);
    }
  }
  return new Map([...all].map(([scene, figures]) => [scene, medians(figures)]));
}

async function measureScene(
  text: TextPairs,
  load: () => Promise<DatagramReport | undefined>,
  seconds: number,
): Promise<TextFigures> {
  const loaded = load();
  await delay(WARM_UP * 1000);
  const latency = await text.measure(seconds);
  const report = await loaded;
  if (report === undefined) return { ...latency, loss: 0, busy: 0 };
  return { ...latency, loss: lossOf(report), busy: report.cpuMs / 1000 / report.seconds };
}
