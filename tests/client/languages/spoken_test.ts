import assert from "node:assert/strict";
import {
  OFFERED_LANGUAGES,
  offeredLanguages,
  ownNames,
  spokenLanguages,
} from "../../../client/languages/spoken.ts";
import { isSpokenLanguage, MAX_LANGUAGES } from "../../../protocol.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const GERMAN = { ...ENGLISH, code: "de" };

Deno.test("A spoken language has no region, and a script only where it is not the usual one", () => {
  const expected = {
    "de-AT": "de",
    "en": "en",
    "en-US": "en",
    "es-419": "es",
    "zh-CN": "zh",
    "zh-SG": "zh",
    "zh-Hans-HK": "zh",
    "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-MO": "zh-Hant",
    "zh-Hant": "zh-Hant",
    "sr-RS": "sr",
    "sr-Latn-RS": "sr-Latn",
    "uz-Cyrl": "uz-Cyrl",
    "yue-HK": "yue",
    "de-1996": "de",
    "de-u-co-phonebk": "de",
  };
  for (const [tag, spoken] of Object.entries(expected)) {
    assert.deepEqual(spokenLanguages([tag]), [spoken], tag);
  }
});

Deno.test("A spoken language has one tag, however it is written", () => {
  assert.deepEqual(spokenLanguages(["tl", "fil-PH"]), ["fil"]);
  assert.deepEqual(spokenLanguages(["iw", "he-IL"]), ["he"]);
  assert.deepEqual(spokenLanguages(["nb-NO", "nn", "no"]), ["no"]);
  assert.deepEqual(spokenLanguages(["DE", "de-CH", "de"]), ["de"]);
});

Deno.test("Tags that are invalid, or that a search can't name, are skipped", () => {
  const tags = ["", "*", "english", "en-US@posix", "x-klingon", "de_DE", "fr-FR"];
  assert.deepEqual(spokenLanguages(tags), ["fr"]);
});

Deno.test("The first six languages are named, and no more", () => {
  const tags = OFFERED_LANGUAGES.slice(0, MAX_LANGUAGES + 3);
  assert.deepEqual(spokenLanguages(tags), tags.slice(0, MAX_LANGUAGES));
});

Deno.test("Every language that the page offers can be sent, and stays what it is", () => {
  for (const tag of OFFERED_LANGUAGES) {
    assert.ok(isSpokenLanguage(tag), tag);
    assert.deepEqual(spokenLanguages([tag]), [tag]);
  }
  assert.equal(new Set(OFFERED_LANGUAGES).size, OFFERED_LANGUAGES.length);
});

Deno.test("Languages are called by their own names, and an unknown one by its tag", () => {
  const tags = ["de", "en", "zh-Hant", "sr-Latn", "xyz"];
  assert.deepEqual(ownNames(ENGLISH, tags), [
    "Deutsch",
    "English",
    "繁體中文",
    "srpski (latinica)",
    "xyz",
  ]);
});

Deno.test("Offered languages are in the order of the page's language, without those that are chosen", () => {
  const english = offeredLanguages(ENGLISH, ["de", "zh-Hant"]);
  assert.equal(english.length, OFFERED_LANGUAGES.length - 2);
  assert.ok(!english.some(([tag]) => tag === "de" || tag === "zh-Hant"));
  const names = english.map(([, name]) => name);
  assert.deepEqual(names, names.toSorted(new Intl.Collator("en").compare));
  const german = offeredLanguages(GERMAN, []);
  const at = (name: string): number => german.findIndex(([, one]) => one === name);
  assert.ok(0 <= at("Deutsch") && at("Arabisch") < at("Deutsch"), "named in German");
});
