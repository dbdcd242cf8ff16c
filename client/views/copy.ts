/** Copying to the clipboard. */

import type { Words } from "../languages/catalogue.ts";

/**
 * Copies `text` at a press. The button then counts as pressed, which is shown, and a screen reader announces it. If the
 * browser refuses, the text is selected, so that the visitor can copy it.
 */
export function copier(
  text: string,
  words: Words,
): (event: { currentTarget: HTMLElement }) => Promise<void> {
  return async ({ currentTarget }) => {
    try {
      await navigator.clipboard.writeText(text);
      currentTarget.ariaPressed = "true";
      document.getElementById("announcer")!.textContent = words.Copied;
    } catch {
      const shown = currentTarget.closest("details, .message")!.querySelector("summary, p")!;
      getSelection()!.selectAllChildren(shown);
    }
  };
}
