/**
 * The longest stretch for which the event loop was busy: the processor time that the main thread used between two turns
 * of a timer (proc(5), `schedstat`). Time in which the thread waited for the processor doesn't count, so the figure
 * hardly depends on what else the machine does. Garbage collection counts.
 */

import { delay } from "../../server/base/timeout.ts";
import { computedMs } from "../support/stopwatch.ts";

/** How many turns of the timer before an event and after it are free for what it caused. */
const QUIET_TURNS = 50;

/** Causes an event, and measures until `isOver` holds. Returns milliseconds of processor time. */
export async function stallOf(
  event: () => unknown,
  isOver: () => boolean = () => true,
): Promise<number> {
  await turns(QUIET_TURNS);
  let last = computedMs();
  let longest = 0;
  let isDone = false;
  let turnsLeft = QUIET_TURNS;
  const done = Promise.resolve(event()).then(() => isDone = true);
  while (turnsLeft > 0) {
    if (isDone && isOver()) turnsLeft--;
    await delay(0);
    const now = computedMs();
    longest = Math.max(longest, now - last);
    last = now;
  }
  await done;
  return longest;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await delay(0);
}
