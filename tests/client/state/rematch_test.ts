/** What may follow a chat: another one with the same stranger, or the next search, which starts automatically. */

import assert from "node:assert/strict";
import { AGAIN_WINDOW, FEATURES, MODES } from "../../../protocol.ts";
import { GRACE } from "../../../client/state/grace.ts";
import type { Preferences } from "../../../client/state/preferences.ts";
import { nextDeadline, reduce } from "../../../client/state/reducer.ts";
import { LATE_ANSWER, NEXT_CHAT_DELAY } from "../../../client/state/rematch.ts";
import type { Effect, Event, State } from "../../../client/state/state.ts";
import { transcript } from "../../../client/views/transcript.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { TestPage } from "../../support/test_page.ts";

const AGAIN = { type: "again" } as const;
const LEFT = { type: "partner-left" } as const;

/** A page without a browser, whose server knows every feature. */
class Page extends TestPage {
  constructor(preferences: Partial<Preferences> = {}, features: readonly string[] = FEATURES) {
    super(preferences);
    this.server({ type: "welcome", token: "t", online: 2, features });
  }

  /** A partner is found: a new one, or the last one. */
  paired(again?: true): this {
    const { searchNumber: search } = this.state;
    const met = again === true;
    const found = { type: "paired" as const, role: "caller" as const, interests: [], met, search };
    return this.server({ ...found, ...(again && { again }) });
  }

  /** A chat with a message from either side. */
  chatted(): this {
    return this.on("start").paired().on(
      { type: "partner", envelope: { kind: "text", number: 1, text: "hello" } },
      { type: "type", text: "hi" },
      "send",
    );
  }

  get kind(): State["screen"]["kind"] {
    return this.state.screen.kind;
  }

  get log(): string[] {
    return this.chat.lines.map((line) => line.from === "page" ? line.notice.kind : line.text);
  }

  get told(): unknown[] {
    return this.effects.flatMap((effect) => effect.type === "tell" ? [effect.message] : []);
  }
}

/** A page whose partner has left. */
function left(preferences: Partial<Preferences> = {}): Page {
  return new Page(preferences).chatted().server(LEFT);
}

Deno.test("Chat again is offered for the window after either side has left, and counts down", () => {
  for (const page of [left(), new Page().chatted().on("stop", "stop")]) {
    assert.equal(page.state.rematch?.left, AGAIN_WINDOW / 1_000);
    page.pass(AGAIN_WINDOW / 2);
    assert.equal(page.state.rematch?.left, AGAIN_WINDOW / 2_000);
    page.pass(AGAIN_WINDOW / 2 - 1);
    assert.equal(page.state.rematch?.left, 1);
    assert.equal(page.pass(1).state.rematch, undefined);
    assert.deepEqual(page.on("rematch").told, []);
  }
});

Deno.test("Chat again is told once, and waits for the stranger", () => {
  const page = left().on("rematch");
  assert.deepEqual(page.told, [AGAIN]);
  assert.equal(page.state.rematch?.asks, true);
  assert.deepEqual(page.on("rematch").told, []);
  assert.equal(page.kind, "chat");
});

Deno.test("Chat again is not offered after a report, a lost connection or by an older server", () => {
  const older = FEATURES.filter((feature) => feature !== "again");
  assert.equal(new Page({}, older).chatted().server(LEFT).state.rematch, undefined);

  const reported = new Page().chatted().on("choose-report", { type: "report", reason: "spam" });
  assert.equal(reported.server(LEFT).state.rematch, undefined);
  const later = left().on("choose-report");
  assert.ok(later.state.rematch, "not before the report is sent");
  assert.equal(later.on({ type: "report", reason: "spam" }).state.rematch, undefined);

  const dropped = left().on({ type: "down", mayResume: true });
  assert.equal(dropped.state.rematch, undefined);
  const away = new Page().chatted().on({ type: "down", mayResume: true });
  away.server({ type: "welcome", token: "u", online: 2, features: FEATURES }, LEFT);
  away.server({ type: "resumed", chatting: false });
  assert.equal(away.state.rematch, undefined, "the server has forgotten it, too");
  const ended = new Page().chatted().on({ type: "down", mayResume: false });
  assert.equal(ended.state.rematch, undefined);
});

Deno.test("Chat again leads back to the conversation, with new keys and below a line that says so", () => {
  const page = left().on("rematch").paired(true);
  assert.deepEqual(page.log, ["began", "hello", "hi", "stranger-left", "again"]);
  assert.ok(page.effects.some(({ type }) => type === "secure"));
  assert.deepEqual(page.chat.pictures, []);
  assert.equal(page.chat.phase.kind, "talking");
  assert.equal(page.chat.unsaved, true);
  assert.equal(page.state.rematch, undefined);
  const ids = page.chat.lines.map(({ id }) => id);
  assert.deepEqual(ids, [0, 1, 2, 3, 4]);
});

Deno.test("A message of the last chat that did not arrive is never called delivered in the next one", () => {
  const page = left().on("rematch").paired(true);
  page.on({ type: "type", text: "are you there?" }, "send");
  page.on({ type: "partner", envelope: { kind: "received", number: 1 } });
  const own = page.chat.lines.filter((line) => line.from === "you");
  assert.deepEqual(own.map(({ text, isDelivered }) => [text, isDelivered]), [
    ["hi", false],
    ["are you there?", true],
  ]);
  assert.match(transcript(ENGLISH, page.chat.lines), /Not delivered\) hi/);
});

