/** The catalogues: complete, identical in everything that a program reads from them, and each in its language. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CATALOGUES } from "../../../client/languages/all.ts";
import type { Counted } from "../../../client/languages/catalogue.ts";
import { en } from "../../../client/languages/en.ts";
import { PICTURES } from "../../../client/crypto/safety_emoji.ts";
import { filesIn, TempFolder } from "../../support/files.ts";

const LANGUAGES = Object.entries(CATALOGUES);
const client = new URL("../../../client/", import.meta.url);

/** Strings that may be the same as in English. */
const SAME = new Set([
  "ltr",
  ", ",
  "Camera",
  "Chat",
  "Message",
  "Messages",
  "Conversation",
  "Contact",
  "Privacy",
  "Volume",
]);

/** Every string of a catalogue, by its path. A counted phrase is represented by its `other` form. */
function strings(value: unknown, path = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[path, value]]);
  const inside = isCounted(value) ? [["counted", value.other] as const] : Object.entries(value!);
  return new Map(inside.flatMap(([key, part]) => [...strings(part, `${path}.${key}`)]));
}

function isCounted(value: unknown): value is Counted {
  return typeof Object(value).other === "string" && /{count}/.test(Object(value).other);
}

/** Every counted phrase in a catalogue. */
function countings(value: unknown): Counted[] {
  if (isCounted(value)) return [value];
  return typeof value === "object" ? Object.values(value!).flatMap(countings) : [];
}

Deno.test("Type check refuses a catalogue that lacks a string, has an extra one, or loses a placeholder", async () => {
  await using folder = new TempFolder();
  for (const name of ["en.ts", "catalogue.ts"]) {
    await Deno.copyFile(new URL(`languages/${name}`, client), join(folder.path, name));
  }
  const whole = await Deno.readTextFile(new URL("languages/de.ts", client));
  const changes: Record<string, [from: string, to: string]> = {
    whole: ["", ""],
    lacking: ['    Send: "Senden",\n', ""],
    more: ['    Send: "Senden",\n', '    Send: "Senden",\n    Sent: "Gesendet",\n'],
    lost: ["{interest} entfernen", "Entfernen"],
    misspelt: ["Du bist bis {time} gesperrt.", "Du bist bis {zeit} gesperrt."],
    uncounted: ["{count} Menschen", "Menschen"],
    unreasonable: ['      spam: "Spam oder Werbung",\n', ""],
  };
  for (const [name, [from, to]] of Object.entries(changes)) {
    assert.ok(whole.includes(from), name);
    await Deno.writeTextFile(join(folder.path, `${name}.ts`), whole.replace(from, to));
  }
  const files = Object.keys(changes).map((name) => join(folder.path, `${name}.ts`));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-config", "--quiet", ...files],
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  const faulty = new TextDecoder().decode(stderr).matchAll(/ at file:.*\/(\w+)\.ts:/g);
  const refused = new Set(faulty.map(([, name]) => name).filter((name) => name! in changes));
  assert.deepEqual([...refused].sort(), Object.keys(changes).slice(1).sort());
});

Deno.test("Catalogues are eighteen, English first, each named as its speakers name it", () => {
  assert.deepEqual(LANGUAGES.map(([code, { name }]) => `${code} ${name}`), [
    "en English",
    "es Español",
    "pt Português",
    "fr Français",
    "de Deutsch",
    "it Italiano",
    "pl Polski",
    "tr Türkçe",
    "vi Tiếng Việt",
    "id Indonesia",
    "ru Русский",
    "uk Українська",
    "ar العربية",
    "hi हिन्दी",
    "zh 简体中文",
    "zh-Hant 繁體中文",
    "ja 日本語",
    "ko 한국어",
  ]);
});

for (const [code, catalogue] of LANGUAGES) {
  Deno.test(`Catalogue ${code} has the placeholders of the English one, and no markup`, () => {
    const english = strings(en);
    for (const [path, text] of strings(catalogue)) {
      if (path === ".words.Comma") continue;
      const names = (of = ""): string[] => of.match(/{\w*}?/g) ?? [];
      assert.deepEqual(names(text), names(english.get(path)), path);
      assert.doesNotMatch(text, /[<>]|&\w+;|^\s|\s$|\s\s| [,.]/, path);
    }
  });

  Deno.test(`Catalogue ${code} has a form for every plural category, and no others`, () => {
    const rules = new Intl.PluralRules(code);
    const needed = new Set(Array.from({ length: 1000 }, (_, count) => rules.select(count)));
    for (const forms of countings(catalogue)) {
      assert.deepEqual(new Set(Object.keys(forms)), needed.add("other"));
      for (const form of Object.values(forms)) assert.match(form, /{count}/);
    }
  });

  Deno.test(`Catalogue ${code} has a different name for each picture`, () => {
    const names = catalogue.words.Pictures.split(catalogue.words.Comma);
    assert.equal(names.length, PICTURES.length);
    assert.equal(new Set(names).size, PICTURES.length);
  });

  Deno.test(`Catalogue ${code} has different texts where people must tell them apart`, () => {
    const { words } = catalogue;
    const groups = [
      [words.Send, ...Object.values(words.Stop), words.StartText, words.StartVideo, words.Cancel],
      [words.SoundOn, words.SoundOff, words.CameraOn, words.CameraOff, words.MicOn, words.MicOff],
      Object.values(words.Reasons),
      Object.values(words.Notices),
      Object.values(words.Links),
      [words.YouSay, words.StrangerSays],
    ];
    for (const group of groups) assert.deepEqual([...new Set(group)], group);
  });

  if (code === "en") continue;

  Deno.test(`Catalogue ${code} leaves nothing in English`, () => {
    const english = strings(en);
    const left = [...strings(catalogue)].filter(([path, text]) => text === english.get(path));
    assert.deepEqual(left.filter(([, text]) => !SAME.has(text)), []);
  });

  Deno.test(`Catalogue ${code} is written in the direction of its script`, () => {
    const isRightToLeft = /\p{Script=Arabic}/u.test(catalogue.words.Heading);
    assert.equal(catalogue.words.Direction, isRightToLeft ? "rtl" : "ltr");
  });
}

Deno.test("Every word is used somewhere, and no other property has the same name", async () => {
  const said = new Set<string>();
  const files = await filesIn(fileURLToPath(client));
  for (const { path, text } of files) {
    if (!path.endsWith(".ts") || path.endsWith(".gen.ts")) continue;
    // The build replaces `words.Name` by a number, but can't replace a name that is a string.
    assert.doesNotMatch(text, /\bwords\s*(\?\.)?\[/, path);
    for (const [, owner, word = ""] of text.matchAll(/(\w+)\s*\.([A-Z]\w*)/g)) {
      if (word in en.words) assert.equal(owner, "words", `${path} has ${owner}.${word}`);
      said.add(word);
    }
  }
  assert.deepEqual(Object.keys(en.words).filter((word) => !said.has(word)), []);
});
