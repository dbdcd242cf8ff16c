/** All parts of the benchmark, in the order in which a run measures them. */

import { CALLS } from "./call_bench.ts";
import { CROWD } from "./crowd_bench.ts";
import { COMPARISON_PARTS } from "./comparison_parts.ts";
import { PAIRING } from "./pairing.ts";
import { FIRST_MESSAGE } from "./first_message.ts";
import type { Part } from "./part.ts";
import { RESTART } from "./restart.ts";
import { STALLS } from "./stalls.ts";

/** What a run without a switch measures: everything in docs/benchmarks.md. */
export const USUAL_PARTS: readonly Part[] = [...COMPARISON_PARTS, RESTART, CALLS];

/** What a switch can select. `CALLS` has to be the last. */
export const PARTS: readonly Part[] = [STALLS, PAIRING, CROWD, FIRST_MESSAGE, ...USUAL_PARTS];
