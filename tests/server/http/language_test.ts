import assert from "node:assert/strict";
import { MAX_HEADER_LENGTH, preferredLanguage } from "../../../server/http/language.ts";

const CODES = ["en", "es", "pt", "de", "ar", "zh", "ja"];

const preferred = (header: string | undefined): string | undefined =>
  preferredLanguage(header, CODES);

Deno.test("Language is the one with the highest weight, and of equals the first", () => {
  assert.equal(preferred("de"), "de");
  assert.equal(preferred("de-DE,de;q=0.9,en;q=0.8"), "de");
  assert.equal(preferred("en;q=0.3, ja;q=0.9, de;q=0.5"), "ja");
  assert.equal(preferred("es, de"), "es");
  assert.equal(preferred("es;q=0.5, de;q=0.5"), "es");
  assert.equal(preferred(" AR ; Q=1.0 "), "ar");
  assert.equal(preferred("de;q=0.001"), "de");
});

Deno.test("Language matches whatever its region or script", () => {
  assert.equal(preferred("pt-PT"), "pt");
  assert.equal(preferred("zh-TW"), "zh");
  assert.equal(preferred("zh-Hant-HK,en;q=0.1"), "zh");
  assert.equal(preferred("de-1996"), "de");
});

Deno.test("Language that is not available gives way to the next", () => {
  assert.equal(preferred("nl, sv;q=0.9, de;q=0.1"), "de");
  assert.equal(preferred("den, deu"), "en");
  assert.equal(preferred("nl"), "en");
  assert.equal(preferred(undefined), "en");
  assert.equal(preferred(""), "en");
});

Deno.test("Language is any that is not refused where the header accepts any", () => {
  assert.equal(preferred("*"), "en");
  assert.equal(preferred("nl, *;q=0.5"), "en");
  assert.equal(preferred("en;q=0, *"), "es");
  assert.equal(preferred("*;q=0.1, ja;q=0.2"), "ja");
  assert.equal(preferred("de;q=0, nl"), "en");
});

Deno.test("Language is English for an invalid header of any length", () => {
  for (const header of ["de;q=x", ";;;", "q=1", "d e", "<script>", "de;q=1;q=2", "__proto__"]) {
    assert.equal(preferred(header), "en", header);
  }
  assert.equal(preferred(`${"nl,".repeat(MAX_HEADER_LENGTH)}de`), "en");
  assert.equal(preferred(`${" ".repeat(100_000)}de`), "en");
});
