/** Everything that is measured of crowds, in one run. */

import { BackgroundLoad } from "./background_load.ts";
import { type CrowdFigures, measureCrowd, SIZES } from "./crowd_measurement.ts";
import { crowdTable } from "./crowd_tables.ts";
import { type WayName, WAYS, type WaySize } from "./crowd_way.ts";
import { describeMachine } from "./machine.ts";

/** The part of the people in a quick run. */
const QUICK = 1 / 20;

const FLAG = "--crowd";

/** The ways that the arguments name: `--crowd` for all of them, or `--crowd=process,cluster`. Throws for another name. */
export function waysIn(args: readonly string[]): readonly WayName[] {
  const argument = args.find((arg) => arg === FLAG || arg.startsWith(`${FLAG}=`));
  if (argument === undefined) return [];
  if (argument === FLAG) return WAYS;
  return argument.slice(FLAG.length + 1).split(",").map((name) => {
    const way = WAYS.find((one) => one === name);
    if (way === undefined) {
      throw new Error(`Cannot measure ${name}: the ways are ${WAYS.join(", ")}`);
    }
    return way;
  });
}

/** Measures crowds in some ways, and returns the table. `--quick` does it with a twentieth of the people. */
export async function measureCrowds(
  args: readonly string[],
  note: (line: string) => void,
): Promise<string> {
  const load = new BackgroundLoad();
  const figures = new Map<WayName, CrowdFigures>();
  for (const way of waysIn(args)) {
    figures.set(way, await measureCrowd(way, sizeOf(way, args.includes("--quick")), note));
  }
  const machine = await describeMachine(
    undefined,
    new Date(),
    load.share,
    "the servers and the visitors share the cores",
  );
  return `${machine}\n\n${crowdTable(figures)}`;
}

function sizeOf(way: WayName, isQuick: boolean): WaySize {
  const { people, share } = SIZES[way];
  return { people: isQuick ? people * QUICK : people, share };
}
