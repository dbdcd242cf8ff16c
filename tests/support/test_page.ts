/** A page without a browser: events go into its reducer, and the test moves its clock. */

import assert from "node:assert/strict";
import type { ServerMessage } from "../../protocol.ts";
import { isTooSoon } from "../../client/state/grace.ts";
import { DEFAULT_PREFERENCES, type Preferences } from "../../client/state/preferences.ts";
import { nextDeadline, reduce } from "../../client/state/reducer.ts";
import {
  type Browser,
  type Chat,
  type Effect,
  type Event,
  initialState,
  type State,
} from "../../client/state/state.ts";
import { ENGLISH } from "./fixtures.ts";

export class TestPage {
  state: State;
  /** What the last event caused. */
  effects: readonly Effect[] = [];
  now = 1_000_000;

  /** The visitor has confirmed their age. */
  constructor(preferences: Partial<Preferences> = {}, browser: Partial<Browser> = {}) {
    const own = { ...DEFAULT_PREFERENCES, adult: true, ...preferences };
    this.state = initialState(own, ENGLISH, browser);
  }

  /** Dispatches events. Before each press that acts on a step, the grace period after the last change is over. */
  on(...events: (Event | Event["type"])[]): this {
    for (const event of events) {
      const whole = typeof event === "string" ? { type: event } as Event : event;
      while (isTooSoon(this.state, whole, this.now)) this.pass(1);
      ({ state: this.state, effects: this.effects } = reduce(this.state, whole, this.now));
    }
    return this;
  }

  server(...messages: ServerMessage[]): this {
    return this.on(...messages.map((message) => ({ type: "server", message }) as const));
  }

  /** Lets time pass, and fires the deadlines that are due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let next = 0; (next = nextDeadline(this.state) ?? Infinity) <= end;) {
      this.now = next;
      this.on("tick");
    }
    this.now = end;
    return this;
  }

  get chat(): Chat {
    assert.ok(this.state.screen.kind === "chat");
    return this.state.screen.chat;
  }
}
