/**
 * A channel between two pages that the server forwards and can't read. This is the only file that touches WebCrypto.
 *
 * Each page makes a key pair for this one chat (ECDH, P-256: the curve that every supported browser has). The public
 * keys travel through the server, which could replace them and sit in the middle. Two measures counter that. First,
 * both sides commit to their keys:
 *
 *        caller                              callee
 *          │ ── commitment: a hash of its key ─> │      1. both commit first, before they know anything
 *          │ <─ commitment ───────────────────── │
 *          │ ── public key ────────────────────> │      2. each reveals its key once it has the commitment
 *          │ <─ public key ───────────────────── │
 *          │     both check the partner's hash, and derive the secrets
 *          │ <═ sealed frames, both ways ══════> │      3. one round trip after pairing
 *
 * Second, both derive four pictures from the secret, for the visitors to compare (the idea is from RFC 6189 section
 * 4.4). An attacker in the middle has two secrets, so the two visitors see different pictures. The pictures have 24
 * bits: they match by chance in one of 2^24 = 16,777,216 chats. Without the commitments, that would not be enough. An
 * attacker who sees a page's key before choosing one could try keys until the pictures match: 2^24 trials, at 50,000 a
 * second about five minutes on one core, and less with tables. With the commitments, the attacker's key is fixed before
 * they see anything, so they have one trial per chat. They can't mirror a page's commitment either, because the role is
 * hashed with the key.
 *
 * From the shared secret, HKDF-SHA-256 (RFC 5869), salted with the hash of the whole transcript (protocol version,
 * caller's key, callee's key), derives one AES-256-GCM key per direction. Private keys and secrets are not extractable,
 * and are discarded with the chat.
 *
 * The frames, byte by byte (byte 0 is for the relay, see `protocol.ts`; padding and lengths, see `padding.ts`):
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
 * Counters only rise, and each direction has a separate key, so a nonce is never used twice. Whatever must be sent
 * again after a dropped connection is sealed again. A frame that was altered, or whose counter does not rise (repeated,
 * late), is rejected and reported, whatever happened to the connection. Skipped counters are reported as missing
 * frames.
 *
 * There is one exception. Frames in transit when a connection drops are lost. So the first frame after
 * {@linkcode SealedChannel.resync} may skip some, and frames that arrive out of turn before the keys are agreed are
 * ignored. Both pages then also repeat their frames of the key exchange, byte by byte, until a sealed frame shows that
 * they have arrived. A repetition is ignored, but a different frame in its place is not. The server can fake a drop,
 * and so have one gap excused. It gains nothing: messages have separate numbers (`delivery.ts`), and missing ones are
 * requested again.
 *
 * Known limits: the server sees who is paired, when frames pass, their kind, and which of the three lengths they have.
 * A page from a hostile operator can cheat in any way it likes: see docs/verify.md.
 */

import { FrameKind, isFrameKind, type Role, SUBPROTOCOL } from "../../protocol.ts";
import { HANDSHAKE_SIZE, pad, SEALED_SIZES, unpad } from "./padding.ts";
import { EMOJI_BYTES, safetyEmoji } from "./safety_emoji.ts";

/** Maximum number of frames that wait to be opened. A partner who sends more ends the channel. */
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

/** The byte arrays that WebCrypto accepts. */
type Bytes = Uint8Array<ArrayBuffer>;

/** Callbacks of a channel. They are called in the order in which things were sent. */
export interface ChannelEvents {
  /** A frame to send to the server. */
  readonly onFrame: (frame: Bytes) => void;
  /** The keys are agreed. These are the pictures to compare. */
  readonly onSecured: (pictures: number[]) => void;
  /** The partner sent content. */
  readonly onOpened: (kind: number, content: Uint8Array) => void;
  /** A frame was altered, repeated or late, or some are missing. What can't be trusted is not delivered. */
  readonly onTampered: () => void;
  /** The channel failed, and nothing more can be sent or received. */
  readonly onFailed: () => void;
}

/** The key of one direction, and its next counter. */
interface Direction {
  readonly key: CryptoKey;
  next: number;
}

