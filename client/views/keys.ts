/** What a key is pressed for. */

import type { DeviceKind } from "../media/devices.ts";

/** The code of Enter, unless an input method takes the key for itself (UI Events, section 8.3.1). */
const ENTER = 13;

/**
 * Whether Enter is meant for the page, and not for an input method, which ends a word by it. Only the code tells that
 * in every browser: Safari has stopped composing when it tells of the key, as far as `isComposing` says.
 */
export function isEnter({ keyCode }: KeyboardEvent): boolean {
  return keyCode === ENTER;
}

/** What counts of a key press. */
type KeyPress = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"
>;

/**
 * What switches a device together with Ctrl and Shift, on every system: a page that does not ask for the system can't
 * give each its own shortcut. A letter alone switches nothing, because it may be meant as text (WCAG 2.1, success
 * criterion 2.1.4). Neither do AltGr, which writes letters, and Ctrl alone, which moves through text on a Mac.
 */
const DEVICE_KEYS: Readonly<Record<string, DeviceKind>> = { m: "microphone", o: "camera" };

/** The device that a key press switches. Where a keyboard has no Latin letters, the key in the same place does. */
export function deviceOf(
  { key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress,
): DeviceKind | undefined {
  if (!ctrlKey || !shiftKey || metaKey || altKey) return undefined;
  const letter = /^\p{Script=Latin}$/u.test(key) ? key : code.replace("Key", "");
  return DEVICE_KEYS[letter.toLowerCase()];
}

/** The keys that switch `device`, as people and as assistive technology (WAI-ARIA 1.2, aria-keyshortcuts) write them. */
export function shortcutOf(device: DeviceKind): { title: string; aria: string } {
  const key = device === "microphone" ? "M" : "O";
  return { title: `Ctrl+Shift+${key}`, aria: `Control+Shift+${key}` };
}
