import assert from "node:assert/strict";
import { nextDeadline } from "../../../client/state/reducer.ts";
import { LONG_AFTER, WIDENS_AFTER } from "../../../client/state/search.ts";
import { wantedDevices } from "../../../client/state/call_media.ts";
import { type Effect, type Event, isTalking, MAX_LINES } from "../../../client/state/state.ts";
import {
  ASKING_TIME,
  BACK_TIME,
  TYPING_INTERVAL,
  TYPING_TIME,
} from "../../../client/state/chat.ts";
import { CONNECTING_TIME } from "../../../client/state/call.ts";
import { CONFIRM_INTERVAL, MAX_WAITING } from "../../../client/state/delivery.ts";
import { NO_MEDIA } from "../../../client/media/devices.ts";
import { type Envelope, MAX_MESSAGE_LENGTH } from "../../../client/crypto/envelope.ts";
import { CATALOGUES } from "../../../client/languages/all.ts";
import { transcript } from "../../../client/views/transcript.ts";
import {
  BACKGROUND_WINDOW,
  CONNECTION_REFUSALS,
  type ConnectionRefusal,
  type ErrorCode,
  RESUME_WINDOW,
  type ServerMessage,
  Suite,
  SUITES,
} from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { TestPage } from "../../support/test_page.ts";

/** A page without a browser. */
class Page extends TestPage {
  /** The stranger's next message arrives. */
  hears(text: string): this {
    const number = this.chat.delivery.received + 1;
    return this.on(said({ kind: "text", number, text }));
  }

  chatting(): this {
    return this.on("start").server(PAIRED);
  }

  /** The step of the search, and whether it takes long. */
  get search(): unknown {
    const { screen } = this.state;
    return screen.kind === "searching" && [screen.step, screen.isLong];
  }

  /** The chat, abbreviated: messages and notices. */
  get log(): string[] {
    return this.chat.lines.map((line) =>
      line.from === "page" ? line.notice.kind : `${line.from}: ${line.text}`
    );
  }

  /** What the last event caused to be sent to the server or the partner. */
  get told(): unknown[] {
    return this.effects.flatMap((effect): unknown[] => {
      if (effect.type === "tell") return [effect.message];
      return effect.type === "say" ? [effect.envelope] : [];
    });
  }

  did(effect: Effect["type"]): boolean {
    return this.effects.some((one) => one.type === effect);
  }
}

const PAIRED: ServerMessage & { type: "paired" } = {
  type: "paired",
  role: "caller",
  interests: [],
  met: false,
};
const WELCOME = { type: "welcome", token: "t", online: 7 } as const;
/** The search request with a number. */
const find = (search: number) => ({
  type: "find",
  mode: "text",
  interests: [],
  search,
  suites: SUITES,
});
const LEAVE = { type: "leave" };

function said(envelope: Envelope): Event {
  return { type: "partner", envelope };
}

const TYPING = said({ kind: "typing" });
const DROP = { type: "down", mayResume: true } as const;
const DOWN = { type: "down", mayResume: false } as const;

Deno.test("Page starts nothing before the confirmation, and says what is missing", () => {
  const page = new Page().on({ type: "confirm", adult: false }, "start");
  assert.deepEqual([page.state.screen.kind, page.state.showAgeReminder, page.told], [
    "home",
    true,
    [],
  ]);
  assert.deepEqual(page.effects, [{ type: "focus", on: "adult" }]);
  page.on({ type: "confirm", adult: true });
  assert.deepEqual([page.state.showAgeReminder, page.did("keep-preferences")], [false, true]);
  page.on("start");
  assert.deepEqual(page.told, [find(1)]);
});

Deno.test("Page collects interests as chips: by comma, by Enter, and from the rest of the box at the start", () => {
  const page = new Page();
  page.on({ type: "type-interest", text: "Music, hik" });
  assert.deepEqual(page.state.interests, ["music", "hik"]);
  page.on({ type: "type-interest", text: "films" }, "add-interest", {
    type: "remove-interest",
    interest: "hik",
  });
  page.on({ type: "type-interest", text: " MUSIC " }, "add-interest");
  page.on({ type: "type-interest", text: "x".repeat(40) }, "start");
  assert.deepEqual(page.told, [{ ...find(1), interests: ["music", "films", "x".repeat(30)] }]);
  assert.equal(page.state.interestDraft, "");
});

Deno.test("Page recognizes the comma of every script", () => {
  for (const comma of [",", "،", "，", "、"]) {
    const page = new Page().on({ type: "type-interest", text: `jazz${comma}tea` });
    assert.deepEqual(page.state.interests, ["jazz", "tea"]);
  }
});

Deno.test("Interests box keeps what an input method composes, commas included, until the word is complete", () => {
  const page = new Page();
  page.on({ type: "type-interest", text: "おんがく、", isComposing: true });
  page.server({ type: "online", count: 7 });
  assert.equal(page.state.interestDraft, "おんがく、");
  assert.deepEqual(page.state.interests, []);
  page.on({ type: "type-interest", text: "音楽、", isComposing: false });
  assert.deepEqual(page.state.interests, ["音楽"]);
  page.on({ type: "type-interest", text: "映画", isComposing: true }, "start");
  assert.deepEqual(page.state.interests, ["音楽", "映画"], "also with the button");
});

Deno.test("Page never sends more than ten interests, or an empty one", () => {
  const many = Array.from({ length: 12 }, (_, n) => `i${n}`).join(",");
  const page = new Page().on({ type: "type-interest", text: `, ,\u200B,${many}` }, "start");
  assert.equal((page.told[0] as { interests: string[] }).interests.length, 10);
});

