/**
 * A channel between two pages that the server forwards and can't read. This is the only file that touches WebCrypto.
 *
 * Each page makes a key pair for this one chat (ECDH, P-256: the curve that every supported browser has). Their public
 * keys travel through the server, which could swap them and sit between. Two things are done about that:
 *
 *        caller                              callee
 *          │ ── commitment: a hash of its key ─> │      1. both commit at once, before they know anything
 *          │ <─ commitment ───────────────────── │
 *          │ ── public key ────────────────────> │      2. each reveals once it holds the other's commitment
 *          │ <─ public key ───────────────────── │
 *          │        both check the other's hash, and derive the secrets
 *          │ <═ sealed frames, both ways ══════> │      3. one round trip after pairing
 *
 * and both derive four pictures from the secret, for people to compare (RFC 6189 section 4.4 has the idea). Whoever
 * sits between has two secrets, hence two rows of pictures. They are 24 bits: a row matches by chance once in 2^24
 * = 16,777,216 chats. Without the commitments that would not be enough: an attacker who sees the other's key before
 * choosing its own tries keys until the pictures match, 2^24 trials, at 50,000 a second some five minutes of one
 * core, and with tables less. With them its key is fixed before it sees anything, so it has one trial a chat, and it
 * can't mirror a page's own commitment, because the role is hashed with the key.
 *
 * From the shared secret, HKDF-SHA-256 (RFC 5869), salted with the hash of the whole transcript (protocol version,
 * caller's key, callee's key), gives one AES-256-GCM key a direction. Private keys and secrets are not extractable and
 * go with the chat.
 *
 * The frames, byte by byte (byte 0 is the relay's, see `protocol.ts`; padding and lengths, see `padding.ts`):
 *
 *        0      1      2 .. 33 or 66        .. 255
 *   +-------+-------+------------------+--------------+
 *   |   2   | 1, 2  |  hash, or key    |    zeros     |      commitment (1), public key (2)
 *   +-------+-------+------------------+--------------+
 *        0      1      2 .. 5      6 .. n-17    n-16 .. n-1
 *   +-------+-------+-----------+-------------+-----------+
 *   | 1, 2  |   3   |  counter  |  ciphertext |    tag    |  sealed; n is 1024, 4096 or 16384
 *   +-------+-------+-----------+-------------+-----------+
 *      associated data: 0 .. 5; nonce: 8 zero bytes, then the counter
 *
 * Counters only rise, and a direction has its own key, so a nonce is never used twice: what must be sent again after a
 * dropped connection is sealed anew. A frame that is altered, or whose counter does not rise (repeated, late), is
 * refused and reported, whatever happened to the connection; what was skipped is reported as missing.
 *
 * There is one excuse. Frames that were under way when a connection dropped are lost, so the first frame after
 * {@linkcode SealedChannel.resync} may skip some, and what comes out of turn before the keys are agreed is passed over. Both pages then
 * also repeat what they said in the exchange of keys, byte by byte, until a sealed frame shows that it was heard; a
 * repetition is ignored, anything else in its place is not. The server can claim a drop and so have one gap excused. It
 * wins nothing: the messages have numbers of their own (`delivery.ts`), and what is missing is asked for.
 *
 * Limits admitted: the server sees who is paired, when frames pass, their kind and their length out of three. A page
 * from a hostile operator can cheat in any way it likes: see docs/verify.md.
 */

import { FrameKind, isFrameKind, type Role, SUBPROTOCOL } from "../../protocol.ts";
import { HANDSHAKE_SIZE, pad, SEALED_SIZES, unpad } from "./padding.ts";
import { EMOJI_BYTES, safetyEmoji } from "./safety_emoji.ts";

/** How many frames may wait to be opened; a stranger who sends more at once ends the channel. */
export const MAX_PENDING = 512;

const TAG_COMMITMENT = 1;
const TAG_KEY = 2;
const TAG_SEALED = 3;

const HASH_BYTES = 32;
const KEY_BYTES = 65;
const HEADER_BYTES = 6;
const GCM_TAG_BYTES = 16;
const MAX_COUNTER = 2 ** 32 - 1;

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

/** Bytes that WebCrypto takes. */
type Bytes = Uint8Array<ArrayBuffer>;

/** Whom a channel tells. Everything comes in the order in which it was sent. */
export interface ChannelEvents {
  /** A frame for the relay. */
  readonly onFrame: (frame: Bytes) => void;
  /** The keys are agreed; these are the pictures to compare. */
  readonly onSecured: (pictures: number[]) => void;
  /** Something from the stranger. */
  readonly onOpened: (kind: number, content: Uint8Array) => void;
  /** A frame was altered, repeated or late, or some are missing; what can't be trusted is not shown. */
  readonly onTampered: () => void;
  /** No keys could be agreed: nothing can be said or heard. */
  readonly onFailed: () => void;
}

/** One direction's key, and the counter that is next. */
interface Direction {
  readonly key: CryptoKey;
  next: number;
}

/** What has been said in the exchange of keys. */
interface Exchange {
  readonly said: Bytes[];
  readonly heard: Uint8Array[];
}

