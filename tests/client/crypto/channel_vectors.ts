/**
 * Records a chat between two channels of the page with fixed randomness. `docs/channel_vectors.json` is what it prints:
 *
 *     deno run -A tests/client/crypto/channel_vectors.ts > docs/channel_vectors.json
 */

import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { Bytes } from "../../../client/crypto/bytes.ts";
import { encodeEnvelope, type Envelope } from "../../../client/crypto/envelope.ts";
import { readOffer, readReveal } from "../../../client/crypto/handshake_frame.ts";
import type { AgreementParts } from "../../../client/crypto/key_agreement.ts";
import { PICTURES } from "../../../client/crypto/safety_emoji.ts";
import { pictureBits, saltOf } from "../../../client/crypto/transcript.ts";
import type { Role } from "../../../protocol.ts";
import { FIRST_FRAMES, Side } from "../../support/channel_side.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A sealed frame of the recorded chat. */
interface RecordedFrame {
  readonly from: Role;
  readonly kind: number;
  readonly counter: number;
  readonly envelope: string;
  readonly chain: string;
  readonly frameKey: string;
  readonly frame: string;
}

/** A recorded chat. Byte strings are hexadecimal. */
export interface ChannelVectors {
  readonly about: string;
  readonly suites: {
    readonly caller: number[];
    readonly callee: number[];
    readonly chosen: number;
  };
  readonly random: Readonly<
    Record<
      "callerPrivateKey" | "calleePrivateKey" | "kemSeed" | "kemMessage" | "opening",
      string
    >
  >;
  readonly handshake: Readonly<
    Record<
      "callersOffer" | "calleesOffer" | "callersReveal" | "calleesReveal",
      string
    >
  >;
  readonly derived: Readonly<
    Record<
      | ("callerPublicKey" | "calleePublicKey" | "ek" | "ciphertext" | "maskedOpening")
      | ("callerCommitment" | "calleeCommitment" | "Z" | "K" | "salt")
      | ("callerChain0" | "calleeChain0" | "emojiBytes"),
      string
    >
  >;
  readonly emoji: readonly number[];
  readonly pictures: string;
  readonly sealed: readonly RecordedFrame[];
}

/** The key pairs of RFC 5903 section 8.1, and other fixed values. */
const RANDOM = {
  callerPrivateKey: "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
  calleePrivateKey: "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
  kemSeed: bytesFrom(0x40, 64).toHex(),
  kemMessage: bytesFrom(0x80, 32).toHex(),
  opening: bytesFrom(0xc0, 32).toHex(),
};

const POINTS = {
  caller: "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180" +
    "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
  callee: "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" +
    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
};

/** What the two sides say. A frame after which nothing is recorded was lost. */
const SAID: readonly (readonly [from: Role, envelope: Envelope, isLost?: boolean])[] = [
  ["caller", { kind: "text", number: 1, text: "Hello, world 🙂" }],
  ["callee", { kind: "received", number: 1 }],
  ["caller", { kind: "typing" }],
  ["callee", { kind: "typing" }, true],
  ["callee", { kind: "text", number: 1, text: "Grüße aus 東京" }],
  ["caller", { kind: "text", number: 2, text: "ж".repeat(600) }],
];

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

/** Consecutive bytes. */
function bytesFrom(first: number, count: number): Bytes {
  return Uint8Array.from({ length: count }, (_, index) => first + index);
}

function bytes(hex: string): Bytes {
  return Uint8Array.fromHex(hex);
}

/** A key pair whose private key the recording may use. */
async function keyPair(scalar: string, point: string): Promise<CryptoKeyPair> {
  const text = (hex: string): string =>
    bytes(hex).toBase64({ alphabet: "base64url", omitPadding: true });
  const open = { kty: "EC", crv: "P-256", x: text(point.slice(0, 64)), y: text(point.slice(64)) };
  const whole = { ...open, d: text(scalar) };
  return {
    publicKey: await crypto.subtle.importKey("jwk", open, CURVE, true, []),
    privateKey: await crypto.subtle.importKey("jwk", whole, CURVE, false, ["deriveBits"]),
  };
}

/** Parts of a key agreement without randomness. */
function fixedParts(role: Role): Partial<AgreementParts> {
  const kem = {
    generate: () => {
      const { publicKey, secretKey } = ml_kem768.keygen(bytes(RANDOM.kemSeed));
      return {
        ek: publicKey,
        decapsulate: (ciphertext: Bytes) => ml_kem768.decapsulate(ciphertext, secretKey),
        forget: () => {},
      };
    },
    encapsulate: (ek: Bytes) => {
      const { sharedSecret, cipherText } = ml_kem768.encapsulate(ek, bytes(RANDOM.kemMessage));
      return { secret: sharedSecret, ciphertext: cipherText };
    },
  };
  return {
    kem: Promise.resolve(kem),
    newKeys: () => keyPair(RANDOM[`${role}PrivateKey`], POINTS[role]),
    newOpening: () => bytes(RANDOM.opening),
  };
}

