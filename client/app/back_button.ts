/**
 * The browser's Back button, and the gesture for it. While a chat is under way, the history has one more entry. So Back
 * removes that entry and asks, instead of ending the chat. Each new chat, and each question, adds the entry again.
 */

import { isTalking, type State } from "../state/state.ts";

export class BackButton {
  readonly #state: () => State;
  /** Whether the entry is there, or being removed. */
  #entry: "none" | "there" | "going" = "none";

  /** `ask` does what Escape does, and changes the state at once. */
  constructor(state: () => State, ask: () => void) {
    this.#state = state;
    addEventListener("popstate", () => {
      const isAsked = this.#entry === "there";
      this.#entry = "none";
      if (isAsked) ask();
      this.follow();
      if (isAsked && !isTalking(state())) history.back(); // The visitor has confirmed.
    });
  }

  /** Adds the entry, or removes it, which the browser does later. */
  follow(): void {
    const isNeeded = isTalking(this.#state());
    if (this.#entry === (isNeeded ? "none" : "there")) {
      this.#entry = isNeeded ? "there" : "going";
      if (isNeeded) history.pushState(null, "");
      else history.back();
    }
  }
}
