import assert from "node:assert/strict";
import {
  counted,
  fill,
  type Language,
  listed,
  timeOfDay,
} from "../../../client/languages/language.ts";
import { CATALOGUES } from "../../../client/languages/all.ts";

const speak = (code: string): Language => ({
  code,
  words: CATALOGUES[code]!.words,
  locale: code,
});

Deno.test("Language fills in placeholders, whatever their values contain", () => {
  assert.equal(fill("Remove {interest}", "music"), "Remove music");
  assert.equal(fill("Remove {interest}", "$& {interest}"), "Remove $& {interest}");
  assert.equal(fill("Nothing", "music"), "Nothing");
});

Deno.test("Language counts with its own plural forms and digits", () => {
  const online = (code: string, count: number): string =>
    counted(speak(code), CATALOGUES[code]!.words.Online, count);
  assert.equal(online("en", 1), "1 person is here now");
  assert.equal(online("en", 1234), "1,234 people are here now");
  assert.deepEqual([1, 22, 25, 101].map((count) => online("ru", count)), [
    "Сейчас здесь 1 человек",
    "Сейчас здесь 22 человека",
    "Сейчас здесь 25 человек",
    "Сейчас здесь 101 человек",
  ]);
  assert.match(online("ar", 5), / أشخاص هنا الآن$/);
  assert.match(online("ar", 11), / شخصًا هنا الآن$/);
  assert.match(online("ar", 100), / شخص هنا الآن$/);
  assert.equal(online("ja", 7), "今ここに 7 人います");
});

Deno.test("Language uses another plural form where the exact one is missing", () => {
  assert.equal(counted(speak("ru"), { other: "{count}!" }, 1), "1!");
});

Deno.test("Language formats lists in its own way", () => {
  const three = ["a", "b", "c"];
  assert.equal(listed(speak("en"), ["go", "chess"], "conjunction"), "go and chess");
  assert.equal(listed(speak("en"), three, "disjunction"), "a, b, or c");
  assert.equal(listed(speak("de"), three, "conjunction"), "a, b und c");
  assert.equal(listed(speak("ja"), three, "conjunction"), "a、b、c");
});

Deno.test("Language formats the time in its own way, or in that of the browser", () => {
  const at = new Date(2026, 0, 1, 14, 5).getTime();
  assert.equal(timeOfDay(speak("de"), at), "14:05");
  assert.match(timeOfDay({ ...speak("de"), locale: "en-US" }, at), /^2:05\sPM$/);
  assert.match(timeOfDay({ ...speak("de"), locale: undefined }, at), /\d/);
});
