/** Spoken languages on the page: what a search names, the steps that are shown, and what a chat begins with. */

import assert from "node:assert/strict";
import { MAX_LANGUAGES, type ServerMessage, SUITES } from "../../../protocol.ts";
import { LONG_AFTER, WIDENS_AFTER } from "../../../client/state/search.ts";
import { describeNotice, describeSearch } from "../../../client/views/phrases.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { TestPage } from "../../support/test_page.ts";

const { words } = ENGLISH;

/** A page whose browser reports these languages. */
class Page extends TestPage {
  constructor(...languages: string[]) {
    super({}, { languages });
  }

  likes(text: string): this {
    return this.on({ type: "type-interest", text });
  }

  adds(language: string): this {
    return this.on({ type: "add-language", language });
  }

  removes(language: string): this {
    return this.on({ type: "remove-language", language });
  }

  /** The messages to the server that the last event caused. */
  get told(): unknown[] {
    return this.effects.flatMap((effect) => effect.type === "tell" ? [effect.message] : []);
  }

  /** What the page says about its search. */
  get hint(): string {
    const { screen } = this.state;
    assert.ok(screen.kind === "searching");
    return describeSearch(this.state, screen);
  }

  /** What the page says when a chat begins. */
  get beginning(): string[] {
    const { screen } = this.state;
    assert.ok(screen.kind === "chat");
    const [line] = screen.chat.lines;
    assert.ok(line?.from === "page");
    return describeNotice(ENGLISH, line.notice).slice(1);
  }
}

const OLDER: ServerMessage = { type: "welcome", token: "t", online: 7, features: ["search"] };
const WELCOME: ServerMessage = { ...OLDER, features: ["search", "languages"] };

function waiting(step: "exact" | "either" | "anyone", search = 1): ServerMessage {
  return { type: "waiting", step, search };
}

function paired(languages?: string[], interests: string[] = []): ServerMessage {
  const shared = { interests, ...(languages && { languages }) };
  return { type: "paired", role: "caller", met: false, search: 1, ...shared };
}

Deno.test("A search names the languages of the browser, without those that were removed, with those that were added", () => {
  const page = new Page("de", "en").server(WELCOME).removes("en").adds("fr").on("start");
  const find = {
    type: "find",
    mode: "text",
    interests: [],
    languages: ["de", "fr"],
    search: 1,
    suites: SUITES,
  };
  assert.deepEqual(page.told, [find]);
});

Deno.test("A search names no languages if all were removed, or if the server doesn't know them", () => {
  const find = { type: "find", mode: "text", interests: [], search: 1, suites: SUITES };
  assert.deepEqual(new Page("de").server(WELCOME).removes("de").on("start").told, [find]);
  assert.deepEqual(new Page("de").server(OLDER).on("start").told, [find]);
});

Deno.test("Languages are added once, up to six, and the focus stays near when one is removed", () => {
  const page = new Page("de").adds("de");
  assert.deepEqual(page.state.languages, ["de"]);
  for (const tag of ["en", "fr", "es", "pt", "ru", "ja"]) page.adds(tag);
  assert.equal(page.state.languages.length, MAX_LANGUAGES);
  page.removes("ru");
  assert.deepEqual(page.state.languages, ["de", "en", "fr", "es", "pt"]);
  assert.deepEqual(page.effects, [{ type: "focus", on: "add-language" }]);
});

Deno.test("Page says what the server says: both, then either, then anyone", () => {
  const page = new Page("de", "en").server(WELCOME).likes("chess,").on("start");
  const both = "Preferably someone who speaks Deutsch or English, and likes chess.";
  assert.equal(page.hint, both);
  assert.equal(page.server(waiting("exact")).hint, both);
  page.server(waiting("either"));
  assert.equal(page.hint, "Now someone who speaks Deutsch or English, or likes chess.");
  assert.equal(page.server(waiting("anyone")).hint, words.Anyone);
});