type Phase =
  | { kind: "starting" }
  | { kind: "committed"; keys: CryptoKeyPair; own: Bytes }
  | { kind: "revealed"; keys: CryptoKeyPair; own: Bytes; commitment: Uint8Array }
  | { kind: "secured"; out: Direction; in: Direction }
  | { kind: "closed" };

/** The sealed side of one chat. */
export class SealedChannel {
  readonly #role: Role;
  readonly #events: ChannelEvents;
  /** What arrives is taken one by one, and what is sent waits for the keys and then goes one by one. */
  #incoming: Promise<void>;
  #outgoing: Promise<void>;
  #pending = 0;
  readonly #exchange: Exchange = { said: [], heard: [] };
  /** A connection has dropped, so that the exchange of keys may be repeated. */
  #hasResynced = false;
  /** Frames may be missing before the next one, because a connection has just dropped. */
  #gapAllowed = false;
  #unlock = (): void => {};
  #phase: Phase = { kind: "starting" };

  constructor(role: Role, events: ChannelEvents) {
    this.#role = role;
    this.#events = events;
    this.#outgoing = new Promise((resolve) => this.#unlock = resolve);
    this.#incoming = this.#commit().catch(() => this.#fail());
  }

  /** Sends `content` sealed, once the keys are agreed; `kind` is what the relay may know of it. */
  send(kind: number, content: Uint8Array): void {
    this.#outgoing = this.#outgoing.then(() => this.#seal(kind, content)).catch(() => this.#fail());
  }

