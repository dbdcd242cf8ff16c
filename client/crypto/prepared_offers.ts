/**
 * Offers for the next chat, made before it begins. Generating keys takes several turns of the event loop, and drawing the
 * chat takes long turns on a slow phone. With an offer at hand, the first frame is sent before anything is drawn.
 *
 * Which role a page will have is not known yet, so there is an offer for each. Each is used for one chat at most, and the
 * other one is forgotten when that chat begins.
 */

import type { Role } from "../../protocol.ts";
import { findKem } from "./find_kem.ts";
import { agreementParts, makeOffer, type Offered } from "./key_agreement.ts";
import type { Kem } from "./kem.ts";

/** The offer of a role, while it is being made and afterwards. */
interface Prepared {
  readonly made: Promise<Offered>;
  offer?: Offered;
}

export class PreparedOffers {
  readonly #find: () => Promise<Kem>;
  #kem: Promise<Kem> | undefined;
  #next: Record<Role, Prepared> | undefined;

  constructor(find: () => Promise<Kem> = findKem) {
    this.#find = find;
  }

  /** Makes offers, unless there are some. */
  prepare(): Record<Role, Prepared> {
    return this.#next ??= { caller: this.#make("caller"), callee: this.#make("callee") };
  }

  /** Hands out an offer for one chat. If it has not been made yet, it is a promise. */
  take(role: Role): Offered | Promise<Offered> {
    const next = this.prepare();
    this.#next = undefined;
    const other = next[role === "caller" ? "callee" : "caller"];
    other.made.then((offer) => offer.forget(), () => {});
    return next[role].offer ?? next[role].made;
  }

  #make(role: Role): Prepared {
    const kem = this.#kem ??= this.#find();
    const prepared: Prepared = { made: makeOffer(agreementParts(role, kem)) };
    // A failure is not kept for later chats. The chat that has taken the offer learns of it.
    prepared.made.then((offer) => prepared.offer = offer, () => this.#next = undefined);
    return prepared;
  }
}
