/**
 * A decoder of recorded chats, written from docs/protocol.md alone. It shares no code with the page: it imports nothing
 * of `client/`, and its ML-KEM-768 is another library's. What it opens, another client could open, too.
 */

import { MlKem768 } from "mlkem";

type Bytes = Uint8Array<ArrayBuffer>;

/** The four frames of a handshake. */
export interface Handshake {
  readonly callersOffer: Bytes;
  readonly calleesOffer: Bytes;
  readonly callersReveal: Bytes;
  readonly calleesReveal: Bytes;
}

/** The random values of one side. */
export type OwnSecrets =
  | { readonly role: "caller"; readonly scalar: Bytes; readonly kemSeed: Bytes }
  | { readonly role: "callee"; readonly scalar: Bytes; readonly kemMessage: Bytes };

/** What both sides derive from a handshake. */
export interface DecodedKeys {
  readonly suite: number;
  readonly secret: Bytes;
  readonly shared: Bytes;
  readonly salt: Bytes;
  readonly emoji: readonly number[];
  readonly callersChain: Bytes;
  readonly calleesChain: Bytes;
}

/** A sealed frame that was opened. */
export interface DecodedFrame {
  readonly kind: number;
  readonly counter: number;
  readonly envelope: Bytes;
}

const LABEL = "anonymous-chat.v1 ";

/** Checks a handshake, and derives the keys with the secrets of one side. Throws if the handshake has failed. */
export async function decodeHandshake(
  { callersOffer, calleesOffer, callersReveal, calleesReveal }: Handshake,
  own: OwnSecrets,
): Promise<DecodedKeys> {
  const all = [callersOffer, calleesOffer, callersReveal, calleesReveal] as const;
  for (const [index, frame] of all.entries()) {
    check(frame.length === 1280 && frame[0] === 2 && frame[1] === (index < 2 ? 1 : 2), "frame");
  }
  const [callers, callees] = [suitesIn(callersOffer), suitesIn(calleesOffer)];
  const suite = callers.find((one) => callees.includes(one));
  check(suite === 2, "suite");

  const ek = callersOffer.slice(7, 1191);
  const secret = await secretOf(own, ek, calleesReveal.slice(67, 1155));
  const mask = await sha256(ascii("opening"), secret);
  const opening = calleesReveal.slice(1155, 1187).map((byte, index) => byte ^ mask[index]!);
  const [callersKey, calleesKey] = [callersReveal.slice(2, 67), calleesReveal.slice(2, 67)];
  await checkCommitment("caller", callersOffer, callersKey, callersReveal.slice(1155, 1187));
  await checkCommitment("callee", calleesOffer, calleesKey, opening);

  const [mine, theirs] = own.role === "caller"
    ? [callersKey, calleesKey]
    : [calleesKey, callersKey];
  const shared = await ecdh(own.scalar, mine, theirs);
  const salt = await sha256(ascii("key schedule"), Uint8Array.of(suite!), ...all);
  const seen = await sha256(
    ...[ascii("emoji"), Uint8Array.of(suite!), callersOffer, calleesOffer],
    ...[callersKey, calleesKey],
  );
  const keys = { secret, shared, salt };
  return {
    ...{ ...keys, suite: suite!, emoji: sixBits(seen) },
    callersChain: await firstChain(keys, "caller"),
    calleesChain: await firstChain(keys, "callee"),
  };
}

/**
 * Opens the sealed frames of one direction, of which some may be missing. `chain` is the chain of the counter `first`.
 * Throws if a frame must be refused.
 */
export async function openFrames(
  chain: Bytes,
  frames: readonly Bytes[],
  first = 0,
): Promise<DecodedFrame[]> {
  const opened: DecodedFrame[] = [];
  let [next, current] = [first, chain];
  for (const frame of frames) {
    check(frame[1] === 3 && [1024, 4096, 16_384].includes(frame.length), "form");
    const counter = new DataView(frame.buffer).getUint32(2);
    check(counter >= next && counter - next <= 256, "counter");
    for (; next < counter; next++) current = await hkdf(current, new Uint8Array(), "next chain");
    const frameKey = await hkdf(current, new Uint8Array(), "frame key");
    opened.push({ kind: frame[0]!, counter, envelope: await openFrame(frameKey, frame) });
    current = await hkdf(current, new Uint8Array(), "next chain");
    next++;
  }
  return opened;
}

/** The chain of a direction from both secrets. */
export function firstChain(
  { shared, secret, salt }: Pick<DecodedKeys, "shared" | "secret" | "salt">,
  role: "caller" | "callee",
): Promise<Bytes> {
  return hkdf(Uint8Array.of(...shared, ...secret), salt, role);
}

async function openFrame(frameKey: Bytes, frame: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", frameKey, "AES-GCM", false, ["decrypt"]);
  const iv = new Uint8Array(12);
  iv.set(frame.slice(2, 6), 8);
  const how = { name: "AES-GCM", iv, additionalData: frame.slice(0, 6) };
  const plaintext = new Uint8Array(await crypto.subtle.decrypt(how, key, frame.slice(6)));
  const length = plaintext[0]! * 256 + plaintext[1]!;
  check(2 + length <= plaintext.length, "padding");
  return plaintext.slice(2, 2 + length);
}

function suitesIn(offer: Bytes): number[] {
  const count = offer[2]!;
  check(count >= 1 && count <= 4, "count of suites");
  return [...offer.slice(3, 3 + count)];
}

async function secretOf(own: OwnSecrets, ek: Bytes, ciphertext: Bytes): Promise<Bytes> {
  const kem = new MlKem768();
  if (own.role === "callee") {
    const [sent, secret] = await kem.encap(ek, own.kemMessage);
    check(Uint8Array.from(sent).toHex() === ciphertext.toHex(), "ciphertext");
    return Uint8Array.from(secret);
  }
  const [publicKey, privateKey] = await kem.deriveKeyPair(own.kemSeed);
  check(Uint8Array.from(publicKey).toHex() === ek.toHex(), "ek");
  return Uint8Array.from(await kem.decap(ciphertext, privateKey));
}

async function checkCommitment(
  role: string,
  offer: Bytes,
  key: Bytes,
  opening: Bytes,
): Promise<void> {
  const commitment = await sha256(
    ascii(`offer of the ${role}`),
    offer.slice(2, 1191),
    key,
    opening,
  );
  check(commitment.toHex() === offer.slice(1191, 1223).toHex(), `commitment of the ${role}`);
}

async function ecdh(scalar: Bytes, point: Bytes, theirs: Bytes): Promise<Bytes> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const text = (bytes: Bytes): string =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const jwk = {
    ...{ kty: "EC", crv: "P-256", d: text(scalar) },
    ...{ x: text(point.slice(1, 33)), y: text(point.slice(33)) },
  };
  const own = await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]);
  const other = await crypto.subtle.importKey("raw", theirs, curve, false, []);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256),
  );
}

/** Extract and expand of RFC 5869, built from HMAC, for 32 bytes. */
async function hkdf(secret: Bytes, salt: Bytes, info: string): Promise<Bytes> {
  const extracted = await hmac(salt.length === 0 ? new Uint8Array(32) : salt, secret);
  return await hmac(extracted, Uint8Array.of(...new TextEncoder().encode(info), 1));
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

/** Four numbers of six bits, from the first 24 bits. */
function sixBits(bytes: Bytes): number[] {
  const bits = [...bytes.slice(0, 3)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return [0, 6, 12, 18].map((at) => parseInt(bits.slice(at, at + 6), 2));
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(LABEL + text);
}

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`The handshake or a frame is invalid: ${what}`);
}