  /** Takes a frame that the relay brought. */
  receive(frame: Uint8Array): void {
    if (++this.#pending > MAX_PENDING) return this.#fail();
    this.#incoming = this.#incoming.then(() => this.#take(frame)).catch(() => this.#fail())
      .finally(() => this.#pending--);
  }

  /** A connection dropped, and both sides can hear each other again. */
  resync(): void {
    this.#hasResynced = true;
    this.#gapAllowed = true;
    this.#exchange.said.forEach((frame) => this.#events.onFrame(frame));
  }

  /** Does something once everything that came before it has been opened. */
  inTurn(task: () => void): void {
    this.#incoming.then(task);
  }

  /** Forgets the keys; nothing is sent or told any more. */
  close(): void {
    this.#phase = { kind: "closed" };
  }

  async #commit(): Promise<void> {
    const keys = await crypto.subtle.generateKey(CURVE, false, ["deriveKey"]);
    const own = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    const hash = await commitment(this.#role, own);
    if (this.#phase.kind !== "starting") return;
    this.#phase = { kind: "committed", keys, own };
    this.#say(TAG_COMMITMENT, hash);
  }

  /** Says something in the exchange of keys. */
  #say(tag: number, payload: Uint8Array): void {
    const frame = handshake(tag, payload);
    this.#exchange.said.push(frame);
    this.#events.onFrame(frame);
  }

  #take(frame: Uint8Array): Promise<void> | void {
    const { kind } = this.#phase;
    if (kind === "closed") return;
    if (this.#hasResynced && this.#exchange.heard.some((one) => areEqual(one, frame))) return;
    if (kind === "secured") return this.#open(frame);
    if (this.#gapAllowed && isSealed(frame)) return;
    const [frameKind, tag] = frame;
    if (frame.length !== HANDSHAKE_SIZE || frameKind !== FrameKind.signal) return this.#fail();
    const isNext = kind === "committed" && tag === TAG_COMMITMENT ||
      kind === "revealed" && tag === TAG_KEY;
    if (!isNext) return this.#gapAllowed ? undefined : this.#fail(); // It will come again, in turn.
    this.#exchange.heard.push(frame);
    return kind === "committed"
      ? this.#reveal(frame.slice(2, 2 + HASH_BYTES))
      : this.#agree(frame.slice(2, 2 + KEY_BYTES));
  }

  #reveal(theirs: Uint8Array): void {
    if (this.#phase.kind !== "committed") return;
    const { keys, own } = this.#phase;
    this.#phase = { kind: "revealed", keys, own, commitment: theirs };
    this.#say(TAG_KEY, own);
  }

  async #agree(theirs: Bytes): Promise<void> {
    if (this.#phase.kind !== "revealed") return;
    const { keys, own, commitment: promised } = this.#phase;
    const isCaller = this.#role === "caller";
    if (!areEqual(promised, await commitment(isCaller ? "callee" : "caller", theirs))) {
      return this.#fail();
    }
    const [callers, callees] = isCaller ? [own, theirs] : [theirs, own];
    const secrets = await deriveSecrets(keys.privateKey, theirs, callers, callees);
    if (this.#phase.kind !== "revealed") return;
    const [out, in_] = isCaller
      ? [secrets.caller, secrets.callee]
      : [secrets.callee, secrets.caller];
    this.#phase = { kind: "secured", out: { key: out, next: 0 }, in: { key: in_, next: 0 } };
    this.#events.onSecured(safetyEmoji(secrets.emoji));
    this.#unlock();
  }

  async #seal(kind: number, content: Uint8Array): Promise<void> {
    if (this.#phase.kind !== "secured") return;
    const { out } = this.#phase;
    if (out.next > MAX_COUNTER) return this.#fail();
    const frame = await seal(out.key, kind, out.next++, content);
    if (this.#phase.kind === "secured") this.#events.onFrame(frame);
  }

  async #open(frame: Uint8Array): Promise<void> {
    if (this.#phase.kind !== "secured") return;
    const { in: direction } = this.#phase;
    const opened = await open(direction.key, frame, direction.next);
    if (this.#phase.kind !== "secured") return;
    if (opened === undefined) return this.#events.onTampered();
    if (opened.counter > direction.next && !this.#gapAllowed) this.#events.onTampered();
    this.#gapAllowed = false;
    this.#exchange.said.length = 0; // Who seals has heard it all.
    direction.next = opened.counter + 1;
    this.#events.onOpened(opened.kind, opened.content);
  }

  #fail(): void {
    if (this.#phase.kind === "closed") return;
    this.close();
    this.#events.onFailed();
  }
}

/** What both sides derive from one exchange. */
export interface Secrets {
  /** Seals what the caller sends. */
  readonly caller: CryptoKey;
  /** Seals what the callee sends. */
  readonly callee: CryptoKey;
  /** The short authentication string, {@linkcode EMOJI_BYTES} bytes. */
  readonly emoji: Uint8Array;
}

/** Derives the secrets of a chat (SP 800-56A, RFC 5869); keys are raw uncompressed points of 65 bytes. */
export async function deriveSecrets(
  own: CryptoKey,
  theirs: Bytes,
  callers: Bytes,
  callees: Bytes,
): Promise<Secrets> {
  const publicKey = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const shared = await crypto.subtle.deriveKey(
    { name: "ECDH", public: publicKey },
    own,
    "HKDF",
    false,
    [
      "deriveKey",
      "deriveBits",
    ],
  );
  const salt = await sha256(text(`${SUBPROTOCOL} transcript`), callers, callees);
  const [caller, callee, emoji] = await Promise.all([
    crypto.subtle.deriveKey(hkdf(salt, text("caller")), shared, AES, false, ["encrypt", "decrypt"]),
    crypto.subtle.deriveKey(hkdf(salt, text("callee")), shared, AES, false, ["encrypt", "decrypt"]),
    crypto.subtle.deriveBits(hkdf(salt, text("emoji")), shared, EMOJI_BYTES * 8),
  ]);
  return { caller, callee, emoji: new Uint8Array(emoji) };
}

/** What a page promises to reveal: SHA-256 over version, role and public key. */
export function commitment(role: Role, publicKey: Bytes): Promise<Bytes> {
  return sha256(text(`${SUBPROTOCOL} commitment of the ${role}`), publicKey);
}

/** Seals `content` as the frame with this counter; the same arguments give the same frame. */
export async function seal(
  key: CryptoKey,
  kind: number,
  counter: number,
  content: Uint8Array,
): Promise<Bytes> {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([kind, TAG_SEALED]);
  new DataView(header.buffer).setUint32(2, counter);
  const padded = pad(content, HEADER_BYTES + GCM_TAG_BYTES);
  return concat(header, new Uint8Array(await crypto.subtle.encrypt(gcm(header), key, padded)));
}

/** Opens a sealed frame whose counter is at least `least`; anything else gives `undefined`. */
export async function open(
  key: CryptoKey,
  frame: Uint8Array,
  least: number,
): Promise<{ kind: number; counter: number; content: Uint8Array } | undefined> {
  const [kind = 0] = frame;
  if (!isSealed(frame) || !isFrameKind(kind)) return undefined;
  const header = frame.slice(0, HEADER_BYTES);
  const counter = new DataView(header.buffer).getUint32(2);
  if (counter < least) return undefined;
  const padded = await crypto.subtle.decrypt(gcm(header), key, frame.slice(HEADER_BYTES))
    .catch(() => undefined);
  const content = padded && unpad(new Uint8Array(padded));
  return content && { kind, counter, content };
}

/** Whether a frame looks sealed. */
function isSealed(frame: Uint8Array): boolean {
  return frame[1] === TAG_SEALED && SEALED_SIZES.some((size) => size === frame.length);
}

const AES = { name: "AES-GCM", length: 256 } as const;

function hkdf(salt: Bytes, info: Bytes): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info };
}

/** AES-GCM with the counter of a header as nonce, and the header as associated data. */
function gcm(header: Bytes): AesGcmParams {
  const iv = new Uint8Array(12);
  iv.set(header.subarray(2), 8);
  return { name: "AES-GCM", iv, additionalData: header };
}

function handshake(tag: number, payload: Uint8Array): Bytes {
  const frame = new Uint8Array(HANDSHAKE_SIZE);
  frame.set([FrameKind.signal, tag]);
  frame.set(payload, 2);
  return frame;
}

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

function text(value: string): Bytes {
  return new TextEncoder().encode(value);
}

function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** Whether two hashes are the same; both are public, so the time it takes tells nothing. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
