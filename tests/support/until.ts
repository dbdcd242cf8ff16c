/**
 * Waits for what another process or the network brings about, and fails when it doesn't come. The bounds here end a test
 * that would never end, and leave room for a busy machine; a test that claims a time has a stopwatch.
 */

import assert from "node:assert/strict";
import { delay } from "../../server/base/timeout.ts";

/** Resolves once `holds()` is true; rejects after `seconds`. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot go on: not so after ${seconds} s: ${holds}`);
    }
    await delay(10);
  }
}

/** In how many looks, a tenth of a second apart, a figure that stands still has not moved. */
const LOOKS = 5;

/** Waits until a figure stands still; before each look at it, whatever has arrived is handled. */
export async function settled(figure: () => number): Promise<void> {
  let last = -1;
  let still = 0;
  await until(async () => {
    await delay(100);
    still = figure() === last ? still + 1 : 0;
    last = figure();
    return still === LOOKS;
  });
}

/** How often the event loop turns until it has handled what was due before. */
const TURNS = 200;

/**
 * Asserts that a figure comes to its goal in `ms`, by timers of this process. A busy machine lets them fire late, but in the
 * order in which they are due; so once it is time, only what was due before is waited for, in turns of the event loop.
 */
export async function reaches(goal: number, figure: () => number, ms: number): Promise<void> {
  let isTime = false;
  const late = setTimeout(() => isTime = true, ms);
  while (figure() < goal && !isTime) await delay(10);
  clearTimeout(late);
  for (let turn = 0; figure() < goal && turn < TURNS; turn++) await delay(0);
  assert.ok(figure() >= goal, `${figure()} of ${goal} after ${ms} ms`);
}

/** In how long a test as a whole is over. */
const MOST_SECONDS = 180;

/** What `work` comes to, if it does in time. */
export async function within<T>(work: Promise<T>, seconds = MOST_SECONDS): Promise<T> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(new Error(`Cannot go on: not within ${seconds} s`)),
      seconds * 1000,
    );
  });
  return await Promise.race([work, limit]).finally(() => clearTimeout(late));
}
