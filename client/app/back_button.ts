/**
 * The browser's Back button, and the gesture for it. While a chat is under way, the history has one more entry. So Back
 * removes that entry and asks, instead of ending the chat. Each new chat, and each question, adds the entry again.
 */

import { isTalking, type State } from "../state/state.ts";

/** What marks the entry. A page that is loaded again finds it, and removes it. */
const MARK = "chat";

export class BackButton {
  readonly #state: () => State;
  /** Whether the entry is there, or being removed. */
  #entry: "none" | "there" | "going" = "none";

  /** `ask` does what Escape does, and changes the state at once. */
  constructor(state: () => State, ask: () => void) {
    this.#state = state;
    if (history.state === MARK) this.#remove();
    addEventListener("popstate", () => {
      const entry = this.#entry;
      this.#entry = "none";
      if (entry === "there") ask();
      this.follow();
      if (entry === "there" && !isTalking(state())) history.back(); // The visitor has confirmed.
    });
  }

  /** Adds or removes the entry. */
  follow(): void {
    const isNeeded = isTalking(this.#state());
    if (this.#entry === "there" && !isNeeded) this.#remove();
    if (this.#entry !== "none" || !isNeeded) return;
    history.pushState(MARK, "");
    this.#entry = "there";
  }

  /** The browser removes it later. */
  #remove(): void {
    this.#entry = "going";
    history.back();
  }
}
