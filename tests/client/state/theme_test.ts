import assert from "node:assert/strict";
import { isDark, switched, type Theme } from "../../../client/state/theme.ts";

const THEMES: readonly Theme[] = ["", "light", "dark"];

Deno.test("Theme that the visitor chose holds whatever the system has", () => {
  for (const system of [true, false]) {
    assert.deepEqual(THEMES.map((theme) => isDark(theme, system)), [system, false, true]);
  }
});

Deno.test("Switch for light and dark changes the colours at every press, and can return to the system's", () => {
  for (const system of [true, false]) {
    for (const theme of THEMES) {
      const other = switched(theme, system);
      assert.equal(isDark(other, system), !isDark(theme, system), `"${theme}", ${system}`);
      assert.equal(other === "", isDark(other, system) === system, `"${theme}", ${system}`);
    }
  }
});
