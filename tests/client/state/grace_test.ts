/** Presses that come too soon after a change: double clicks, double taps, and keys that are pressed again. */

import assert from "node:assert/strict";
import { GRACE } from "../../../client/state/grace.ts";
import { reduce } from "../../../client/state/reducer.ts";
import { type Event, initialState, type State } from "../../../client/state/state.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import type { ServerMessage } from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const START = 1_000_000;
const PAIRED: Event = server({ type: "paired", role: "caller", interests: [], met: false });
const LEFT: Event = server({ type: "partner-left" });
const DIRECT: Event = server({ type: "ice", servers: [], policy: "all" });
const ACCEPT: Event = { type: "answer", answer: "want" };
const DECLINE: Event = { type: "answer", answer: "refuse" };
const REQUEST: Event = { type: "partner", envelope: { kind: "call", says: "willing" } };
const WITHDRAW: Event = { type: "partner", envelope: { kind: "call", says: "over" } };

function server(message: ServerMessage): Event {
  return { type: "server", message };
}

/** A page without a browser, whose clock stands still unless told otherwise. */
class Page {
  state: State = initialState({ ...DEFAULT_PREFERENCES, adult: true }, ENGLISH);
  now = START;

  on(...events: Event[]): this {
    for (const event of events) this.state = reduce(this.state, event, this.now).state;
    return this;
  }

  later(ms = GRACE): this {
    this.now += ms;
    return this;
  }

  chatting(): this {
    return this.on({ type: "start" }, PAIRED).later();
  }
}

/** Pages in which something has just changed, and the presses that may have been meant for what was there before. */
const CHANGES: readonly [what: string, open: () => Page, ...presses: Event[]][] = [
  ["a search", () => new Page().on({ type: "start" }), { type: "stop" }, { type: "escape" }],
  ["a preview", () => new Page().on({ type: "start-video" }), { type: "start-video" }, {
    type: "home",
  }],
  ["the first screen", () => new Page().on({ type: "start" }).later().on({ type: "stop" }), {
    type: "start",
  }],
  ["a partner", () => new Page().on({ type: "start" }).later().on(PAIRED), { type: "stop" }, {
    type: "escape",
  }],
  ["Really stop?", () => new Page().chatting().on({ type: "stop" }), { type: "stop" }, {
    type: "escape",
  }],
  ["an end", () => new Page().chatting().on(LEFT), { type: "stop" }, { type: "escape" }, {
    type: "home",
  }],
  ["the reasons of a report", () => new Page().chatting().on({ type: "choose-report" }), {
    type: "report",
    reason: "other",
  }, { type: "cancel-report" }],
  [
    "the question before a call",
    () => new Page().chatting().on(REQUEST, DIRECT),
    ACCEPT,
    DECLINE,
  ],
  [
    "Cancel in the place of Call directly",
    () => new Page().chatting().on(REQUEST, DIRECT).later().on(ACCEPT),
    DECLINE,
  ],
];

for (const [what, open, ...presses] of CHANGES) {
  Deno.test(`Page ignores a press that comes with ${what}, and heeds it when ${GRACE} ms have passed`, () => {
    for (const press of presses) {
      for (const early of [0, 1, GRACE - 1]) {
        const page = open().later(early);
        const { state } = page;
        assert.equal(page.on(press).state, state, `${press.type}, ${early}`);
      }
      const page = open().later(GRACE);
      const { screen } = page.state;
      assert.notEqual(page.on(press).state.screen, screen, press.type);
    }
  });
}

Deno.test("Page that is pressed again and again leaves all the same", () => {
  const page = new Page().chatting();
  for (let press = 0; press < 5; press++) page.on({ type: "stop" }).later(GRACE / 4);
  assert.equal(page.state.screen.kind === "chat" && page.state.screen.chat.phase.kind, "over");
});

Deno.test("Partner who keeps asking for a call can't prevent this person from leaving", () => {
  const page = new Page().chatting().on({ type: "stop" });
  for (let n = 0; n < 8; n++) page.on(REQUEST, DIRECT).later(GRACE / 8).on(WITHDRAW);
  page.on({ type: "stop" });
  assert.equal(page.state.screen.kind === "chat" && page.state.screen.chat.phase.kind, "over");
});

Deno.test("Clock that is set back blocks no button", () => {
  const page = new Page().on({ type: "start" }).later(-3_600_000).on({ type: "stop" });
  assert.equal(page.state.screen.kind, "home");
});