Deno.test("Page says that a search is widened after 5 s, and that it takes long after 15 s", () => {
  const page = new Page().on({ type: "type-interest", text: "chess" }, "start");
  assert.deepEqual(page.search, ["exact", false]);
  assert.deepEqual(page.pass(WIDENS_AFTER - 1).search, ["exact", false]);
  assert.deepEqual(page.pass(1).search, ["anyone", false]);
  assert.deepEqual(page.pass(LONG_AFTER - WIDENS_AFTER - 1).search, ["anyone", false]);
  assert.deepEqual(page.pass(1).search, ["anyone", true]);
  assert.equal(nextDeadline(page.state), undefined);
});

Deno.test("Page begins a chat with the focus in the message box", () => {
  const page = new Page().chatting();
  assert.deepEqual(page.log, ["began"]);
  assert.deepEqual(page.effects, [
    { type: "secure", role: "caller" },
    { type: "focus", on: "message" },
    { type: "ring" },
  ]);
});

Deno.test("Page ignores a chat that arrives after the search was cancelled", () => {
  const page = new Page().on("start", "stop").server(PAIRED);
  assert.equal(page.state.screen.kind, "home");
});

Deno.test("Page sends cleaned text, and keeps the focus", () => {
  const page = new Page().chatting().on({ type: "type", text: " hi\u202E " }, "send");
  assert.deepEqual([page.log, page.told, page.chat.draft], [
    ["began", "you: hi"],
    [{ kind: "text", number: 1, text: "hi" }],
    "",
  ]);
  assert.ok(page.did("focus"));
});

Deno.test("Page sends no blank or overlong text, and keeps the draft", () => {
  for (const draft of ["", " \n ", "a".repeat(MAX_MESSAGE_LENGTH + 1)]) {
    const page = new Page().chatting().on({ type: "type", text: draft }, "send");
    assert.deepEqual([page.told, page.chat.draft], [[], draft]);
  }
});

Deno.test("Page sends nothing once the chat is over, and keeps the draft", () => {
  const page = new Page().chatting().on({ type: "type", text: "wait" }).server({
    type: "partner-left",
  }).on("send");
  assert.deepEqual([page.told, page.chat.draft], [[], "wait"]);
});

Deno.test("Page shows a typing mark for 3 s, and clears it on a message and on leaving", () => {
  const page = new Page().chatting().on(TYPING);
  page.pass(TYPING_TIME - 1);
  assert.ok(page.chat.typingUntil > 0);
  assert.equal(page.pass(1).chat.typingUntil, 0);
  assert.equal(page.on(TYPING).hears("hi").chat.typingUntil, 0);
  assert.equal(page.on(TYPING).server({ type: "partner-left" }).chat.typingUntil, 0);
  assert.equal(page.on(TYPING).chat.typingUntil, 0);
});

Deno.test("Page sends a typing mark at intervals, and again after each message", () => {
  const page = new Page().chatting();
  assert.deepEqual(page.on({ type: "type", text: " " }).told, []);
  assert.deepEqual(page.on({ type: "type", text: "h" }).told, [{ kind: "typing" }]);
  assert.deepEqual(page.on({ type: "type", text: "hi" }).told, []);
  assert.deepEqual(page.pass(TYPING_INTERVAL).on({ type: "type", text: "hi!" }).told, [{
    kind: "typing",
  }]);
  assert.deepEqual(page.on("send", { type: "type", text: "a" }).told, [{ kind: "typing" }]);
});

Deno.test("Page asks before it leaves, leaves, and finds a new partner: Stop, Really stop?, New chat", () => {
  const page = new Page().chatting().on("stop");
  assert.deepEqual([page.chat.phase.kind, page.told], ["asking", []]);
  page.on("stop");
  assert.deepEqual([page.log.at(-1), page.told], ["you-left", [LEAVE]]);
  page.on("stop");
  assert.deepEqual([page.state.screen.kind, page.told], ["searching", [find(2)]]);
});

Deno.test("Page withdraws its question after 6 s, or when the person continues to type", () => {
  const page = new Page().chatting().on("escape").pass(ASKING_TIME);
  assert.equal(page.chat.phase.kind, "talking");
  assert.equal(page.on("escape", { type: "type", text: "no" }, "send").chat.phase.kind, "talking");
});

Deno.test("Page cancels a search with Esc", () => {
  const page = new Page().on("start", "escape");
  assert.deepEqual([page.state.screen.kind, page.told], ["home", [LEAVE]]);
});

Deno.test("Page keeps the log readable after the partner has left", () => {
  const page = new Page().chatting().hears("bye").server({ type: "partner-left" });
  assert.deepEqual([page.log, page.chat.phase.kind], [
    ["began", "stranger: bye", "stranger-left"],
    "over",
  ]);
  assert.equal(page.server({ type: "partner-left" }).log.length, 3);
});

Deno.test("Page ignores what arrives from a partner who has left", () => {
  const page = new Page().chatting().server({ type: "partner-left" }).hears("ghost");
  assert.deepEqual(page.log, ["began", "stranger-left"]);
});

Deno.test("Page ends the chat when its connection goes down, and says so once", () => {
  const page = new Page().server(WELCOME).chatting().on(DOWN, DOWN);
  assert.deepEqual([page.log, page.state.connectionState], [["began", "connection-lost"], "down"]);
  assert.deepEqual(page.server(WELCOME).told, []);
});

