/** What a key is pressed for. */

/** The code of Enter, unless an input method takes the key for itself (UI Events, section 8.3.1). */
const ENTER = 13;

/**
 * Whether Enter is meant for the page, and not for an input method, which ends a word by it. Only the code tells that
 * in every browser: Safari has stopped composing when it tells of the key, as far as `isComposing` says.
 */
export function isEnter({ keyCode }: KeyboardEvent): boolean {
  return keyCode === ENTER;
}
