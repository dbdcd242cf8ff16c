/**
 * The other tabs of this browser. Two of them may be paired with each other, which only they can find out: the server
 * knows nothing that connects two tabs. Each tells the others the four pictures of its chat, which depend on the keys of
 * both sides. The message does not leave the browser, and nothing is stored.
 */

import type { Event, State } from "../state/state.ts";

export class OtherTabs {
  readonly #channel: BroadcastChannel | undefined;
  /** The pictures of the chat on the screen; empty for none. */
  #chat = "";
  /** Whether there is nothing more to find: no chat, or a partner who is another tab. */
  #isDone = true;

  constructor(dispatch: (event: Event) => void) {
    if (!("BroadcastChannel" in globalThis)) return;
    this.#channel = new BroadcastChannel("chat");
    this.#channel.onmessage = ({ data }) => {
      if (data !== this.#chat || this.#isDone) return;
      this.#isDone = true;
      this.#channel?.postMessage(data); // The other tab may have been the first, and heard nothing.
      dispatch({ type: "own-tab" });
    };
  }

  /** Tells the others when a chat begins. */
  follow({ screen }: State): void {
    const chat = screen.kind === "chat" ? screen.chat.pictures.join() : "";
    if (chat === this.#chat) return;
    this.#chat = chat;
    this.#isDone = chat === "";
    if (chat !== "") this.#channel?.postMessage(chat);
  }
}