/** A page that chats, sends these messages, and is told that the first `arrived` of them were received. */
function writing(texts: readonly string[], arrived = 0): Page {
  const page = new Page().server(WELCOME).chatting();
  for (const text of texts) page.on({ type: "type", text }, "send");
  return page.on(said({ kind: "received", number: arrived }));
}

Deno.test("Page keeps a chat whose connection dropped, resumes it, and resends what the partner missed", () => {
  const page = writing(["one", "two"], 1).on(DROP, DROP);
  assert.deepEqual([page.log, page.state.connectionState], [
    ["began", "you: one", "you: two"],
    "down",
  ]);
  assert.deepEqual(page.on({ type: "type", text: "three" }).told, []);
  assert.deepEqual(page.on("send").told, []);
  assert.deepEqual(page.log.at(-1), "you: three");
  page.server(WELCOME);
  assert.deepEqual(page.told, []);
  page.server({ type: "resumed", chatting: true });
  assert.deepEqual([page.told, page.did("resync")], [
    [{ type: "background", hidden: false }, { kind: "repeat", number: 0 }],
    true,
  ]);
  assert.deepEqual(page.on(said({ kind: "repeat", number: 1 })).told, [
    { kind: "text", number: 2, text: "two" },
    { kind: "text", number: 3, text: "three" },
  ]);
  page.pass(RESUME_WINDOW);
  assert.deepEqual([page.chat.phase.kind, page.state.connectionState], ["talking", "up"]);
});

Deno.test("Page ends the chat when it could not reconnect in time, and leaves it if it reconnects after all", () => {
  const page = writing([]).on(DROP).pass(RESUME_WINDOW - 1);
  assert.equal(page.chat.phase.kind, "talking");
  page.pass(1);
  assert.deepEqual([page.log.at(-1), page.chat.phase.kind], ["connection-lost", "over"]);
  page.server(WELCOME).server({ type: "resumed", chatting: true });
  assert.deepEqual(page.told, [{ type: "background", hidden: false }, LEAVE]);
  assert.equal(page.log.length, 2);
});

Deno.test("Page waits for two minutes when its connection dropped in the background", () => {
  const page = writing([]).on({ type: "attention", focused: false, hidden: true });
  assert.deepEqual(page.told, [{ type: "background", hidden: true }]);
  page.on(DROP).pass(BACKGROUND_WINDOW - 1);
  assert.equal(page.chat.phase.kind, "talking");
  assert.equal(page.pass(1).chat.phase.kind, "over");
  assert.deepEqual(page.server(WELCOME).told, [{ type: "background", hidden: true }]);
});

Deno.test("Page ends the chat when the server no longer knows it, or the partner has left meanwhile", () => {
  const forgotten = writing([]).on(DROP).server(WELCOME).server({
    type: "resumed",
    chatting: false,
  });
  assert.equal(forgotten.log.at(-1), "connection-lost");
  const left = writing([]).on(DROP).server(WELCOME).server({ type: "partner-left" });
  left.server({ type: "resumed", chatting: false });
  assert.deepEqual(left.log, ["began", "stranger-left"]);
});

Deno.test("Page can be left while its connection is down, and tells the server once it can", () => {
  const page = writing([]).on(DROP, "stop", "stop");
  assert.deepEqual(page.log.at(-1), "you-left");
  page.server(WELCOME).server({ type: "resumed", chatting: true });
  assert.deepEqual(page.told.at(-1), LEAVE);
  const next = writing([]).on(DROP, "stop", "stop", "stop").server(WELCOME);
  assert.deepEqual(next.told, [find(3)]);
  assert.deepEqual(next.server({ type: "resumed", chatting: true }).told, [
    { type: "background", hidden: false },
  ]);
});

Deno.test("Page says that the partner's connection dropped, keeps messages, and says that the partner is back", () => {
  const page = writing(["one"], 1).on(TYPING).server({ type: "partner-away" });
  assert.deepEqual([page.chat.partner.kind, page.chat.typingUntil], ["away", 0]);
  assert.deepEqual(page.on({ type: "type", text: "two" }, "send").told, []);
  page.server({ type: "partner-back" });
  assert.deepEqual([page.chat.partner.kind, page.told, page.did("resync")], [
    "back",
    [{ kind: "repeat", number: 0 }],
    true,
  ]);
  assert.deepEqual(page.on(said({ kind: "repeat", number: 1 })).told, [
    { kind: "text", number: 2, text: "two" },
  ]);
  assert.equal(page.pass(BACK_TIME).chat.partner.kind, "here");
  assert.deepEqual(page.log, ["began", "you: one", "you: two"], "the log is left alone");
});

Deno.test("Page marks delivered messages, and no others", () => {
  const page = writing(["one", "two", "three"], 2);
  const marks = (): unknown[] =>
    page.chat.lines.flatMap((line) => line.from === "you" ? [line.isDelivered] : []);
  assert.deepEqual(marks(), [true, true, false]);
  const { lines } = page.chat;
  page.on(said({ kind: "received", number: 1 }));
  assert.equal(page.chat.lines, lines, "nothing is redrawn needlessly");
  page.on(DROP).server({ type: "resumed", chatting: true }).on(said({ kind: "repeat", number: 3 }));
  assert.deepEqual([marks(), page.told], [[true, true, true], []]);
});

