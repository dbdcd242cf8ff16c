/**
 * Agrees on the keys of a chat with ECDH over P-256 and with ML-KEM-768, so that the chat stays secret as long as one of
 * them holds.
 *
 *        caller                                        callee
 *          │ ── offer: suites, ek, commitment ───────────> │      1. both commit, before they know anything
 *          │ <─ offer: suites, commitment ──────────────── │
 *          │ ── reveal: public key ──────────────────────> │      2. each reveals once it holds the other's offer
 *          │ <─ reveal: public key, ciphertext ─────────── │
 *          │      both check the commitment, and derive the keys
 *
 * Each step is an object that can only do the next one:
 *
 *     makeOffer ──> Offered ── the partner's offer ──> Revealed ── the partner's reveal ──> Agreed
 *
 * The public keys travel through the server, which could replace them and sit in the middle. Two measures counter that:
 * the commitments, and four pictures for the visitors to compare (the idea is from RFC 6189 section 4.4). The pictures
 * have 24 bits. An attacker who sees a page's key before choosing one could try keys until the pictures match. With the
 * commitments, the attacker's key is fixed before they see anything, so they have one trial per chat. They can't send a
 * page's commitment back to it either, because the role is hashed with the key. `transcript.ts` says what the pictures
 * cover, and docs/decisions.md contains the whole argument.
 *
 * Both secrets, first that of ECDH, are the input of HKDF-SHA-256 (RFC 5869), salted with the hash of everything that
 * was sent. Both have a fixed length, so no other pair has the same bytes. The order is that of SecP256r1MLKEM768 in
 * draft-ietf-tls-ecdhe-mlkem.
 *
 * Secrets that are byte arrays are overwritten as soon as the next ones are derived from them.
 */

import { type Role, SUITES } from "../../protocol.ts";
import { areEqual, type Bytes, concat, erase } from "./bytes.ts";
import { findKem } from "./find_kem.ts";
import {
  handshakeFrame,
  type Offer,
  OPENING_BYTES,
  readOffer,
  readReveal,
  type Reveal,
  TAG_OFFER,
  TAG_REVEAL,
  termsOf,
} from "./handshake_frame.ts";
import type { Kem, KemKeys } from "./kem.ts";
import { Ratchet } from "./ratchet.ts";
import { safetyEmoji } from "./safety_emoji.ts";
import { commitmentOf, mask, pictureBits, saltOf, type Transcript } from "./transcript.ts";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

/** Length of the secret of ECDH, in bits. */
const ECDH_BITS = 256;

/** The parts of a key agreement. Tests replace some of them. */
export interface AgreementParts {
  readonly role: Role;
  /** The suites that this side accepts, best first. */
  readonly suites: readonly number[];
  readonly kem: Promise<Kem>;
  readonly newKeys: () => Promise<CryptoKeyPair>;
  readonly newOpening: () => Bytes;
  readonly pictureBits: (transcript: Transcript) => Promise<Uint8Array>;
}

/** What both sides have agreed on. */
export interface Agreed {
  readonly suite: number;
  readonly pictures: number[];
  /** The keys of what this side sends and receives. */
  readonly sending: Ratchet;
  readonly receiving: Ratchet;
}

/** What everybody who sees the frames can derive. */
interface Visible {
  /** The partner's public key. */
  readonly point: CryptoKey;
  readonly salt: Bytes;
  readonly pictures: number[];
}

/** What this side has generated, and the frame that it has sent. */
interface Own {
  readonly ecdh: CryptoKeyPair;
  readonly key: Bytes;
  /** Only the caller has them. */
  readonly kemKeys: KemKeys | undefined;
  /** Only the callee's is random. */
  readonly opening: Bytes;
  readonly frame: Bytes;
}

/** The parts of a key agreement in the page. */
export function agreementParts(role: Role, kem: Promise<Kem> = findKem()): AgreementParts {
  return {
    role,
    suites: SUITES,
    kem,
    newKeys: () => crypto.subtle.generateKey(CURVE, false, ["deriveBits"]),
    newOpening: () => crypto.getRandomValues(new Uint8Array(OPENING_BYTES)),
    pictureBits,
  };
}

/** The first step: generates keys, and commits to them. */
export async function makeOffer(parts: AgreementParts): Promise<Offered> {
  const { role, suites, newKeys } = parts;
  const isCaller = role === "caller";
  const kemKeys = isCaller ? await (await parts.kem).generate() : undefined;
  const opening = isCaller ? new Uint8Array(OPENING_BYTES) : parts.newOpening();
  const ecdh = await newKeys();
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", ecdh.publicKey));
  const terms = termsOf(suites, kemKeys?.ek);
  const commitment = await commitmentOf(role, terms, key, opening);
  const frame = handshakeFrame(TAG_OFFER, terms, commitment);
  return new Offered(parts, { ecdh, key, kemKeys, opening, frame });
}

/** This side has committed to its keys, and waits for the partner's offer. */
export class Offered {
  readonly #parts: AgreementParts;
  readonly #own: Own;

