/** Something that happens to the program in a soak test, with what the program promises about it. */

import { delay } from "../../server/base/timeout.ts";
import { SECOND } from "../../server/base/clock.ts";
import type { SoakedProgram, Surroundings } from "./soaked_program.ts";

/** What a fault happens to. */
export interface Scene {
  readonly target: SoakedProgram;
  /** Decides about a fault, and nothing else does. So the same seed gives the same faults. */
  readonly random: () => number;
}

/** A kind of fault. */
export interface Fault {
  readonly name: string;
  /** What must hold during the fault and afterwards, besides the invariants of the soak test. */
  readonly promise: string;
  /** Whether it can happen. Always, if it is missing. */
  readonly isPossible?: (surroundings: Surroundings) => boolean;
  /** Causes the fault, checks the promise and removes the fault. Rejects if the promise is broken. */
  readonly happen: (scene: Scene) => Promise<void>;
}

/** Waits for a random time, in seconds. */
export async function pause({ random }: Scene, from: number, to: number): Promise<void> {
  await delay((from + random() * (to - from)) * SECOND);
}
