/**
 * Maps tokens to sessions. A client receives a token with each connection and presents it on the next one, if it has to
 * reconnect. So an attacker who wants to resume a visitor's session would have to steal the token.
 *
 * A token can be used once. The difficulty is the moment after: the answer to a `resume` may be lost with the new
 * connection, and then the client can't know that its token has been used. So a used token stays valid until the client
 * confirms the answer. Its next message does that, because a client sends nothing before the answer.
 *
 *      welcome: B             resume A            resumed            any message
 *   ───────────────> client ─────────────> server ──────────> client ─────────> server
 *          opens: A       A             B, or A again        B            B; A is spent
 *
 * Protection against:
 *
 *   guessing     A token has 256 bits of randomness. A connection may try one token, as its first message, and
 *                connections are limited by address. Tokens are looked up in a hash table, so the timing depends on
 *                the hash of the whole token, not on the number of correct characters: it can't be guessed in parts.
 *   replay       A spent token opens nothing. If it is presented, two clients have had it, and the server can't tell
 *                which of them is the owner. So the session ends for both (as in RFC 9700 section 4.14.2 for refresh
 *                tokens).
 *   theft        A thief who is first gets the connection but not the keys, which never left the page: what arrives
 *                is encrypted, and the partner's client rejects what the thief sends. The owner's connection is
 *                closed. If the owner presents the same token, the thief is disconnected as well.
 *   leaks        A token is in the memory of one page and in this table, never in a URL, a log or a file. The table
 *                has at most two tokens per session, and deletes them when the session ends.
 */

/** The result of looking up a token. */
export type TokenLookup<T> =
  | { kind: "unknown" }
  | { kind: "good"; owner: T }
  /** The token has been used, and the client has confirmed its successor. */
  | { kind: "spent"; owner: T };

/** The tokens of one owner. */
interface TokenPair {
  readonly current: string;
  /** The token that the owner was last resumed with. */
  readonly used: string | undefined;
  isSettled: boolean;
}

/** All tokens of this process. */
export class ResumeTokens<T> {
  readonly #newToken: () => string;
  readonly #owners = new Map<string, T>();
  readonly #pairs = new Map<T, TokenPair>();

  /** `newToken` returns an unguessable token. */
  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  /** How many tokens are known. */
  get size(): number {
    return this.#owners.size;
  }

  /** Issues a token for a new owner. */
  issue(owner: T): string {
    const current = this.#newToken();
    this.#store(owner, { current, used: undefined, isSettled: true });
    return current;
  }

  /** Makes a token that another node issued open `owner`. */
  adopt(owner: T, token: string): void {
    this.#store(owner, { current: token, used: undefined, isSettled: true });
  }

  find(token: string): TokenLookup<T> {
    const owner = this.#owners.get(token);
    if (owner === undefined) return { kind: "unknown" };
    const pair = this.#pairs.get(owner);
    const isSpent = pair?.used === token && pair.isSettled;
    return { kind: isSpent ? "spent" : "good", owner };
  }

  /** Transfers the token issued to `newcomer` to `owner`, which was found with `used`, and discards `newcomer`. */
  transfer(newcomer: T, owner: T, used: string): void {
    const current = this.#pairs.get(newcomer)?.current;
    if (current === undefined) throw new Error("Cannot transfer a token: none was issued");
    this.revoke(newcomer);
    this.revoke(owner);
    this.#store(owner, { current, used, isSettled: false });
  }

  /** The client of `owner` has received its new token, so the previous one is spent. */
  confirm(owner: T): void {
    const pair = this.#pairs.get(owner);
    if (pair !== undefined) pair.isSettled = true;
  }

  /** Deletes the tokens of `owner`. */
  revoke(owner: T): void {
    const pair = this.#pairs.get(owner);
    if (pair === undefined) return;
    this.#pairs.delete(owner);
    this.#owners.delete(pair.current);
    if (pair.used !== undefined) this.#owners.delete(pair.used);
  }

  #store(owner: T, pair: TokenPair): void {
    this.#pairs.set(owner, pair);
    this.#owners.set(pair.current, owner);
    if (pair.used !== undefined) this.#owners.set(pair.used, owner);
  }
}
