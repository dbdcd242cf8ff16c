/**
 * Waits for effects of another process or the network, and fails if they don't occur. The limits here stop a test that
 * would otherwise hang, and are generous for busy machines. A test that asserts a duration uses a stopwatch.
 */

import assert from "node:assert/strict";
import { delay } from "../../server/base/timeout.ts";

/** Resolves once `holds()` is true, which is checked `every` so many milliseconds; rejects after `seconds`. */
export async function waitUntil(
  holds: () => boolean | Promise<boolean>,
  seconds = 60,
  every = 10,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot continue: not true after ${seconds} s: ${holds}`);
    }
    await delay(every);
  }
}

/** How many checks, a tenth of a second apart, must find a figure unchanged. */
const LOOKS = 5;

/** Waits until a figure stops changing. Whatever has arrived before a check has been handled. */
export async function waitUntilStable(figure: () => number): Promise<void> {
  let last = -1;
  let still = 0;
  await waitUntil(async () => {
    await delay(100);
    still = figure() === last ? still + 1 : 0;
    last = figure();
    return still === LOOKS;
  });
}

/** How many turns of the event loop are enough to handle what was due before. */
const TURNS = 200;

/**
 * Asserts that a figure reaches its goal within `ms`, by timers of this process. On a busy machine timers fire late,
 * but in the order in which they are due. So when the time is over, only timers that were due before are waited for, in
 * turns of the event loop.
 */
export async function reaches(goal: number, figure: () => number, ms: number): Promise<void> {
  let isTime = false;
  const late = setTimeout(() => isTime = true, ms);
  while (figure() < goal && !isTime) await delay(10);
  clearTimeout(late);
  for (let turn = 0; figure() < goal && turn < TURNS; turn++) await delay(0);
  assert.ok(figure() >= goal, `${figure()} of ${goal} after ${ms} ms`);
}

/** The time limit for a whole test. */
const MOST_SECONDS = 180;

/** The result of `work`, or an error if it takes too long. */
export async function within<T>(work: Promise<T>, seconds = MOST_SECONDS): Promise<T> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(new Error(`Cannot continue: not within ${seconds} s`)),
      seconds * 1000,
    );
  });
  return await Promise.race([work, limit]).finally(() => clearTimeout(late));
}
