/** Everything that is measured of crowds, in one run. */

import { type CrowdFigures, measureCrowd, SIZES } from "./crowd_measurement.ts";
import { crowdTable } from "./crowd_tables.ts";
import { type WayName, WAYS, type WaySize } from "./crowd_way.ts";
import type { Part } from "./part.ts";

/** The part of the people in a quick run. */
const QUICK = 1 / 20;

/** Restricts the ways that are measured. */
export const WAYS_SWITCH = "--ways=";

/** The ways that the arguments name, as in `--ways=process,cluster`; all of them by default. Throws for another name. */
export function waysIn(args: readonly string[]): readonly WayName[] {
  const argument = args.find((arg) => arg.startsWith(WAYS_SWITCH));
  if (argument === undefined) return WAYS;
  return argument.slice(WAYS_SWITCH.length).split(",").map((name) => {
    const way = WAYS.find((one) => one === name);
    if (way === undefined) {
      throw new Error(`Cannot measure ${name}: the ways are ${WAYS.join(", ")}`);
    }
    return way;
  });
}

/** Crowds of up to 100,000 people. A quick run has a twentieth of them. */
export const CROWD: Part = {
  name: "crowd",
  document: "docs/scaling.md",
  programs: "none",
  placement: "the servers and the visitors share the cores",
  measure: async ({ args, note }) => {
    const figures = new Map<WayName, CrowdFigures>();
    for (const way of waysIn(args)) {
      figures.set(way, await measureCrowd(way, sizeOf(way, args.includes("--quick")), note));
    }
    return { tables: crowdTable(figures) };
  },
};

function sizeOf(way: WayName, isQuick: boolean): WaySize {
  const { people, share } = SIZES[way];
  return { people: isQuick ? people * QUICK : people, share };
}