Deno.test("Page confirms what has arrived, and a burst with one message", () => {
  const page = writing([]).hears("one");
  assert.deepEqual(page.told, [{ kind: "received", number: 1 }]);
  for (const text of ["two", "three", "four"]) assert.deepEqual(page.hears(text).told, []);
  page.pass(CONFIRM_INTERVAL - 1);
  assert.deepEqual(page.told, []);
  page.pass(1);
  assert.deepEqual(page.told, [{ kind: "received", number: 4 }]);
  assert.equal(nextDeadline(page.state), undefined);
});

Deno.test("Page accepts nothing more while too many messages are undelivered, and keeps the draft", () => {
  const page = writing(Array.from({ length: MAX_WAITING }, (_, n) => `${n}`));
  page.on({ type: "type", text: "too much" }, "send");
  assert.deepEqual([page.told, page.chat.draft], [[], "too much"]);
  page.on(said({ kind: "received", number: 1 }), "send");
  assert.deepEqual(page.told, [{ kind: "text", number: MAX_WAITING + 1, text: "too much" }]);
});

Deno.test("Page that can't reconnect to a full server waits, and ends the chat when its address is blocked", () => {
  const ending = (code: ConnectionRefusal["code"]): string => {
    const page = writing([]).on(DROP, { type: "refused", refusal: { code, seconds: 10 } });
    return page.log.at(-1) ?? "";
  };
  assert.deepEqual(CONNECTION_REFUSALS.map(ending), [
    "blocked",
    "connection-lost",
    "connection-lost",
    "began",
    "began",
    "began",
  ]);
});

Deno.test("Page resumes a search on a new connection", () => {
  const page = new Page().on("start", DOWN).server(WELCOME);
  assert.deepEqual([page.told, page.state.connectionState, page.state.online], [
    [find(2)],
    "up",
    7,
  ]);
});

const NUMBERED = { ...WELCOME, features: ["search", "ping", "newer than this page"] };

/** A page whose server numbers its answers, and whose first search was cancelled for a second one. */
function searchingAgain(): Page {
  return new Page().server(NUMBERED).on("start", "stop", "start");
}

Deno.test("Page ignores a partner that was found for a search that it has cancelled", () => {
  const page = searchingAgain();
  page.server({ ...PAIRED, search: 1 });
  assert.deepEqual([page.state.screen.kind, page.effects], ["searching", []]);
  page.server(PAIRED);
  assert.equal(page.state.screen.kind, "searching", "the answer to a search without a number");
  page.server({ ...PAIRED, search: 2 });
  assert.deepEqual([page.log, page.did("secure")], [["began"], true]);
});

Deno.test("Page neither solves the challenge of a cancelled search nor waits for it", () => {
  const page = searchingAgain();
  page.server({ type: "challenge", salt: "old", bits: 1, search: 1 });
  assert.equal(page.did("solve"), false);
  page.server({ type: "error", code: "too-fast", message: "", seconds: 9, search: 1 });
  assert.deepEqual(page.pass(20_000).told, []);
  page.server({ type: "challenge", salt: "new", bits: 1, search: 2 });
  assert.equal(page.did("solve"), true);
});

Deno.test("Page does not take the refusal of a report for that of the search that followed", () => {
  const page = new Page().server(NUMBERED).on("start").server({ ...PAIRED, search: 1 });
  page.on("choose-report", { type: "report", reason: "spam" }, "stop", "stop", "again");
  page.server({ type: "error", code: "too-fast", message: "", seconds: 9 });
  assert.deepEqual(page.pass(20_000).told, []);
  page.server({ ...PAIRED, search: 2 });
  assert.deepEqual(page.log, ["began"]);
});

Deno.test("Page gives each repetition of a search a new number, and believes only the last one", () => {
  const page = new Page().server(NUMBERED).on("start", DOWN).server(NUMBERED);
  assert.deepEqual(page.told, [find(2)]);
  assert.equal(page.server({ ...PAIRED, search: 1 }).state.screen.kind, "searching");
  page.server({ type: "error", code: "too-fast", message: "", seconds: 9, search: 2 }).pass(9_000);
  assert.deepEqual(page.told, [find(3)]);
  assert.equal(page.server({ ...PAIRED, search: 2 }).state.screen.kind, "searching");
  assert.equal(page.server({ ...PAIRED, search: 3 }).state.screen.kind, "chat");
});

Deno.test("Page believes a server that does not number its answers", () => {
  const page = new Page().server(WELCOME).on("start", "stop", "start");
  assert.equal(page.server(PAIRED).state.screen.kind, "chat");
});

Deno.test("Page begins its search, and its hints, when it reaches the server", () => {
  const page = new Page().on({ type: "type-interest", text: "chess" }, "start");
  assert.deepEqual(page.pass(LONG_AFTER * 2).search, ["anyone", true]);
  assert.deepEqual(page.server(NUMBERED).search, ["exact", false]);
  assert.deepEqual(page.pass(LONG_AFTER - 1).search, ["anyone", false]);
});

Deno.test("Page knows of a filter until a connection opens", () => {
  const page = new Page().on(DROP, "filtered", DROP);
  assert.deepEqual([page.state.connectionState, page.state.isFiltered], ["down", true]);
  assert.equal(page.server(WELCOME).state.isFiltered, false);
});

Deno.test("Page shows the time of the calendar, and keeps its deadlines when somebody sets that", () => {
  const page = new Page().chatting();
  page.state = { ...page.state, calendarOffset: -3_600_000 };
  page.hears("an hour ago").pass(CONFIRM_INTERVAL);
  assert.equal(page.chat.lines.at(-1)!.at, page.now - CONFIRM_INTERVAL - 3_600_000);
  assert.deepEqual(page.told, [{ kind: "received", number: 1 }]);
});

