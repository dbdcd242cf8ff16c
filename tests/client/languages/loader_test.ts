import assert from "node:assert/strict";
import type { Language } from "../../../client/languages/language.ts";
import { CATALOGUES } from "../../../client/languages/all.ts";
import { LanguageLoader, RETRY_INTERVAL } from "../../../client/languages/loader.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const ALL = Object.fromEntries(
  Object.entries(CATALOGUES).map(([code, { words }]) => [code, words]),
);

/** A translator whose requests are answered by the test. */
class World {
  readonly log: string[] = [];
  readonly requests: PromiseWithResolvers<unknown>[] = [];
  readonly tasks: [ms: number, task: () => void][] = [];
  last: Language | undefined;
  readonly translator = new LanguageLoader({
    own: ENGLISH,
    ask: () => {
      const request = Promise.withResolvers<unknown>();
      this.requests.push(request);
      return request.promise;
    },
    later: (ms, task) => this.tasks.push([ms, task]),
    onLanguage: (language) => {
      this.last = language;
      this.log.push(language.code);
    },
    onFailed: () => this.log.push("failed"),
  });

  async answer(words: unknown = ALL): Promise<void> {
    this.requests.at(-1)!.resolve(words);
    await this.settle();
  }

  async fail(): Promise<void> {
    this.requests.at(-1)!.reject(new TypeError("Failed to fetch"));
    await this.settle();
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test("Translator requests nothing while the page uses the language that it was served in", async () => {
  const world = new World();
  world.translator.choose("en");
  await world.settle();
  assert.deepEqual([world.requests.length, world.log], [0, []]);
});

Deno.test("Translator requests all languages once and provides the chosen one", async () => {
  const world = new World();
  world.translator.choose("de");
  world.translator.choose("de");
  assert.equal(world.requests.length, 1);
  await world.answer();
  assert.deepEqual(world.log, ["de"]);
  assert.deepEqual(world.last, { code: "de", words: ALL.de, locale: "de" });
  world.translator.choose("en");
  assert.deepEqual([world.log, world.last], [["de", "en"], ENGLISH]);
});

Deno.test("Translator provides the language chosen last, whatever the order of the responses", async () => {
  const world = new World();
  world.translator.choose("de");
  world.translator.choose("ja");
  await world.answer();
  world.requests[0]!.resolve(ALL);
  await world.settle();
  assert.deepEqual(world.log, ["ja"]);
  world.translator.choose("de");
  world.translator.choose("en");
  await world.answer();
  assert.deepEqual(world.log, ["ja", "en"]);
});

Deno.test("Translator reports a failure, and retries for as long as the language is wanted", async () => {
  const world = new World();
  world.translator.choose("ar");
  await world.fail();
  world.tasks[0]![1]();
  await world.fail();
  const waits = world.tasks.map(([ms]) => ms);
  assert.deepEqual([world.log, waits], [["failed", "failed"], [
    RETRY_INTERVAL,
    2 * RETRY_INTERVAL,
  ]]);
  world.tasks[1]![1]();
  await world.answer();
  assert.deepEqual(world.log, ["failed", "failed", "ar"]);
});

Deno.test("Translator forgets the previous choice, even when it is chosen again", async () => {
  const world = new World();
  world.translator.choose("de");
  await world.fail();
  world.translator.choose("fr");
  world.translator.choose("de");
  world.tasks[0]![1]();
  assert.equal(world.requests.length, 3);
  world.requests[1]!.reject(new TypeError("Failed to fetch"));
  await world.answer();
  assert.deepEqual(world.log, ["failed", "de"]);
  world.translator.choose("en");
  await world.settle();
  assert.deepEqual(world.log, ["failed", "de", "en"]);
});

Deno.test("Translator refuses translations for another build of the page, and an unknown language", async () => {
  const world = new World();
  world.translator.choose("de");
  await world.answer({ ...ALL, en: { ...ENGLISH.words, Send: "Post" } });
  assert.deepEqual(world.log, ["failed"]);
  world.translator.choose("nl");
  await world.answer();
  assert.deepEqual(world.log, ["failed", "failed"]);
});

Deno.test("Translator refuses an answer that is malformed, and tries again", async () => {
  const { Send: _, ...incomplete } = ALL.de!;
  const answers = [
    ...[undefined, null, 7, "de", [], {}, { en: ENGLISH.words }, { de: ALL.de }],
    { en: Object.values(ENGLISH.words), de: Object.values(ALL.de!) }, // Built with numbers in place of names.
    ...[null, 7, "de", [], {}, incomplete, { ...ALL.de, Send: 7 }].map((de) => ({ ...ALL, de })),
  ];
  for (const answer of answers) {
    const world = new World();
    world.translator.choose("de");
    world.requests[0]!.resolve(answer);
    await world.settle();
    assert.deepEqual([world.log, world.tasks.length], [["failed"], 1], JSON.stringify(answer));
  }
  for (const code of ["constructor", "__proto__", "toString"]) {
    const world = new World();
    world.translator.choose(code);
    await world.answer();
    assert.deepEqual(world.log, ["failed"], code);
  }
});
