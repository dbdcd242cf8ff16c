import assert from "node:assert/strict";
import { DEFAULT_PREFERENCES, loadPreferences, savePreferences } from "../../client/preferences.ts";

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

Deno.test("Preferences come back as they were saved", () => {
  const kept = store();
  const names = Object.keys(DEFAULT_PREFERENCES) as (keyof typeof DEFAULT_PREFERENCES)[];
  for (const name of names) {
    const changed = { ...DEFAULT_PREFERENCES, [name]: !DEFAULT_PREFERENCES[name] };
    savePreferences(() => kept, changed);
    assert.deepEqual(loadPreferences(() => kept), changed);
  }
});

Deno.test("Preferences fall back to defaults, one by one, on whatever else is found", () => {
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
});

Deno.test("Preferences do without a store that is blocked or full", () => {
  assert.deepEqual(loadPreferences(refuse), DEFAULT_PREFERENCES);
  savePreferences(refuse, DEFAULT_PREFERENCES);
  savePreferences(() => ({ ...store(), setItem: refuse }), DEFAULT_PREFERENCES);
});

Deno.test("Preferences hold nothing that identifies anybody", () => {
  for (const value of Object.values(DEFAULT_PREFERENCES)) assert.equal(typeof value, "boolean");
});
