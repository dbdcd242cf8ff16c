/** The meaning of key presses. */

import type { DeviceKind } from "../media/devices.ts";

/** The code of every key that an input method handles (UI Events, section 8.3.1). */
const HANDLED = 229;

/**
 * Whether an input method handles a key: there, Enter ends a word, and Escape discards it. Safari ends the composition
 * before this key event. Then `isComposing` is already false, and only the code shows it.
 */
export function isComposed(
  { keyCode, isComposing }: Pick<KeyboardEvent, "keyCode" | "isComposing">,
): boolean {
  return isComposing || keyCode === HANDLED;
}

/** Whether Enter is meant for the page. */
export function isEnter(event: Pick<KeyboardEvent, "key" | "keyCode" | "isComposing">): boolean {
  return event.key === "Enter" && !isComposed(event);
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