/** The frames of the key exchange, kept so that they can be repeated and repetitions recognised. */
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

/** One side of the sealed channel of a chat. */
export class SealedChannel {
  readonly #role: Role;
  readonly #events: ChannelEvents;
  /** Arrivals are handled one by one. What is sent waits for the keys, and then goes out one by one. */
  #incoming: Promise<void>;
  #outgoing: Promise<void>;
  #pending = 0;
  readonly #exchange: Exchange = { said: [], heard: [] };
  /** Whether a connection has dropped, so that the key exchange may be repeated. */
  #hasResynced = false;
  /** Whether frames may be missing before the next one, because a connection has just dropped. */
  #gapAllowed = false;
  #unlock = (): void => {};
  #phase: Phase = { kind: "starting" };

  constructor(role: Role, events: ChannelEvents) {
    this.#role = role;
    this.#events = events;
    this.#outgoing = new Promise((resolve) => this.#unlock = resolve);
    this.#incoming = this.#commit().catch(() => this.#fail());
  }

  /** Seals and sends `content`, once the keys are agreed. The server sees `kind`. */
  send(kind: number, content: Uint8Array): void {
    this.#outgoing = this.#outgoing.then(() => this.#seal(kind, content)).catch(() => this.#fail());
  }

  /** Handles a frame that the server forwarded. */
  receive(frame: Uint8Array): void {
    if (++this.#pending > MAX_PENDING) return this.#fail();
    this.#incoming = this.#incoming.then(() => this.#take(frame)).catch(() => this.#fail())
      .finally(() => this.#pending--);
  }

  /** Recovers from a dropped connection, when both sides are connected again. */
  resync(): void {
    this.#hasResynced = true;
    this.#gapAllowed = true;
    this.#exchange.said.forEach((frame) => this.#events.onFrame(frame));
  }

  /** Runs `task` once everything that arrived before it has been opened. */
  inTurn(task: () => void): void {
    this.#incoming.then(task);
  }

  /** Discards the keys. Nothing is sent or reported afterwards. */
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

  /** Sends a frame of the key exchange, and keeps it for repetition. */
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
    if (!isNext) return this.#gapAllowed ? undefined : this.#fail(); // The partner will repeat it in the right order.
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
    this.#exchange.said.length = 0; // A sealed frame implies that the partner has completed the exchange.
    direction.next = opened.counter + 1;
    this.#events.onOpened(opened.kind, opened.content);
  }

  #fail(): void {
    if (this.#phase.kind === "closed") return;
    this.close();
    this.#events.onFailed();
  }
}

/** The secrets that both sides derive from one key exchange. */
export interface Secrets {
  /** Seals what the caller sends. */
  readonly caller: CryptoKey;
  /** Seals what the callee sends. */
  readonly callee: CryptoKey;
  /** The short authentication string, {@linkcode EMOJI_BYTES} bytes. */
  readonly emoji: Uint8Array;
}

/** Derives the secrets of a chat (SP 800-56A, RFC 5869). Public keys are raw uncompressed points of 65 bytes. */
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

/** The commitment to a public key: SHA-256 of version, role and key. */
export function commitment(role: Role, publicKey: Bytes): Promise<Bytes> {
  return sha256(text(`${SUBPROTOCOL} commitment of the ${role}`), publicKey);
}

/** Seals `content` as the frame with this counter. The same arguments give the same frame. */
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

/** Opens a sealed frame whose counter is at least `least`; otherwise `undefined`. */
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

/** Whether a frame has the tag and a length of a sealed frame. */
function isSealed(frame: Uint8Array): boolean {
  return frame[1] === TAG_SEALED && SEALED_SIZES.some((size) => size === frame.length);
}

const AES = { name: "AES-GCM", length: 256 } as const;

function hkdf(salt: Bytes, info: Bytes): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info };
}

/** AES-GCM with the header's counter as nonce, and the header as associated data. */
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

/** Whether two byte arrays are equal. Both are public, so timing reveals nothing. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
