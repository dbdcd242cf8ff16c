/** The meaning of key presses. */

import type { DeviceKind } from "../media/devices.ts";

/** The code of Enter. An input method that handles the key changes it (UI Events, section 8.3.1). */
const ENTER = 13;

/**
 * Whether Enter is meant for the page, and not for an input method, where it ends a word. Only the code shows that in
 * every browser: Safari ends the composition before this key event, so `isComposing` is already false.
 */
export function isEnter({ keyCode }: KeyboardEvent): boolean {
  return keyCode === ENTER;
}

type KeyPress = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"
>;

/**
 * The keys that switch a device together with Ctrl and Shift. They are the same on every system, because a page that
 * does not ask for the system can't adapt its shortcuts. A letter alone switches nothing, because it may be meant as
 * text (WCAG 2.1, success criterion 2.1.4). Neither does AltGr, which writes letters, or Ctrl alone, which moves
 * through text on a Mac.
 */
const DEVICE_KEYS: Readonly<Record<string, DeviceKind>> = { m: "microphone", o: "camera" };

/** The device that a key press switches. On a keyboard without Latin letters, the key in the same place counts. */
export function deviceOf(
  { key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress,
): DeviceKind | undefined {
  if (!ctrlKey || !shiftKey || metaKey || altKey) return undefined;
  const letter = /^\p{Script=Latin}$/u.test(key) ? key : code.replace("Key", "");
  return DEVICE_KEYS[letter.toLowerCase()];
}

/**
 * The shortcut of `device`, as people write it, and for assistive technology (WAI-ARIA 1.2, aria-keyshortcuts).
 */
export function shortcutOf(device: DeviceKind): { title: string; aria: string } {
  const key = device === "microphone" ? "M" : "O";
  return { title: `Ctrl+Shift+${key}`, aria: `Control+Shift+${key}` };
}