/** Records the chat. */
export async function recordChannel(): Promise<ChannelVectors> {
  const sides = {
    caller: new Side("caller", fixedParts("caller")),
    callee: new Side("callee", fixedParts("callee")),
  };
  const { caller, callee } = sides;
  caller.wire = (frame) => callee.channel.receive(frame);
  callee.wire = (frame) => caller.channel.receive(frame);
  await waitUntil(() => caller.pictures !== undefined && callee.pictures !== undefined);
  const suite = caller.suite!;
  const offers = [caller.sent[0]!, callee.sent[0]!] as const;
  const reveals = [caller.sent[1]!, callee.sent[1]!] as const;
  const transcript = { suite, offers, reveals };
  const [Z, K] = await secrets(readReveal(reveals[1]).ciphertext);
  const salt = await saltOf(transcript);
  const chains = {
    caller: await hkdf(Uint8Array.of(...Z, ...K), salt, "caller"),
    callee: await hkdf(Uint8Array.of(...Z, ...K), salt, "callee"),
  };
  const { ek, commitment, suites } = readOffer(offers[0]);
  const { ciphertext, masked, key } = readReveal(reveals[1]);
  const derived = {
    ...{ callerPublicKey: readReveal(reveals[0]).key, calleePublicKey: key },
    ...{ ek, ciphertext, maskedOpening: masked },
    ...{ callerCommitment: commitment, calleeCommitment: readOffer(offers[1]).commitment },
    ...{ Z, K, salt, callerChain0: chains.caller, calleeChain0: chains.callee },
    emojiBytes: await pictureBits(transcript),
  };
  return {
    about:
      "A chat of two clients, as docs/protocol.md describes it. All byte strings are hexadecimal.",
    suites: { caller: [...suites], callee: [...readOffer(offers[1]).suites], chosen: suite },
    random: RANDOM,
    handshake: {
      ...{ callersOffer: offers[0].toHex(), calleesOffer: offers[1].toHex() },
      ...{ callersReveal: reveals[0].toHex(), calleesReveal: reveals[1].toHex() },
    },
    derived: Object.fromEntries(
      Object.entries(derived).map(([name, value]) => [name, value.toHex()]),
    ) as ChannelVectors["derived"],
    emoji: caller.pictures!,
    pictures: caller.pictures!.map((index) => PICTURES[index]).join(" "),
    sealed: await recordFrames(sides, chains),
  };
}

/** Says everything, one after the other, and records the frames that were not lost. */
async function recordFrames(
  sides: Readonly<Record<Role, Side>>,
  chains: Record<Role, Bytes>,
): Promise<RecordedFrame[]> {
  const recorded: RecordedFrame[] = [];
  for (const [from, envelope, isLost = false] of SAID) {
    const side = sides[from];
    const { kind, content } = encodeEnvelope(envelope);
    const counter = side.sent.length - FIRST_FRAMES;
    side.channel.send(kind, content);
    await side.hasSent(FIRST_FRAMES + counter + 1);
    const chain = chains[from];
    chains[from] = await hkdf(chain, new Uint8Array(), "next chain");
    if (isLost) continue;
    const frameKey = await hkdf(chain, new Uint8Array(), "frame key");
    recorded.push({
      ...{ from, kind, counter, envelope: content.toHex() },
      ...{ chain: chain.toHex(), frameKey: frameKey.toHex() },
      frame: side.sent.at(-1)!.toHex(),
    });
  }
  return recorded;
}

/** The secrets of both mechanisms. */
async function secrets(ciphertext: Bytes): Promise<[Z: Bytes, K: Bytes]> {
  const { privateKey } = await keyPair(RANDOM.callerPrivateKey, POINTS.caller);
  const { publicKey } = await keyPair(RANDOM.calleePrivateKey, POINTS.callee);
  const how = { name: "ECDH", public: publicKey };
  const shared = await crypto.subtle.deriveBits(how, privateKey, 256);
  const { secretKey } = ml_kem768.keygen(bytes(RANDOM.kemSeed));
  return [new Uint8Array(shared), ml_kem768.decapsulate(ciphertext, secretKey)];
}

/** The page never has these keys as bytes. */
async function hkdf(secret: Bytes, salt: Bytes, info: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

if (import.meta.main) {
  const text = JSON.stringify(await recordChannel(), null, 2);
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}
