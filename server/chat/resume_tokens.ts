/**
 * Which token opens which session. A page gets a token with each connection and shows it on the next one, if that
 * becomes necessary; so the token is what somebody would have to steal to come back in another's place.
 *
 * A token is good for coming back once. The trouble is the moment in between: the answer to a `resume` may be lost with
 * the new connection, and then the page can't know that its token has been used. So the used one stays good until the
 * page has shown that it heard the answer, which whatever it says next does, for it says nothing before that.
 *
 *      welcome: B             resume A            resumed            anything
 *   ───────────────> page ───────────────> server ──────────> page ───────────> server
 *          opens: A       A             B, or A again        B            B; A is spent
 *
 * What this holds against:
 *
 *   guessing     A token has 256 bits of chance, and a connection may try one, as its first message; connections are
 *                limited by address. Tokens are looked up in a hash table: how long that takes depends on the hash of
 *                the whole, not on how many characters are right, so it can't be guessed piece by piece.
 *   replay       A spent token opens nothing. That it is shown at all means that two have had it, and nobody can tell
 *                which of them is the owner, so the session ends for both (as RFC 9700 section 4.14.2 has it for
 *                refresh tokens).
 *   theft        A thief who is first gets the line and not the keys, which never left the page: what comes is sealed,
 *                and what it sends is refused by the partner's page. The owner's connection is closed, and if the owner
 *                shows the same token, the thief is out as well.
 *   leaks        A token is in the memory of one page and in this table; never in a URL, a log or a file. The table has
 *                at most two tokens a session, and forgets them with it.
 */

/** What a token is to us. */
export type TokenLookup<T> =
  | { kind: "unknown" }
  | { kind: "good"; owner: T }
  /** It has been used, and that came to an end. */
  | { kind: "spent"; owner: T };

/** The tokens of one owner. */
interface TokenPair {
  readonly current: string;
  /** What it was taken up with the last time. */
  readonly used: string | undefined;
  isSettled: boolean;
}

/** All tokens of this process. */
export class ResumeTokens<T> {
  readonly #newToken: () => string;
  readonly #owners = new Map<string, T>();
  readonly #rings = new Map<T, TokenPair>();

  /** `newToken` makes one that can't be guessed. */
  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  /** How many are known. */
  get size(): number {
    return this.#owners.size;
  }

  /** A token for somebody new. */
  issue(owner: T): string {
    const current = this.#newToken();
    this.#keep(owner, { current, used: undefined, isSettled: true });
    return current;
  }

  /** Lets a token that another machine issued open `owner`. */
  adopt(owner: T, token: string): void {
    this.#keep(owner, { current: token, used: undefined, isSettled: true });
  }

  /** Looks a token up. */
  find(token: string): TokenLookup<T> {
    const owner = this.#owners.get(token);
    if (owner === undefined) return { kind: "unknown" };
    const ring = this.#rings.get(owner);
    const isSpent = ring?.used === token && ring.isSettled;
    return { kind: isSpent ? "spent" : "good", owner };
  }

  /** Now `owner`, who was found with `used`, is opened by what was issued to `newcomer`, who is nobody any more. */
  transfer(newcomer: T, owner: T, used: string): void {
    const current = this.#rings.get(newcomer)?.current;
    if (current === undefined) throw new Error("Cannot transfer a token: none was issued");
    this.revoke(newcomer);
    this.revoke(owner);
    this.#keep(owner, { current, used, isSettled: false });
  }

  /** The page of `owner` has heard of its new token: the one before is spent. */
  confirm(owner: T): void {
    const ring = this.#rings.get(owner);
    if (ring !== undefined) ring.isSettled = true;
  }

  /** Forgets whatever opens `owner`. */
  revoke(owner: T): void {
    const ring = this.#rings.get(owner);
    if (ring === undefined) return;
    this.#rings.delete(owner);
    this.#owners.delete(ring.current);
    if (ring.used !== undefined) this.#owners.delete(ring.used);
  }

  #keep(owner: T, ring: TokenPair): void {
    this.#rings.set(owner, ring);
    this.#owners.set(ring.current, owner);
    if (ring.used !== undefined) this.#owners.set(ring.used, owner);
  }
}
