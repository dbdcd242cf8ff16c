/** Strangers who are marked as automated, and people who must not be. */

import assert from "node:assert/strict";
import {
  type Automation,
  comparable,
  HEAD_START,
  MIN_COMPARED,
  noteRepeated,
  noteText,
  TYPING_SPEED,
  watch,
} from "../../../client/state/automation.ts";
import { reduce } from "../../../client/state/reducer.ts";
import { type Event, initialState, type State } from "../../../client/state/state.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { GRACE } from "../../../client/state/grace.ts";
import type { Envelope } from "../../../client/crypto/envelope.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { repeats, SEED } from "../../support/repeats.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const BEGAN = 1_000_000;
const SECOND = 1_000;

/** A message, and how many milliseconds after the beginning of the chat it arrives. */
type Arrival = readonly [text: string, after: number];

function hear(arrivals: readonly Arrival[], { hidden = false, met = false } = {}): Automation {
  return arrivals.reduce(
    (automation, [text, after]) => noteText(automation, text, BEGAN + after),
    watch(BEGAN, hidden, met),
  );
}

/** Different letters, so that none counts as a key that is held down. */
function letters(count: number): string {
  return "abcdefghij".repeat(Math.ceil(count / 10)).slice(0, count);
}

Deno.test("Stranger who opens with a link is marked, whatever surrounds it", () => {
  const openings = [
    "https://example.com/join",
    "hi! see http://example.com",
    "add me: t.me/name",
    "www.example.com",
    "你好https://example.com。",
  ];
  for (const text of openings) assert.equal(hear([[text, 60_000]]).mark, "link", text);
});

Deno.test("Stranger who sends a link later is not marked, nor one whose first words only look like a link", () => {
  const link = "https://example.com/a/long/path/to/a/video?with=parameters&and=more";
  assert.equal(hear([["hi", 5_000], [link, 20_000]]).mark, "none");
  assert.equal(hear([[":)", 1_000], [`look: ${link}`, 4_000]]).mark, "none");
  const openings = [
    "hi.how are you",
    "24/m",
    "and/or...",
    "1.5/2.5",
    "e.g./i.e.",
    "no...yes/no",
    "a:b",
  ];
  for (const text of openings) assert.equal(hear([[text, 20_000]]).mark, "none", text);
});

Deno.test("Stranger is marked from the first letter that nobody could have typed in the time", () => {
  for (const after of [0, 500, 3_000, 60_000]) {
    const most = Math.floor(TYPING_SPEED * (after + HEAD_START) / SECOND);
    assert.equal(hear([[letters(most), after]]).mark, "none", `${after}`);
    assert.equal(hear([[letters(most + 1), after]]).mark, "speed", `${after}`);
  }
});

Deno.test("Stranger who sends many short messages faster than anyone types is marked, too", () => {
  const burst = Array.from({ length: 10 }, (_, n): Arrival => ["hello you", 300 + n * 50]);
  assert.equal(hear(burst).mark, "speed");
});

Deno.test("Stranger is not marked for what takes no typing: links, spaces, digits, emoji, a key that is held down", () => {
  const texts = [
    "x".repeat(2_000),
    "🙂🎉".repeat(500),
    "1234567890".repeat(200),
    " \n".repeat(500),
  ];
  texts.push(
    "!?.,".repeat(400),
    "haaaaaaaaaaaaa".repeat(1),
    `ok https://example.com/${letters(500)}`,
  );
  for (const text of texts) {
    assert.equal(hear([["hi", 500], [text, 600]]).mark, "none", text.slice(0, 20));
  }
});

Deno.test("Stranger who pastes something later in a chat is not marked", () => {
  const lyrics = letters(1_000);
  assert.equal(hear([["hi there", 2_000], ["wait", 40_000], [lyrics, 60_000]]).mark, "none");
});

Deno.test("Speed is not measured while the page may have been suspended", () => {
  assert.equal(hear([[letters(500), 100]], { hidden: true }).mark, "none");
});

Deno.test("Stranger with the text of the previous one is marked, unless they may be the same person", () => {
  assert.equal(noteRepeated(hear([])).mark, "repeated");
  assert.equal(noteRepeated(hear([], { met: true })).mark, "none");
});

Deno.test("First sign stays, and no sign returns after the visitor has dismissed it", () => {
  const linked = hear([["https://example.com", 100], [letters(900), 200]]);
  assert.equal(noteRepeated(linked).mark, "link");
  const dismissed = { ...linked, mark: "dismissed" } as const;
  assert.equal(noteRepeated(noteText(dismissed, letters(900), BEGAN + 300)).mark, "dismissed");
});

Deno.test("Texts are compared without what programs vary, and short ones not at all", () => {
  const spam = "Hey! I'm so bored, add me on snap: anna_22 https://example.com/1";
  const variations = [
    spam.toUpperCase(),
    spam.replaceAll(" ", "  "),
    spam.replace("22", "77").replace("/1", "/2"),
    `${spam} 😘😘`,
    spam.replace("bored", "boooored"),
    spam.normalize("NFD").replace("Hey", "\uFF28ey"), // A letter of full width.
  ];
  assert.ok(comparable(spam));
  for (const text of variations) assert.equal(comparable(text), comparable(spam), text);
  assert.notEqual(comparable(spam.replace("anna", "lisa")), comparable(spam));
  assert.equal(comparable(letters(MIN_COMPARED - 1)), undefined);
  assert.equal(comparable(letters(MIN_COMPARED)), letters(MIN_COMPARED));
});

