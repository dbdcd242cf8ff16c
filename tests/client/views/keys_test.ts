import assert from "node:assert/strict";
import { deviceOf, isEnter, shortcutOf } from "../../../client/views/keys.ts";

const MODIFIERS = ["ctrl", "shift", "alt", "meta"] as const;

/** A key press, with only the modifiers in `held`. */
function press(key: string, code: string, ...held: string[]): Parameters<typeof deviceOf>[0] {
  return {
    key,
    code,
    ctrlKey: held.includes("ctrl"),
    metaKey: held.includes("meta"),
    altKey: held.includes("alt"),
    shiftKey: held.includes("shift"),
  };
}

Deno.test("Key switches a device together with Ctrl and Shift", () => {
  assert.equal(deviceOf(press("O", "KeyO", "ctrl", "shift")), "camera");
  assert.equal(deviceOf(press("M", "KeyM", "ctrl", "shift")), "microphone");
  assert.equal(deviceOf(press("m", "KeyM", "ctrl", "shift")), "microphone", "with caps lock");
});

Deno.test("Key switches nothing with other modifiers, which type characters, edit text, or belong to the system", () => {
  for (let choice = 0; choice < 2 ** MODIFIERS.length; choice++) {
    const held = MODIFIERS.filter((_, n) => choice & 1 << n);
    if (held.join("+") === "ctrl+shift") continue;
    for (const key of ["m", "o", "c", "d", "e"]) {
      const pressed = press(key, `Key${key.toUpperCase()}`, ...held);
      assert.equal(deviceOf(pressed), undefined, `${held} ${key}`);
    }
  }
  assert.equal(deviceOf(press("C", "KeyC", "ctrl", "shift")), undefined);
});

Deno.test("Key is chosen by position where a keyboard has no Latin letters, and otherwise by letter", () => {
  const place = (key: string, code: string): ReturnType<typeof deviceOf> =>
    deviceOf(press(key, code, "ctrl", "shift"));
  assert.equal(place("Щ", "KeyO"), "camera", "Cyrillic");
  assert.equal(place("ة", "KeyM"), "microphone", "Arabic");
  assert.equal(place("O", "KeyS"), "camera", "Dvorak");
  assert.equal(place("R", "KeyO"), undefined, "Dvorak");
  assert.equal(place("Ж", "Semicolon"), undefined);
});

Deno.test("Key is written as people and assistive technology know it", () => {
  assert.deepEqual(shortcutOf("camera"), { title: "Ctrl+Shift+O", aria: "Control+Shift+O" });
  assert.deepEqual(shortcutOf("microphone"), { title: "Ctrl+Shift+M", aria: "Control+Shift+M" });
});

Deno.test("Enter is meant for the page unless an input method handles it, as each browser says so", () => {
  const enter = { key: "Enter", keyCode: 13, isComposing: false };
  assert.ok(isEnter(enter));
  assert.ok(!isEnter({ ...enter, keyCode: 229 }), "Safari: the composition has already ended");
  assert.ok(!isEnter({ ...enter, keyCode: 229, isComposing: true }), "Chrome and Firefox");
  assert.ok(!isEnter({ ...enter, isComposing: true }));
  assert.ok(!isEnter({ key: "a", keyCode: 65, isComposing: false }));
});