  constructor(parts: AgreementParts, own: Own) {
    this.#parts = parts;
    this.#own = own;
  }

  get frame(): Bytes {
    return this.#own.frame;
  }

  /** Takes the partner's offer; `undefined` if no suite is common. Rejects if the encapsulation key is invalid. */
  async reveal(theirs: Bytes): Promise<Revealed | undefined> {
    const { role, suites, kem } = this.#parts;
    const offer = readOffer(theirs);
    const isCaller = role === "caller";
    const suite = isCaller ? chooseSuite(suites, offer.suites) : chooseSuite(offer.suites, suites);
    if (suite === undefined) return undefined;
    const { key, kemKeys, opening } = this.#own;
    const known = { suite, theirs, offer };
    if (kemKeys) {
      const frame = handshakeFrame(TAG_REVEAL, key);
      return new Revealed(this.#parts, this.#own, { ...known, frame });
    }
    const { secret, ciphertext } = await (await kem).encapsulate(offer.ek);
    const frame = handshakeFrame(TAG_REVEAL, key, ciphertext, await mask(opening, secret));
    return new Revealed(this.#parts, this.#own, { ...known, frame, secret });
  }

  forget(): void {
    this.#own.kemKeys?.forget();
  }
}

/** What a side knows once it holds the partner's offer. */
interface Known {
  readonly suite: number;
  /** The partner's first frame, and its parts. */
  readonly theirs: Bytes;
  readonly offer: Offer;
  readonly frame: Bytes;
  /** The encapsulated secret, if this is the callee. */
  readonly secret?: Bytes;
}

/** This side has revealed its key, and waits for the partner's. */
export class Revealed {
  readonly #parts: AgreementParts;
  readonly #own: Own;
  readonly #known: Known;

  constructor(parts: AgreementParts, own: Own, known: Known) {
    this.#parts = parts;
    this.#own = own;
    this.#known = known;
  }

  get frame(): Bytes {
    return this.#known.frame;
  }

  /** Takes the partner's reveal; `undefined` if that is not what was committed to. Rejects a key off the curve. */
  async agree(theirs: Bytes): Promise<Agreed | undefined> {
    const { kemKeys } = this.#own;
    const reveal = readReveal(theirs);
    const visible = await this.#visible(reveal.key, theirs);
    const secret = this.#known.secret ?? await kemKeys!.decapsulate(reveal.ciphertext);
    try {
      if (!await this.#isPromised(reveal, secret)) return undefined;
      return await this.#derive(await this.#root(visible.point, secret), visible);
    } finally {
      erase(secret);
    }
  }

  /** Derives what the frames alone determine, in parallel, because each step takes long on a slow phone. */
  async #visible(key: Bytes, theirs: Bytes): Promise<Visible> {
    const { suite } = this.#known;
    const offers = this.#inOrder(this.#own.frame, this.#known.theirs);
    const transcript = { suite, offers, reveals: this.#inOrder(this.frame, theirs) };
    const [point, salt, bits] = await Promise.all([
      crypto.subtle.importKey("raw", key, CURVE, false, []),
      saltOf(transcript),
      this.#parts.pictureBits(transcript),
    ]);
    return { point, salt, pictures: safetyEmoji(bits) };
  }

  /** Whether the partner has committed to what it reveals. */
  async #isPromised({ key, masked }: Reveal, secret: Bytes): Promise<boolean> {
    const { terms, commitment } = this.#known.offer;
    const isCaller = this.#parts.role === "caller";
    const opening = isCaller ? await mask(masked, secret) : masked;
    const author = isCaller ? "callee" : "caller";
    return areEqual(await commitmentOf(author, terms, key, opening), commitment);
  }

  /** Both secrets as a key for HKDF. */
  async #root(point: CryptoKey, secret: Bytes): Promise<CryptoKey> {
    const how = { name: "ECDH", public: point };
    const { privateKey } = this.#own.ecdh;
    const shared = new Uint8Array(await crypto.subtle.deriveBits(how, privateKey, ECDH_BITS));
    const both = concat(shared, secret);
    const root = await crypto.subtle.importKey("raw", both, "HKDF", false, ["deriveBits"]);
    erase(shared, both);
    return root;
  }

  async #derive(root: CryptoKey, { salt, pictures }: Visible): Promise<Agreed> {
    const [callers, callees] = await Promise.all([
      Ratchet.first(root, salt, "caller"),
      Ratchet.first(root, salt, "callee"),
    ]);
    const [sending, receiving] = this.#inOrder(callers, callees);
    return { suite: this.#known.suite, pictures, sending, receiving };
  }

  /** The caller's first, or from that order to this side's and the other's. */
  #inOrder<T>(own: T, other: T): [T, T] {
    return this.#parts.role === "caller" ? [own, other] : [other, own];
  }

  forget(): void {
    this.#own.kemKeys?.forget();
    erase(this.#known.secret, this.#own.opening);
  }
}

/** The caller's best suite that the callee accepts, too. */
export function chooseSuite(
  callers: readonly number[],
  callees: readonly number[],
): number | undefined {
  return callers.find((suite) => callees.includes(suite));
}
