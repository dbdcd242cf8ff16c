/** What a key is pressed for. */

import type { DeviceKind } from "./devices.ts";

/** The code of Enter, unless an input method takes the key for itself (UI Events, section 8.3.1). */
const ENTER = 13;

/**
 * Whether Enter is meant for the page, and not for an input method, which ends a word by it. Only the code tells that
 * in every browser: Safari has stopped composing when it tells of the key, as far as `isComposing` says.
 */
export function isEnter({ keyCode }: KeyboardEvent): boolean {
  return keyCode === ENTER;
}

/**
 * What switches a device together with Ctrl, or Command on a Mac, as in other video calls. A letter alone switches
 * nothing, because it may be meant as text (WCAG 2.1, success criterion 2.1.4), and neither do Alt and AltGr, which write
 * other letters.
 */
const DEVICE_KEYS: Readonly<Record<string, DeviceKind>> = { d: "microphone", e: "camera" };

/** The device that a key press switches. Where a keyboard has other letters, the key in the same place does. */
export function deviceOf(
  { key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent,
): DeviceKind | undefined {
  const [modifier, other] = isApple() ? [metaKey, ctrlKey] : [ctrlKey, metaKey];
  if (!modifier || other || altKey || shiftKey) return undefined;
  return DEVICE_KEYS[(key > "~" ? code.slice(3) : key).toLowerCase()];
}

/** The key that switches `device`, as people and as assistive technology (WAI-ARIA 1.2, aria-keyshortcuts) write it. */
export function shortcutOf(device: DeviceKind): { title: string; aria: string } {
  const key = device === "microphone" ? "D" : "E";
  return isApple()
    ? { title: `⌘${key}`, aria: `Meta+${key}` }
    : { title: `Ctrl+${key}`, aria: `Control+${key}` };
}

function isApple(): boolean {
  return /^(Mac|iP)/.test(navigator.platform);
}