Deno.test("Page reports once per chat, also after its end, and can report again in the next", () => {
  const page = new Page().chatting().server({ type: "partner-left" }).on("choose-report");
  assert.deepEqual(page.effects, [{ type: "focus", on: "report" }]);
  page.on({ type: "report", reason: "spam" });
  assert.deepEqual(page.told, [{ type: "report", reason: "spam" }]);
  assert.deepEqual(page.on({ type: "report", reason: "spam" }, "choose-report").told, []);
  page.server({ type: "reported" });
  assert.deepEqual([page.chat.report, page.log.at(-1)], ["taken", "report-taken"]);
  assert.equal(page.on("again").server(PAIRED).chat.report, "none");
});

Deno.test("Page closes the list of reasons with Esc, and the chat continues", () => {
  const page = new Page().chatting().on("choose-report", "escape");
  assert.deepEqual([page.chat.report, page.chat.phase.kind], ["none", "talking"]);
});

Deno.test("Page counts unread messages while nobody is looking, and plays a sound", () => {
  const page = new Page().chatting().on({ type: "attention", focused: false, hidden: false });
  page.hears("a").hears("b");
  assert.deepEqual([page.state.unread, page.did("ring")], [2, true]);
  page.on({ type: "attention", focused: true, hidden: false });
  assert.equal(page.state.unread, 0);
  assert.equal(page.hears("c").did("ring"), false);
});

Deno.test("Page asks for attention once for a partner, a call, the stranger's leaving and a lost connection", () => {
  const away = { type: "attention", focused: false, hidden: true } as const;
  const call = said({ kind: "call", says: "willing" });
  const ice = { type: "ice", servers: [], policy: "all" } as const;
  const asked = (page: Page): unknown => [page.state.unread, page.did("ring")];
  assert.deepEqual(asked(new Page().on(away).chatting()), [1, true]);
  const page = new Page().chatting().on(away);
  assert.deepEqual(asked(page.on(call)), [0, false], "nothing can be answered yet");
  assert.deepEqual(asked(page.server(ice)), [1, true]);
  assert.deepEqual(asked(page.on(call)), [1, false], "once");
  assert.deepEqual(asked(page.server({ type: "partner-left" })), [2, true]);
  assert.deepEqual(asked(new Page().chatting().on(away, DOWN, DOWN)), [1, false]);
  const lost = new Page().chatting().on(away, DROP).pass(BACKGROUND_WINDOW);
  assert.deepEqual([lost.log.at(-1), ...asked(lost) as unknown[]], ["connection-lost", 1, true]);
  const looking = new Page().chatting().on(call).server(ice).server({ type: "partner-left" });
  assert.deepEqual(asked(looking), [0, false]);
});

Deno.test("Page asks before Esc discards a conversation that the stranger has ended, unless it is saved", () => {
  const left = (): Page => new Page().chatting().hears("hi").server({ type: "partner-left" });
  const page = left().on("escape");
  assert.deepEqual([page.chat.unsaved, page.told], ["asked", []]);
  assert.equal(page.on("escape").state.screen.kind, "searching");
  assert.equal(left().on("save", "escape").state.screen.kind, "searching");
  assert.equal(left().on("stop").state.screen.kind, "searching", "a button says what it does");
  const empty = new Page().chatting().server({ type: "partner-left" }).on("escape");
  assert.equal(empty.state.screen.kind, "searching");
  const own = new Page().chatting().hears("hi").on("escape", "escape", "escape");
  assert.equal(own.state.screen.kind, "searching", "they have already been asked");
});

Deno.test("Page ends a chat between two tabs of one browser, and says so", () => {
  const page = new Page().chatting().on("own-tab");
  assert.deepEqual([page.log.at(-1), page.told, page.chat.phase.kind], [
    "own-tab",
    [LEAVE],
    "over",
  ]);
  assert.equal(page.on("own-tab").log.length, 2);
});

Deno.test("Page is silent when its sound is off", () => {
  const page = new Page().on({ type: "prefer", change: { sound: false } });
  assert.ok(page.did("keep-preferences"));
  assert.equal(
    page.chatting().on({ type: "attention", focused: false, hidden: false }).hears("a").did(
      "ring",
    ),
    false,
  );
});

Deno.test("Page keeps a limited number of lines, with ids that never repeat", () => {
  const page = new Page().chatting();
  for (let n = 0; n < MAX_LINES + 10; n++) page.hears(`${n}`);
  assert.equal(page.chat.lines.length, MAX_LINES);
  assert.equal(new Set(page.chat.lines.map(({ id }) => id)).size, MAX_LINES);
  assert.equal(page.log.at(-1), `stranger: ${MAX_LINES + 9}`);
});

Deno.test("Page knows when closing it would end a chat", () => {
  const page = new Page();
  assert.deepEqual([
    isTalking(page.state),
    isTalking(page.chatting().state),
    isTalking(page.on("stop").state),
  ], [
    false,
    true,
    true,
  ]);
  assert.equal(isTalking(page.on("stop").state), false);
});

Deno.test("Page shows the pictures to compare once the keys are agreed", () => {
  const pictures = [5, 0, 63, 5];
  const page = new Page().chatting();
  assert.deepEqual(page.chat.pictures, []);
  page.on({ type: "secured", pictures, suite: Suite.hybrid });
  assert.deepEqual([page.chat.pictures, page.chat.suite], [pictures, Suite.hybrid]);
});

Deno.test("Page reports consecutive untrusted frames once, and shows none of their content", () => {
  const page = new Page().chatting().on("tampered", "tampered").hears("hi").on("tampered");
  assert.deepEqual(page.log, ["began", "tampered", "stranger: hi", "tampered"]);
});

