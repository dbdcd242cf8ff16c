/** Every kind of fault, and the order in which a seed lets them happen. */

import type { Fault } from "./fault.ts";
import { MACHINE_FAULTS } from "./machine_faults.ts";
import { NETWORK_FAULTS } from "./network_faults.ts";
import { OPERATOR_FAULTS } from "./operator_faults.ts";
import type { Surroundings } from "./soaked_program.ts";

export const FAULTS: readonly Fault[] = [...MACHINE_FAULTS, ...OPERATOR_FAULTS, ...NETWORK_FAULTS];

/** The faults that can happen in these surroundings. */
export function faultsFor(surroundings: Surroundings): readonly Fault[] {
  return FAULTS.filter(({ isPossible }) => isPossible?.(surroundings) ?? true);
}

/** Faults without end: every kind once in random order, then again in another order. */
export function* faultSequence(
  faults: readonly Fault[],
  random: () => number,
): Generator<Fault, never> {
  for (;;) {
    const order = faults.map((fault) => ({ fault, at: random() }));
    for (const { fault } of order.toSorted((a, b) => a.at - b.at)) yield fault;
  }
}