Deno.test("Chat again can be pressed while searching, and a new partner ends it", () => {
  const page = left().on("stop");
  assert.equal(page.kind, "searching");
  assert.deepEqual(page.on("rematch").told, [AGAIN]);
  assert.equal(page.kind, "searching");
  const found = new Page();
  Object.assign(found, { state: page.state, now: page.now });
  assert.deepEqual(page.paired(true).log.at(-1), "again");
  assert.deepEqual(found.paired().log, ["began"], "another stranger never sees or shows the last");
  assert.equal(found.state.rematch, undefined);
});

Deno.test("A stranger who asks is announced, on both screens and with a sound", () => {
  for (const page of [left(), left().on("stop")]) {
    page.server({ type: "partner-again" });
    assert.equal(page.state.rematch?.isAsked, true);
    assert.ok(page.effects.some(({ type }) => type === "ring"));
    page.pass(AGAIN_WINDOW);
    assert.equal(page.state.rematch, undefined);
  }
  const late = left().pass(AGAIN_WINDOW).server({ type: "partner-again" });
  assert.deepEqual([late.state.rematch, late.effects], [undefined, []]);
});

Deno.test("An answer in the last moment is still taken, and a later one is left on the server", () => {
  const page = left().on("rematch").pass(AGAIN_WINDOW + LATE_ANSWER - 1_000).paired(true);
  assert.equal(page.log.at(-1), "again");
  const late = left().on("rematch").pass(AGAIN_WINDOW + LATE_ANSWER).paired(true);
  assert.equal(late.chat.phase.kind, "over");
  assert.deepEqual(late.told, [{ type: "leave" }]);
  const home = left().on("rematch", "home").paired(true);
  assert.deepEqual([home.kind, home.told], ["home", []], "it has already told that it left");
});

Deno.test("A press that comes just as Chat again appears or goes does nothing", () => {
  const page = left();
  const press = (): readonly Effect[] => reduce(page.state, { type: "rematch" }, page.now).effects;
  assert.deepEqual(press(), []);
  page.pass(GRACE);
  assert.equal(press().length, 1);
  const searching = left().on("stop");
  const end = searching.state.rematch!.until;
  searching.pass(end - searching.now);
  assert.equal(searching.state.rematch, undefined);
  const { state } = reduce(searching.state, { type: "stop" }, searching.now + GRACE - 1);
  assert.equal(state.screen.kind, "searching");
  assert.equal(searching.on("stop").kind, "home", "after that, a press acts");
});

Deno.test("Next chat starts automatically after a countdown, in both modes, if the visitor prefers that", () => {
  for (const mode of MODES) {
    for (const end of [[LEFT], undefined] as const) {
      const page = new Page({ autoNext: true }).chatted();
      page.state = { ...page.state, mode };
      if (end === undefined) page.on("stop", "stop");
      else page.server(...end);
      assert.equal(page.state.nextChat?.left, NEXT_CHAT_DELAY / 1_000);
      page.pass(NEXT_CHAT_DELAY - 1);
      assert.deepEqual([page.kind, page.state.nextChat?.left], ["chat", 1]);
      page.pass(1);
      assert.equal(page.kind, "searching");
      assert.equal(page.told.length, 1);
      assert.ok(page.state.rematch, "and there is still a way back");
    }
  }
  assert.equal(left().pass(10 * NEXT_CHAT_DELAY).kind, "chat", "otherwise it never does");
});

Deno.test("Whatever a visitor does stops the countdown to the next chat", () => {
  const presses: (Event | Event["type"])[] = [
    "stay",
    "escape",
    "choose-report",
    "rematch",
    { type: "scroll", atEnd: false },
  ];
  for (const press of presses) {
    const page = left({ autoNext: true }).on(press);
    assert.equal(page.state.nextChat, undefined, JSON.stringify(press));
    assert.equal(page.pass(10 * NEXT_CHAT_DELAY).kind, "chat", JSON.stringify(press));
  }
});

Deno.test("Next chat doesn't start over a report, a draft, or a lost connection", () => {
  const reporting = new Page({ autoNext: true }).chatted().on("choose-report").server(LEFT);
  const writing = new Page({ autoNext: true }).chatted().on({ type: "type", text: "wai" }).server(
    LEFT,
  );
  const lost = new Page({ autoNext: true }).chatted().on({ type: "down", mayResume: false });
  for (const page of [reporting, writing, lost]) {
    assert.equal(page.pass(10 * NEXT_CHAT_DELAY).kind, "chat");
  }
});

Deno.test("A hidden page meets nobody automatically, and counts from when it is seen", () => {
  const page = new Page({ autoNext: true }).chatted();
  const hide = (hidden: boolean): Event => ({ type: "attention", focused: !hidden, hidden });
  page.on(hide(true)).server(LEFT).pass(100 * NEXT_CHAT_DELAY);
  assert.equal(page.kind, "chat");
  page.on(hide(false)).pass(NEXT_CHAT_DELAY - 1);
  assert.equal(page.kind, "chat");
  page.on(hide(true)).pass(100 * NEXT_CHAT_DELAY);
  assert.equal(page.kind, "chat", "nor if it is hidden while it counts");
  assert.equal(nextDeadline(page.state), undefined, "and it costs nothing");
  page.on(hide(false)).pass(NEXT_CHAT_DELAY);
  assert.equal(page.kind, "searching");
});

Deno.test("A blocked visitor returns to the first screen instead of the next chat", () => {
  const page = left({ autoNext: true });
  page.on({ type: "refused", refusal: { code: "reported", seconds: 600 } });
  page.pass(NEXT_CHAT_DELAY);
  assert.equal(page.kind, "home");
});