Deno.test("Page names only what a search has: languages, or interests, or nothing", () => {
  const languages = new Page("de").server(WELCOME).on("start");
  assert.equal(languages.hint, "Preferably someone who speaks Deutsch.");
  const interests = new Page().server(WELCOME).likes("tea,chess,").on("start");
  assert.equal(interests.hint, "Preferably someone who likes tea or chess.");
  assert.equal(new Page().server(WELCOME).on("start").hint, words.Usually);
  assert.equal(new Page("de").server(OLDER).on("start").hint, words.Usually);
});

Deno.test("Page doesn't widen a search before the server does, however long it takes", () => {
  const page = new Page("de").server(WELCOME).likes("chess,").on("start").pass(LONG_AFTER * 2);
  assert.match(page.hint, /^Preferably/);
  page.server(waiting("either"));
  assert.match(page.hint, /^Now/);
  assert.equal(page.server(waiting("anyone")).hint, words.Quiet);
});

Deno.test("Page widens a search by its clock when the server was sent no languages", () => {
  for (const page of [new Page("de").server(OLDER), new Page().server(WELCOME)]) {
    page.likes("chess,").on("start").server({ type: "waiting", search: 1 }).pass(WIDENS_AFTER - 1);
    assert.equal(page.hint, "Preferably someone who likes chess.");
    assert.equal(page.pass(1).hint, words.Anyone);
    assert.equal(page.pass(LONG_AFTER - WIDENS_AFTER).hint, words.Quiet);
  }
});

Deno.test("Page ignores the step of a search that was cancelled", () => {
  const page = new Page("de").server(WELCOME).on("start", "stop", "start");
  assert.match(page.server(waiting("anyone", 1)).hint, /^Preferably/);
  assert.equal(page.server(waiting("anyone", 2)).hint, words.Anyone);
});

Deno.test("Search begins again with its first step, and with what the present server knows, after a reconnect", () => {
  const page = new Page("de").server(WELCOME).likes("chess,").on("start");
  page.server(waiting("anyone")).on({ type: "down", mayResume: false }).server(WELCOME);
  assert.match(page.hint, /^Preferably someone who speaks Deutsch, and likes chess/);
  page.on({ type: "down", mayResume: false }).server(OLDER);
  const find = { type: "find", mode: "text", interests: ["chess"], search: 3, suites: SUITES };
  assert.deepEqual(page.told, [find]);
  assert.equal(page.hint, "Preferably someone who likes chess.");
  assert.equal(page.pass(WIDENS_AFTER).hint, words.Anyone);
});

Deno.test("A search that came too soon is repeated with the same languages", () => {
  const page = new Page("de").server(WELCOME).on("start");
  page.server({ type: "error", code: "too-fast", message: "", seconds: 2, search: 1 }).pass(2_000);
  const find = {
    type: "find",
    mode: "text",
    interests: [],
    languages: ["de"],
    search: 2,
    suites: SUITES,
  };
  assert.deepEqual(page.told, [find]);
});

Deno.test("Chat begins with the shared languages, then the shared interests", () => {
  const page = new Page("de", "en").server(WELCOME).on("start");
  page.server(paired(["de", "en"], ["chess"]));
  assert.deepEqual(page.beginning, [
    "You both speak Deutsch and English.",
    "You both like chess.",
  ]);
});

Deno.test("Chat says that no shared language was found only if the visitor named languages", () => {
  const begin = (page: Page, message: ServerMessage): string[] =>
    page.on("start").server(message).beginning;
  assert.deepEqual(begin(new Page("de").server(WELCOME), paired([])), [words.NoSharedLanguage]);
  assert.deepEqual(begin(new Page().server(WELCOME), paired([])), []);
  assert.deepEqual(begin(new Page("de").server(WELCOME), paired()), []);
  assert.deepEqual(begin(new Page("de").server(OLDER), paired()), []);
});
