/**
 * Sessions that were handed off, until another node has fetched them. Their number is limited: if many thousands moved
 * together, fetching each would take longer than a node waits for the reply (`cluster/bus.ts`), and its chat would end.
 *
 *     chatting ──> moving, up to MAX_MOVING ──┬─ fetched by another node
 *                                             └─ not fetched within MOVE_TIME: its page may be gone
 */

import { type Clock, SECOND } from "../base/clock.ts";
import type { Session } from "./session.ts";

/** Maximum number of sessions that move at the same time. */
export const MAX_MOVING = 2_000;

/** How long a page may take to come to another node, in milliseconds. Most take half of that. */
export const MOVE_TIME = 3 * SECOND;

/** A session that was handed off, and when, in clock milliseconds. */
interface Moving {
  readonly session: Session;
  readonly at: number;
}

export class MovingSessions {
  readonly #clock: Pick<Clock, "now">;
  #moving: Moving[] = [];

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** How many more may move. */
  get room(): number {
    const latest = this.#clock.now() - MOVE_TIME;
    this.#moving = this.#moving.filter(({ session, at }) =>
      session.state !== "ended" && at > latest
    );
    return MAX_MOVING - this.#moving.length;
  }

  handOff(session: Session): void {
    session.handOff();
    this.#moving.push({ session, at: this.#clock.now() });
  }
}