Deno.test("Page ends a chat that can't be encrypted, and tells the server", () => {
  const page = new Page().chatting().on("not-secured");
  assert.deepEqual([page.log, page.told, page.chat.phase.kind], [
    ["began", "not-secured"],
    [LEAVE],
    "over",
  ]);
  assert.deepEqual(page.on("not-secured", "tampered").log.length, 2);
});

Deno.test("Page switches to another language immediately, and loses nothing of a chat", () => {
  const page = new Page().chatting().hears("hello").on({ type: "type", text: "half a sen" });
  const { chat } = page;
  page.on({ type: "prefer", change: { language: "de" } });
  assert.deepEqual([page.state.preferences.language, page.effects], ["de", [{
    type: "keep-preferences",
    change: { language: "de" },
  }]]);
  page.on("language-failed");
  assert.deepEqual([page.state.languageFailed, page.state.language], [true, ENGLISH]);
  const german = { code: "de", words: CATALOGUES.de!.words, locale: "de" };
  page.on({ type: "language", language: german });
  assert.deepEqual([page.state.languageFailed, page.state.language], [false, german]);
  assert.equal(page.chat, chat);
  assert.match(
    transcript(german, chat.lines),
    /Du chattest jetzt .*\n\[[\d.:, ]+\] Gegenüber: hello\n$/,
  );
});

Deno.test("Page saves a chat as plain text with everything in it", () => {
  const page = new Page().on("start").server({ ...PAIRED, interests: ["go", "chess"], met: true });
  page.hears('say "hi"').on({ type: "type", text: "hi" }, "send").server({ type: "partner-left" });
  const saved = transcript(ENGLISH, page.chat.lines).replace(/\[[^\]]+\]/g, "[time]");
  assert.equal(
    saved,
    `\uFEFF${new Date(page.now).toLocaleDateString("en-GB", { dateStyle: "full" })}\n\n` +
      "[time] You're now chatting with a random stranger. You both like go and chess. " +
      `${ENGLISH.words.MetBefore}\n[time] Stranger: say "hi"\n` +
      "[time] You: (Not delivered) hi\n[time] Stranger has disconnected.\n",
  );
});

Deno.test("Page keeps what was being written when a chat ends, also in the saved chat, and not in the next chat", () => {
  const endings: Record<string, (page: Page) => Page> = {
    "the stranger leaves": (page) => page.server({ type: "partner-left" }),
    "the connection is lost": (page) => page.on({ type: "down", mayResume: false }),
    "the visitor leaves": (page) => page.on("escape", "escape"),
    "the visitor is blocked": (page) => page.server({ type: "blocked", seconds: 60 }).on(DOWN),
    "encryption fails": (page) => page.on("not-secured"),
  };
  for (const [why, end] of Object.entries(endings)) {
    const page = end(new Page().chatting().on({ type: "type", text: " half a\nsen " }));
    const [draft, notice] = page.chat.lines.slice(-2);
    assert.deepEqual(draft, { id: 1, at: page.now, from: "draft", text: "half a\nsen" }, why);
    assert.equal(notice?.from, "page", why);
    const saved = transcript(ENGLISH, page.chat.lines);
    assert.match(saved, /Not sent: half a/, why);
    assert.doesNotMatch(saved, /You: half/, why);
  }
  const page = new Page().chatting().on({ type: "type", text: "half" });
  page.server({ type: "partner-left" }).on("again").server(PAIRED);
  assert.equal(page.chat.draft, "");
  const blank = new Page().chatting().on({ type: "type", text: " \n" });
  blank.server({ type: "partner-left" });
  assert.equal(blank.chat.lines.length, 2, "nothing was written");
});

Deno.test("Page counts what arrives while the visitor reads older lines, until they return to the end", () => {
  const page = new Page().chatting().hears("seen");
  assert.equal(page.chat.missed, undefined);
  page.on({ type: "scroll", atEnd: false });
  assert.equal(page.chat.missed, 0);
  page.hears("one").hears("two").on({ type: "scroll", atEnd: false });
  assert.equal(page.chat.missed, 2);
  page.server({ type: "partner-left" });
  assert.equal(page.chat.missed, 3, "that the stranger left is new, too");
  page.on({ type: "scroll", atEnd: true });
  assert.equal(page.chat.missed, undefined);
});

Deno.test("Page says once that only text can be sent when pictures are pasted or dropped", () => {
  const page = new Page().on({ type: "picture" }).chatting();
  page.on({ type: "picture" }, { type: "picture" });
  assert.deepEqual(page.chat.lines.slice(1).map((line) => line.from === "page" && line.notice), [
    { kind: "text-only" },
  ]);
  page.hears("what?").on({ type: "picture" });
  assert.equal(page.chat.lines.length, 4, "and again after something else");
});

Deno.test("Page retries automatically when it searched too fast, and says so meanwhile", () => {
  const page = new Page().on("start");
  page.server({ type: "error", code: "too-fast", message: "", seconds: 7 });
  page.pass(6_999);
  assert.deepEqual(page.effects, []);
  page.pass(1);
  assert.deepEqual(page.effects, [{
    type: "tell",
    message: find(2),
  }]);
  page.pass(60_000);
  assert.deepEqual(page.effects, []);
});

