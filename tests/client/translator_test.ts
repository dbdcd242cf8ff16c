import assert from "node:assert/strict";
import type { Language } from "../../client/language.ts";
import { CATALOGUES } from "../../client/languages/all.ts";
import type { Words } from "../../client/languages/catalogue.ts";
import { RETRY_INTERVAL, Translator } from "../../client/translator.ts";
import { ENGLISH } from "../english.ts";

const ALL = Object.fromEntries(
  Object.entries(CATALOGUES).map(([code, { words }]) => [code, words]),
);

/** A translator whose requests are answered by hand. */
class World {
  readonly log: string[] = [];
  readonly requests: PromiseWithResolvers<Record<string, Words>>[] = [];
  readonly tasks: [ms: number, task: () => void][] = [];
  last: Language | undefined;
  readonly translator = new Translator({
    own: ENGLISH,
    ask: () => {
      const request = Promise.withResolvers<Record<string, Words>>();
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

  async answer(words: Record<string, Words> = ALL): Promise<void> {
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

Deno.test("Translator asks for nothing while the page speaks the language that it came in", async () => {
  const world = new World();
  world.translator.choose("en");
  await world.settle();
  assert.deepEqual([world.requests.length, world.log], [0, []]);
});

Deno.test("Translator asks once for all languages and hands over the one that was chosen", async () => {
  const world = new World();
  world.translator.choose("de");
  world.translator.choose("de");
  assert.equal(world.requests.length, 1);
  await world.answer();
  assert.deepEqual(world.log, ["de"]);
  assert.deepEqual(world.last, { code: "de", words: ALL.de, manner: "de" });
  world.translator.choose("en");
  assert.deepEqual([world.log, world.last], [["de", "en"], ENGLISH]);
});

Deno.test("Translator hands over what was chosen last, in whatever order the answers come", async () => {
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

Deno.test("Translator says that it failed, and tries again for as long as it is wanted", async () => {
  const world = new World();
  world.translator.choose("ar");
  await world.fail();
  assert.deepEqual([world.log, world.tasks.map(([ms]) => ms)], [["failed"], [RETRY_INTERVAL]]);
  world.tasks[0]![1]();
  await world.answer();
  assert.deepEqual(world.log, ["failed", "ar"]);
  world.translator.choose("de");
  await world.fail();
  world.translator.choose("en");
  world.tasks[1]![1]();
  assert.deepEqual([world.requests.length, world.log], [3, ["failed", "ar", "failed", "en"]]);
});

Deno.test("Translator refuses what was built for another page, and a language that there is not", async () => {
  const world = new World();
  world.translator.choose("de");
  await world.answer({ ...ALL, en: { ...ENGLISH.words, Send: "Post" } });
  assert.deepEqual(world.log, ["failed"]);
  world.translator.choose("nl");
  await world.answer();
  assert.deepEqual(world.log, ["failed", "failed"]);
});
