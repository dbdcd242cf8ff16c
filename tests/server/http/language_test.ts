import assert from "node:assert/strict";
import { AvailableLanguages, MAX_HEADER_LENGTH } from "../../../server/http/language.ts";

const available = new AvailableLanguages(
  ["en", "es", "pt", "de", "id", "ar", "zh", "zh-Hant", "ja"],
);

const preferred = (header: string | undefined): string => available.preferred(header);

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
  assert.equal(preferred("de-1996"), "de");
  assert.equal(preferred("de-Cyrl"), "de");
});

/** Headers as browsers send them, and others. */
const CHINESE: Readonly<Record<string, string>> = {
  "zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7": "zh-Hant",
  "zh-HK,zh-TW;q=0.9,zh;q=0.8,en;q=0.7": "zh-Hant",
  "zh-CN,zh;q=0.9,zh-TW;q=0.8": "zh",
  "zh-Hant-HK,en;q=0.1": "zh-Hant",
  ...{ "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant", "ZH-hk": "zh-Hant" },
  ...{ "zh-Hant": "zh-Hant", "zh-Hant-CN": "zh-Hant", "zh-Hant-SG": "zh-Hant" },
  ...{ "zh": "zh", "zh-CN": "zh", "zh-SG": "zh", "zh-MY": "zh" },
  ...{ "zh-Hans": "zh", "zh-Hans-TW": "zh", "zh-Hans-HK": "zh" },
  ...{ "zh-Bopo": "zh", "zh-min-nan": "zh", "zh-": "zh" }, // Another script, and two invalid tags.
  "en;q=0.1, zh-Hant;q=0, zh-CN": "zh",
  "zh;q=0, en;q=0, es;q=0, pt;q=0, de;q=0, id;q=0, ar;q=0, *": "zh-Hant",
};

for (const [header, code] of Object.entries(CHINESE)) {
  Deno.test(`Language of "${header}" is ${code}`, () => assert.equal(preferred(header), code));
}

Deno.test("Language is the one available script of a language, whatever the region", () => {
  const [simplified, traditional] = [
    new AvailableLanguages(["en", "zh"]),
    new AvailableLanguages(["en", "zh-Hant"]),
  ];
  assert.equal(simplified.preferred("zh-TW"), "zh");
  assert.equal(traditional.preferred("zh-CN"), "zh-Hant");
});

Deno.test("Language is Indonesian for its present code and for the former one", () => {
  for (const header of ["id", "id-ID,id;q=0.9", "in", "in-ID, en;q=0.8"]) {
    assert.equal(preferred(header), "id", header);
  }
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
