import assert from "node:assert/strict";
import { CATALOGUES } from "../../../client/languages/all.ts";
import {
  DEFAULT_PREFERENCES,
  loadPreferences,
  savePreferences,
} from "../../../client/state/preferences.ts";

function store(
  content?: string,
): {
  getItem: () => string | null;
  setItem: (key: string, value: string) => void;
  content?: string;
} {
  const it = {
    content,
    getItem: () => it.content ?? null,
    setItem: (_: string, value: string) => void (it.content = value),
  };
  return it as ReturnType<typeof store>;
}

function refuse(): never {
  throw new DOMException("The operation is insecure.", "SecurityError");
}

Deno.test("Preferences are restored as they were saved", () => {
  const kept = store();
  for (const [name, value] of Object.entries(DEFAULT_PREFERENCES)) {
    const words: Record<string, string> = { language: "de", theme: "dark" };
    const changed = { ...DEFAULT_PREFERENCES, [name]: words[name] ?? !value };
    savePreferences(() => kept, changed);
    assert.deepEqual(loadPreferences(() => kept), changed);
  }
});

Deno.test("Preferences restore every language of the menu", () => {
  for (const language of Object.keys(CATALOGUES)) {
    const kept = store();
    savePreferences(() => kept, { language });
    assert.equal(loadPreferences(() => kept).language, language);
  }
});

Deno.test("Preferences fall back to defaults, one by one, on any other content", () => {
  const contents = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    '{"version":2,"adult":true}',
    '{"adult":true}',
  ];
  for (const content of contents) {
    assert.deepEqual(loadPreferences(() => store(content)), DEFAULT_PREFERENCES, content);
  }
  const half = '{"version":1,"adult":true,"sound":"loud","more":1}';
  assert.deepEqual(loadPreferences(() => store(half)), { ...DEFAULT_PREFERENCES, adult: true });
  const unfit = {
    language: [
      true,
      "de ",
      "DE",
      "dark",
      "kept-7f3a",
      null,
      ["de"],
      "de-Hant",
      "zh-hant",
      "zh-Hant-x",
    ],
    theme: [true, "de", "dark ", "DARK", "blue", "kept-7f3a", null, ["dark"]],
  };
  for (const [name, values] of Object.entries(unfit)) {
    for (const value of values) {
      const content = JSON.stringify({ version: 1, [name]: value });
      assert.deepEqual(loadPreferences(() => store(content)), DEFAULT_PREFERENCES, content);
    }
  }
});

Deno.test("Preferences work without a store that is blocked or full", () => {
  assert.deepEqual(loadPreferences(refuse), DEFAULT_PREFERENCES);
  savePreferences(refuse, DEFAULT_PREFERENCES);
  savePreferences(() => ({ ...store(), setItem: refuse }), DEFAULT_PREFERENCES);
});

Deno.test("Preferences that another tab has changed stay as they are", () => {
  const kept = store();
  savePreferences(() => kept, { cameraOff: true, direct: false });
  savePreferences(() => kept, { sound: false });
  savePreferences(() => kept, { language: "ja" });
  const expected = { cameraOff: true, direct: false, sound: false, language: "ja" };
  assert.deepEqual(loadPreferences(() => kept), { ...DEFAULT_PREFERENCES, ...expected });
});

Deno.test("Preferences contain nothing that identifies a person", () => {
  const { language, theme, ...flags } = DEFAULT_PREFERENCES;
  assert.deepEqual([language, theme], ["", ""]);
  for (const value of Object.values(flags)) assert.equal(typeof value, "boolean");
});
