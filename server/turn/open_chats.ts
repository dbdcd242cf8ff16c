/** The chats in which a call may be relayed: those that have asked how to call, until they end. */

export class OpenChats {
  readonly #names = new Set<string>();
  readonly #onEnd: (chat: string) => void;

  /** `onEnd` receives the name of each chat that has ended. */
  constructor(onEnd: (chat: string) => void) {
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#names.size;
  }

  has(chat: string): boolean {
    return this.#names.has(chat);
  }

  open(chat: string): void {
    this.#names.add(chat);
  }

  end(chat: string): void {
    if (this.#names.delete(chat)) this.#onEnd(chat);
  }
}
