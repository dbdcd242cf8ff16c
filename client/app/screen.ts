/** What the visitor sees and a screen reader says: the state as it is drawn, the focus, and the announcements. */

import { chatView } from "../views/chat.ts";
import { Memo, type VNode } from "../views/markup.ts";
import { homeView } from "../views/home.ts";
import type { Language } from "../languages/language.ts";
import { patch } from "../views/patch.ts";
import { previewView } from "../views/preview.ts";
import { searchView } from "../views/search.ts";
import { showUnread } from "../page/attention.ts";
import type { Event, State } from "../state/state.ts";
import { translateDocument } from "../languages/document.ts";

export class Screen {
  #root: HTMLElement;
  /** What the page said before the app was running. */
  readonly #fallback: readonly Element[];
  readonly #dispatch: (event: Event) => void;
  #language: Language;
  #memo = new Memo();
  /** What was drawn last. */
  #drawn: VNode | undefined;
  #announced: State["screen"]["kind"] = "home";

  /** `language` is the one that the page was served in. */
  constructor(root: HTMLElement, language: Language, dispatch: (event: Event) => void) {
    this.#root = root;
    this.#language = language;
    this.#dispatch = dispatch;
    this.#fallback = [...root.children];
    root.textContent = "";
  }

  /**
   * Draws the state. An extension may have removed elements that were drawn, so after an exception the screen is
   * drawn again from nothing. After another one, the visitor leaves, and the page says that the chat isn't running.
   */
  draw(state: State, isRetry = false): void {
    try {
      this.#draw(state);
    } catch (error) {
      reportError(error);
      this.#root.replaceWith(this.#root = this.#root.cloneNode() as HTMLElement);
      this.#memo = new Memo();
      this.#drawn = undefined;
      if (!isRetry) return this.draw(state, true);
      this.#root.append(...this.#fallback);
      this.#root.querySelector(".late")!.role = "alert";
      this.#dispatch({ type: "broken" });
    }
  }

  /**
   * If the focused element has disappeared, the conversation gets the focus, where a key that is still pressed does no
   * harm.
   */
  #draw(state: State): void {
    const view = this.#view(state);
    if (view === undefined) return;
    const { activeElement } = document;
    const conversation = document.querySelector(".scroll");
    const { scrollTop = 0, scrollHeight = 0 } = conversation ?? {};
    patch(this.#root, [this.#drawn], [view]);
    this.#drawn = view;
    // Safari doesn't keep the place of a visitor who reads older lines.
    if (conversation && scrollTop < 0 && !CSS.supports("overflow-anchor", "auto")) {
      conversation.scrollTop = scrollTop + scrollHeight - conversation.scrollHeight;
    }
    if (!activeElement?.isConnected) {
      document.querySelector<HTMLElement>(".scroll, #cancel")?.focus();
    }
    this.#announce(state.screen.kind);
    const { language, unread } = state;
    if (language !== this.#language) translateDocument(this.#language = language);
    showUnread(unread, language);
  }

  #view(state: State): VNode | undefined {
    const { screen } = state;
    switch (screen.kind) {
      case "home":
        return homeView(state, this.#dispatch, isSecureContext, this.#memo);
      case "preview":
        return previewView(state, this.#dispatch);
      case "searching":
        return searchView(state, this.#dispatch);
      case "chat":
        return chatView(state, screen.chat, this.#dispatch, this.#memo);
      case "broken":
        return undefined;
    }
  }

  /**
   * Announces a new screen. A screen reader announces changes only in a live region that already exists. A new screen
   * brings a new region, so its first words are put in one that was there before.
   */
  #announce(screen: State["screen"]["kind"]): void {
    if (screen === this.#announced) return;
    this.#announced = screen;
    const announcer = document.getElementById("announcer")!;
    const first = this.#root.querySelector<HTMLElement>("[role=status] h1, .log > :last-child");
    announcer.textContent = first?.innerText ?? ""; // `textContent` would join paragraphs without a space.
  }
}
