/**
 * Recognizes a text that the previous stranger has sent as well. The page keeps no text for that, only keyed hashes
 * (HMAC, RFC 2104) of what the present and the previous stranger sent. The key can't be exported, and neither leaves the
 * page's memory. Without the key, a hash could be compared with the hashes of guessed texts.
 */

/** Maximum number of texts of a stranger that are kept. */
export const MAX_HEARD = 100;

const HMAC: HmacKeyGenParams = { name: "HMAC", hash: "SHA-256" };

export class HeardTexts {
  #key: Promise<CryptoKey> | undefined;
  #previous = new Set<string>();
  #present = new Set<string>();

  /** A chat with another stranger begins. */
  begin(): void {
    this.#previous = this.#present;
    this.#present = new Set();
  }

  /** Remembers a text of the present stranger. Returns whether the previous one has sent it, too. */
  async hear(text: string): Promise<boolean> {
    const [previous, present] = [this.#previous, this.#present];
    const key = await (this.#key ??= crypto.subtle.generateKey(HMAC, false, ["sign"]));
    const bytes = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
    const hash = String(new Uint8Array(bytes));
    if (present.size < MAX_HEARD) present.add(hash);
    return previous.has(hash);
  }
}