Deno.test("Page ends the chat of an address that is blocked, and shows the reason instead of a search", () => {
  const page = new Page().chatting().server({ type: "blocked", seconds: 60 }).on(DOWN);
  assert.deepEqual(page.chat.lines.at(-1)?.from === "page" && page.chat.lines.at(-1), {
    id: 1,
    at: page.now,
    from: "page",
    notice: { kind: "blocked" },
  });
  assert.deepEqual(page.state.refusal, { code: "reported", until: page.now + 60_000 });
  page.on("again");
  assert.equal(page.state.screen.kind, "home");
  page.server({ type: "welcome", token: "t", online: 1 });
  assert.equal(page.state.refusal, undefined);
});

Deno.test("Page that is refused returns home, but continues to search when the server is only full", () => {
  const refusal = (code: ConnectionRefusal["code"]): string => {
    const page = new Page().on("start", DOWN);
    return page.on({ type: "refused", refusal: { code, seconds: 10 } }).state.screen.kind;
  };
  assert.deepEqual([...CONNECTION_REFUSALS].map(refusal), [
    "home",
    "home",
    "home",
    "searching",
    "searching",
    "searching",
  ]);
});

Deno.test("Page says in a chat that the server is restarting, and still lets people send a message", () => {
  const page = new Page().chatting().server({ type: "draining" });
  assert.equal(isTalking(page.state), true);
  const last = page.chat.lines.at(-1)!;
  assert.deepEqual(last.from === "page" && last.notice, { kind: "restart" });
  const lines = (page: Page): number => page.chat.lines.length;
  const over = new Page().chatting().on(DOWN);
  assert.equal(lines(over.server({ type: "draining" })), 2);
});

Deno.test("Page does the work required for a search, and stops work that is no longer needed", () => {
  const page = new Page().on("start");
  page.server({ type: "challenge", salt: "s", bits: 3 });
  const challenge = { salt: "s", bits: 3 };
  assert.deepEqual(page.effects, [{ type: "solve", challenge }]);
  const [effect] = page.effects;
  assert.ok(effect?.type === "solve");
  const solved: Event = { type: "solved", challenge: effect.challenge, nonce: 7 };
  assert.deepEqual(page.on(solved).effects, [{
    type: "tell",
    message: { type: "solution", nonce: 7 },
  }]);
  assert.deepEqual(page.on(solved).effects, []);
  const again = new Page().on("start").server({ type: "challenge", salt: "s", bits: 3 });
  assert.deepEqual(again.on("stop", "start", solved).effects, []);
  assert.deepEqual(new Page().server({ type: "challenge", salt: "s", bits: 3 }).effects, []);
});

const BY_RELAY = { type: "ice", servers: [], policy: "relay" } as const;
const DIRECT = { type: "ice", servers: [], policy: "all" } as const;

/** The devices that are on, if all devices are available. */
function wanted(page: Page): string[] {
  const { camera, microphone } = wantedDevices(page.state);
  return [
    ...(camera === undefined ? [] : ["camera"]),
    ...(microphone === undefined ? [] : ["microphone"]),
  ];
}

Deno.test("Page shows a preview before the first call, and searches on the second press", () => {
  const page = new Page().on("start-video");
  assert.deepEqual([page.state.screen.kind, wanted(page), page.told], [
    "preview",
    ["camera", "microphone"],
    [],
  ]);
  page.on("start-video");
  assert.deepEqual(page.told, [{ ...find(1), mode: "video" }]);
  assert.deepEqual(wanted(page), ["camera", "microphone"]);
  assert.deepEqual(wanted(page.on("stop")), []);
  assert.deepEqual(page.on("start-video", "escape").state.screen.kind, "home");
});

Deno.test("Page asks for the confirmation before a call as before a chat", () => {
  const page = new Page().on({ type: "confirm", adult: false }).on("start-video");
  assert.deepEqual([page.state.screen.kind, page.state.showAgeReminder], ["home", true]);
});

Deno.test("Page begins a call with the preferred devices, and shows them immediately", () => {
  const page = new Page().on("start-video");
  page.on({ type: "prefer", change: { cameraOff: true } });
  assert.deepEqual(wanted(page), ["microphone"]);
  page.on({ type: "prefer", change: { muted: true } });
  assert.deepEqual(wanted(page), []);
  page.on("start-video").server(PAIRED).server(BY_RELAY);
  assert.deepEqual(wanted(page), []);
  assert.deepEqual(wanted(page.on({ type: "toggle-device", device: "camera" })), ["camera"]);
});

Deno.test("Page requests a call in every video chat, and in a text chat on demand", () => {
  const video = new Page().on("start-video", "start-video").server(PAIRED);
  assert.deepEqual(video.told, [{ type: "ice" }]);
  assert.deepEqual(video.server(BY_RELAY).told, [{ kind: "call", says: "willing" }]);
  const text = new Page().chatting();
  assert.deepEqual([text.told, wanted(text)], [[], []]);
  text.on({ type: "call", event: { type: "want" } });
  assert.deepEqual([text.told, wanted(text)], [[{ type: "ice" }], []]);
  assert.deepEqual(wanted(text.server(BY_RELAY)), ["camera", "microphone"]);
});

Deno.test("Page turns on no camera in a text chat before this person has agreed", () => {
  const page = new Page().chatting().on(said({ kind: "call", says: "willing" })).server(DIRECT);
  assert.deepEqual([page.chat.call.kind, wanted(page)], ["consenting", []]);
  page.on({ type: "call", event: { type: "want" } });
  assert.deepEqual([page.did("start-call"), wanted(page)], [true, ["camera", "microphone"]]);
});

