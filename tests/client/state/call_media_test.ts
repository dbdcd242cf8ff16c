/** What a call does on browsers that lack a part of it, and what each side says about it. */

import assert from "node:assert/strict";
import { reduce } from "../../../client/state/reducer.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { type Effect, type Event, initialState, type State } from "../../../client/state/state.ts";
import type { ServerMessage } from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const PAIRED: Event = server({ type: "paired", role: "caller", interests: [], met: false });
const WILLING: Event = { type: "partner", envelope: { kind: "call", says: "willing" } };
const WANT: Event = { type: "answer", answer: "want" };

/** A page without a browser. */
class Page {
  state: State;
  effects: readonly Effect[] = [];

  constructor(canCall = true) {
    this.state = initialState({ ...DEFAULT_PREFERENCES, adult: true }, ENGLISH, canCall);
  }

  on(...events: Event[]): this {
    for (const event of events) {
      ({ state: this.state, effects: this.effects } = reduce(this.state, event, 1_000_000));
    }
    return this;
  }

  get notices(): string[] {
    const { screen } = this.state;
    const lines = screen.kind === "chat" ? screen.chat.lines : [];
    return lines.flatMap((line) => line.from === "page" ? [line.notice.kind] : []);
  }

  /** What the last event caused to be said to the partner. */
  get said(): unknown[] {
    return this.effects.flatMap((effect) => effect.type === "say" ? [effect.envelope] : []);
  }
}

function server(message: ServerMessage): Event {
  return { type: "server", message };
}

Deno.test("Page without WebRTC starts no video chat, and declines calls while the text chat continues", () => {
  const page = new Page(false).on({ type: "start-video" });
  assert.deepEqual([page.state.screen.kind, page.state.mode], ["home", "text"]);
  page.on({ type: "start" }, PAIRED);
  for (const event of [WILLING, WANT]) {
    assert.deepEqual(page.on(event).said, [
      { kind: "call", says: "unable" },
      { kind: "call", says: "unwilling" },
    ]);
    assert.ok(!page.effects.some(({ type }) => type === "tell"), "no relay is asked for");
  }
  assert.deepEqual(page.notices, ["began", "unable", "unable"]);
  page.on({ type: "type", text: "still here" }, { type: "send" });
  assert.equal(page.said.length, 1);
});

Deno.test("Page whose browser refuses to start a call searches for text from then on", () => {
  const page = new Page().on({ type: "start-video" }, { type: "start-video" }, PAIRED);
  page.on(server({ type: "ice", servers: [], policy: "relay" }), WILLING);
  assert.ok(page.effects.some(({ type }) => type === "start-call"));
  page.on({ type: "call", event: { type: "unable" } });
  assert.deepEqual(page.notices, ["began", "unable"]);
  page.on({ type: "stop" }, { type: "stop" }, { type: "again" });
  assert.deepEqual(page.effects[0], {
    type: "tell",
    message: { type: "find", mode: "text", interests: [] },
  });
});