Deno.test("Usual greetings are too short to be compared, in every language of the page", () => {
  const greetings = [
    "hi",
    "m or f?",
    "hello, how are you today?",
    "hey, where are you from?",
    "hola, ¿de dónde eres?",
    "oi, tudo bem? de onde você é?",
    "salut, ça va ? tu viens d'où ?",
    "hi, wie geht's? woher kommst du?",
    "привет, как дела? откуда ты?",
    "مرحبا، كيف حالك؟ من أين أنت؟",
    "नमस्ते, आप कैसे हैं?",
    "你好，请问你是哪里人？",
    "こんにちは、どこに住んでいますか？",
  ];
  for (const text of greetings) assert.equal(comparable(text), undefined, text);
});

/**
 * What a person types, at any speed up to a record, as it arrives through a network that stalls. Their page may have
 * shown the chat sooner than this one.
 */
function typist(roll: () => number): Arrival[] {
  const between = (least: number, most: number): number => least + roll() * (most - least);
  const speed = between(0.5, 18); // Letters a second. The record is 256 words a minute, or 17 letters a second.
  const arrivals: Arrival[] = [];
  let [written, arrived] = [between(-HEAD_START, SECOND), 0];
  for (let n = Math.floor(between(1, 60)); n > 0; n--) {
    const count = Math.ceil(between(0, 1) ** 3 * 400);
    written += count / speed * SECOND + between(0, 1) ** 4 * 20 * SECOND;
    const delay = roll() < 0.1 ? between(0, 5) * SECOND : between(0.01, 0.3) * SECOND;
    arrived = Math.max(arrived, written + delay); // In order, so one that is late holds up those after it.
    arrivals.push([letters(count), arrived]);
  }
  return arrivals;
}

Deno.test("No person who types is marked, however fast, and however badly the network delivers", () => {
  for (let n = 0; n < repeats({ sample: 500, long: 20_000 }); n++) {
    const arrivals = typist(seededRandom(SEED + n));
    assert.equal(hear(arrivals).mark, "none", `TEST_SEED=${SEED + n}`);
  }
});

Deno.test("Most programs that send a prepared text immediately are marked", () => {
  let marked = 0;
  const roll = seededRandom(1);
  for (let n = 0; n < 100; n++) {
    const text = letters(40 + Math.floor(roll() * 160));
    if (hear([[text, 50 + roll() * 900]]).mark === "speed") marked++;
  }
  assert.ok(marked > 80, `${marked} of 100`);
});

/** A chat in a page without a browser. */
function chat({ met = false, hidden = false } = {}): State {
  const state = initialState({ ...DEFAULT_PREFERENCES, adult: true }, ENGLISH);
  const events: Event[] = [
    { type: "attention", focused: !hidden, hidden },
    { type: "start" },
    { type: "server", message: { type: "paired", role: "caller", interests: [], met } },
  ];
  return after(state, events, BEGAN);
}

function after(state: State, events: readonly Event[], now: number): State {
  return events.reduce((before, event) => reduce(before, event, now).state, state);
}

function says(number: number, text: string): Event {
  const envelope: Envelope = { kind: "text", number, text };
  return { type: "partner", envelope };
}

function markOf({ screen }: State): Automation["mark"] | undefined {
  return screen.kind === "chat" ? screen.chat.automation.mark : undefined;
}

Deno.test("Page marks a stranger once in a chat, and not because of the one before", () => {
  const state = after(chat(), [says(1, "https://example.com")], BEGAN + 500);
  assert.equal(markOf(state), "link");
  const dismissed = reduce(state, { type: "dismiss-sign" }, BEGAN + 500 + GRACE);
  assert.deepEqual(dismissed.effects, [{ type: "focus", on: "message", unlessTouch: true }]);
  assert.equal(
    markOf(after(dismissed.state, [{ type: "repeated-text" }], BEGAN + 2_000)),
    "dismissed",
  );
  assert.equal(markOf(chat()), "none");
});

Deno.test("Page counts only messages that it shows, so one that arrives twice counts once", () => {
  const text = letters(TYPING_SPEED);
  assert.equal(markOf(after(chat(), [says(1, text), says(1, text)], BEGAN)), "none");
  assert.equal(markOf(after(chat(), [says(1, text), says(2, text)], BEGAN)), "speed");
  assert.equal(
    markOf(after(chat({ hidden: true }), [says(1, text), says(2, text)], BEGAN)),
    "none",
  );
});

Deno.test("Page does not mark a repeated text of a stranger whom it says it has met", () => {
  assert.equal(markOf(after(chat(), [{ type: "repeated-text" }], BEGAN)), "repeated");
  assert.equal(markOf(after(chat({ met: true }), [{ type: "repeated-text" }], BEGAN)), "none");
});

Deno.test("Mark sends nothing and changes nothing else", () => {
  const [before, event] = [chat(), says(1, "https://example.com")];
  const plain = reduce(before, says(1, "example"), BEGAN + 500);
  const marked = reduce(before, event, BEGAN + 500);
  assert.deepEqual(marked.effects, plain.effects);
  assert.deepEqual(reduce(before, { type: "repeated-text" }, BEGAN).effects, []);
  assert.ok(
    marked.state.screen.kind === "chat" && marked.state.screen.chat.phase.kind === "talking",
  );
});