Deno.test("Page turns everything off when a call or a chat ends, unless the camera is to stay on", () => {
  const called = (): Page =>
    new Page().on("start-video", "start-video").server(PAIRED).server(BY_RELAY)
      .on(said({ kind: "call", says: "willing" }));
  assert.deepEqual(wanted(called()), ["camera", "microphone"]);
  const ends: ((page: Page) => Page)[] = [
    (page) => page.on({ type: "call", event: { type: "refuse" } }),
    (page) => page.on(said({ kind: "call", says: "over" })),
    (page) => page.on("stop", "stop"),
    (page) => page.server({ type: "partner-left" }),
    (page) => page.on({ type: "down", mayResume: false }),
    (page) => page.on("not-secured"),
    (page) => page.pass(CONNECTING_TIME).on({ type: "answer", answer: "refuse" }),
    (page) => page.on({ type: "prefer", change: { direct: false } }).pass(CONNECTING_TIME),
  ];
  for (const end of ends) assert.deepEqual(wanted(end(called())), [], String(end));
  const next = called().on("stop", "stop", "stop");
  assert.deepEqual([next.state.screen.kind, wanted(next)], ["searching", []]);
  const kept = called().on({ type: "prefer", change: { keepCamera: true } }).on("stop", "stop");
  assert.deepEqual(wanted(kept), ["camera", "microphone"]);
  assert.deepEqual(wanted(kept.on("home")), []);
});

Deno.test("Page tells the partner what it sends, at the beginning and on each change", () => {
  const page = new Page().on("start-video", "start-video").server(PAIRED).server(BY_RELAY)
    .on(said({ kind: "call", says: "willing" }));
  page.on({ type: "call", event: { type: "line", line: "connected" } });
  assert.deepEqual(page.told, [{ kind: "media", picture: false, sound: false }]);
  const on = { kind: "on", track: {} as MediaStreamTrack } as const;
  page.on({ type: "media", media: { ...NO_MEDIA, camera: on } });
  assert.deepEqual(page.told, [{ kind: "media", picture: true, sound: false }]);
  page.on({
    type: "media",
    media: { ...NO_MEDIA, camera: on, cameras: [{ id: "a", label: "a" }] },
  });
  assert.deepEqual(page.told, []);
});

Deno.test("Page blurs the partner's video until the person chooses to look, unless a preference says otherwise", () => {
  const called = (page: Page): Page => page.on("start-video", "start-video").server(PAIRED);
  const page = called(new Page());
  assert.equal(page.chat.media.revealed, false);
  page.on({ type: "remote-media", change: { revealed: true } }).server(BY_RELAY)
    .on(said({ kind: "call", says: "willing" }));
  assert.equal(page.chat.media.revealed, true, "it stays so when the call restarts");
  const bold = called(new Page().on({ type: "prefer", change: { blur: false } }));
  assert.equal(bold.chat.media.revealed, true);
});

Deno.test("Page offers another try, a direct call or text after a call that failed", () => {
  const page = new Page().on("start-video", "start-video").server(PAIRED).server(BY_RELAY)
    .on(said({ kind: "call", says: "willing" })).pass(CONNECTING_TIME);
  assert.equal(page.chat.call.kind, "consenting");
  page.hears("and by text?");
  assert.deepEqual(page.log, ["began", "stranger: and by text?"]);
  assert.deepEqual(page.on({ type: "call", event: { type: "retry" } }).told, [{ type: "ice" }]);
  page.server({ type: "error", code: "too-fast", message: "", seconds: 5 });
  assert.deepEqual(page.chat.call, { kind: "failed", failure: "too-fast", invited: false });
});

Deno.test("Page asks no longer about a direct call once the partner has left, or reloaded their page", () => {
  const page = new Page().on("start-video", "start-video").server(PAIRED).server(BY_RELAY)
    .on(said({ kind: "call", says: "willing" }), said({ kind: "call", says: "no-relay" }));
  assert.equal(page.chat.call.kind, "consenting");
  page.server({ type: "partner-left" }).on(said({ kind: "call", says: "direct" }));
  assert.deepEqual(page.chat.call, { kind: "none" });
  assert.ok(!page.did("start-call"));
});

Deno.test("Page keeps a call when the connection of either side drops", () => {
  const page = new Page().on("start-video", "start-video").server(PAIRED).server(BY_RELAY)
    .on(said({ kind: "call", says: "willing" }))
    .on({ type: "call", event: { type: "line", line: "connected" } });
  page.on({ type: "down", mayResume: true });
  assert.deepEqual([page.chat.call.kind, wanted(page)], ["live", ["camera", "microphone"]]);
  page.server(WELCOME).server({ type: "resumed", chatting: true });
  page.server({ type: "partner-away" }).server({ type: "partner-back" });
  assert.equal(page.chat.call.kind, "live");
});

Deno.test("Page resets only the request that the server refused: a report or a call", () => {
  const refused = (code: ErrorCode): string[] => {
    const page = new Page().on("start-video", "start-video").server(PAIRED).on("choose-report");
    page.on({ type: "report", reason: "spam" });
    assert.deepEqual([page.chat.report, page.chat.call.kind], ["sent", "preparing"]);
    page.server({ type: "error", code, message: "" });
    return [page.chat.report, page.chat.call.kind];
  };
  assert.deepEqual(refused("already-reported"), ["none", "preparing"]);
  assert.deepEqual(refused("nobody-to-report"), ["none", "preparing"]);
  assert.deepEqual(refused("nobody-to-call"), ["sent", "failed"]);
  assert.deepEqual(refused("too-fast"), ["none", "failed"], "it could be either");
});
