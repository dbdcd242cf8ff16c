/**
 * The number on the icon of the installed app: how much is unread. The browser keeps it after the app is closed, so it
 * is cleared then, and once at the start. Browsers without it, and pages that are not installed, show none.
 */

export class AppBadge {
  #count: number | undefined;

  constructor() {
    addEventListener("pagehide", () => this.show(0));
  }

  /** Shows a count; 0 clears it. */
  show(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    navigator.setAppBadge?.(count).catch(() => {}); // The system may refuse.
  }
}
