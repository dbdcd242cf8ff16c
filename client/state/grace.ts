/**
 * The grace period after a change. A press that comes sooner was meant for what was there before: the second half of a
 * double click, a second tap, or a key that is pressed again. So it does nothing.
 *
 * A call has a separate grace period. Otherwise a partner who keeps asking for a call could prevent the visitor from
 * leaving the chat.
 */

import { callOf } from "./call_media.ts";
import type { Event, State } from "./state.ts";

/** How long a press after a change does nothing, in milliseconds. */
export const GRACE = 400;

/** The presses that lead from one step of the visit to another. */
const STEP = /^(start|stop|home|escape|rematch)|report/;

/** Whether `event` is a press that comes too soon after a change. A clock that was set back blocks nothing. */
export function isTooSoon({ stepAt, callAt }: State, { type }: Event, now: number): boolean {
  const at = type === "answer" ? callAt : STEP.test(type) ? stepAt : Infinity;
  return now >= at && now < at + GRACE;
}

/** Returns `next`, with the time of what has changed since `before`. */
export function noteChange(before: State, next: State, now: number): State {
  return {
    ...next,
    ...(stepOf(before) !== stepOf(next) && { stepAt: now }),
    ...(callOf(before).kind !== callOf(next).kind && { callAt: now }),
  };
}

/** What determines the buttons of a visit. */
function stepOf({ screen, rematch }: State): string {
  if (screen.kind !== "chat") return screen.kind + !rematch;
  const { phase, report, unsaved } = screen.chat;
  return phase.kind + report + (phase.kind === "over" && unsaved) + !rematch;
}
