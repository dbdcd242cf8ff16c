/**
 * What two paired pages send each other: the content of a sealed frame (see `sealed_channel.ts`).
 *
 *   kind of frame     byte 0     1 .. 4     5 ..
 *        1              1        number     UTF-8      a message; the first of each side has number 1
 *        2              2                              the sender is typing
 *        2              3        number                every message up to this one has arrived
 *        2              4        number                the same, and: send again what came after it
 *        2              5        word                  a call is wanted (1), is not wanted (2), is over (3), is impossible (4),
 *                                                      can't use the relay (5), may be direct (6)
 *        2              6        bits                  what is sent in a call: picture (1), sound (2)
 *        2              7        0         JSON        a step of call set-up (see `peer_connection.ts`)
 *
 * `delivery.ts` explains the numbers, and `call.ts` the words about calls.
 *
 * The partner's page may send anything. Content that doesn't fit decodes to `undefined`, and a message is cut to the
 * length that this page itself would send.
 */

import { FrameKind } from "../../protocol.ts";

/** Maximum length of a message, in UTF-16 code units, as a text box counts them. */
export const MAX_MESSAGE_LENGTH = 2000;

const TAG_TEXT = 1;
const TAG_TYPING = 2;
const TAG_RECEIVED = 3;
const TAG_REPEAT = 4;

const TAG_CALL = 5;
const TAG_MEDIA = 6;
const TAG_SETUP = 7;

/** Maximum length of a step of call set-up, in bytes of UTF-8. */
export const MAX_SETUP_BYTES = 14_000;

const CALL_WORDS = ["willing", "unwilling", "over", "unable", "no-relay", "direct"] as const;
const PICTURE = 1;
const SOUND = 2;

const NUMBER_BYTES = 4;

/** A message. Its number is at least 1. */
export interface TextEnvelope {
  readonly kind: "text";
  readonly number: number;
  readonly text: string;
}

export type Envelope =
  | TextEnvelope
  | { readonly kind: "typing" }
  | { readonly kind: "received" | "repeat"; readonly number: number }
  | { readonly kind: "call"; readonly says: (typeof CALL_WORDS)[number] }
  | { readonly kind: "media"; readonly picture: boolean; readonly sound: boolean }
  | { readonly kind: "setup"; readonly text: string };

/** The content of a sealed frame, and the kind that the server sees. */
export interface Frame {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** Encodes an envelope as the content of a frame. */
export function encodeEnvelope(envelope: Envelope): Frame {
  switch (envelope.kind) {
    case "text":
      return frameOf(FrameKind.message, TAG_TEXT, envelope.number, envelope.text);
    case "typing":
      return { kind: FrameKind.signal, content: Uint8Array.of(TAG_TYPING) };
    case "received":
      return frameOf(FrameKind.signal, TAG_RECEIVED, envelope.number);
    case "repeat":
      return frameOf(FrameKind.signal, TAG_REPEAT, envelope.number);
    case "call":
      return frameOf(FrameKind.signal, TAG_CALL, CALL_WORDS.indexOf(envelope.says) + 1);
    case "media":
      return frameOf(
        FrameKind.signal,
        TAG_MEDIA,
        (envelope.picture ? PICTURE : 0) | (envelope.sound ? SOUND : 0),
      );
    case "setup":
      return frameOf(FrameKind.signal, TAG_SETUP, 0, envelope.text);
  }
}

/** Decodes an envelope; `undefined` if this page does not know it. */
export function decodeEnvelope({ kind, content }: Frame): Envelope | undefined {
  const [tag] = content;
  if (kind === FrameKind.signal && tag === TAG_TYPING) return { kind: "typing" };
  if (content.length < 1 + NUMBER_BYTES) return undefined;
  const number = new DataView(content.buffer, content.byteOffset).getUint32(1);
  const body = content.subarray(1 + NUMBER_BYTES);
  if (kind === FrameKind.signal) return decodeSignal(tag, number, body);
  if (kind !== FrameKind.message || tag !== TAG_TEXT) return undefined;
  const text = decodeText(body)?.slice(0, MAX_MESSAGE_LENGTH);
  return text ? { kind: "text", number, text } : undefined;
}

function decodeSignal(
  tag: number | undefined,
  number: number,
  body: Uint8Array,
): Envelope | undefined {
  switch (tag) {
    case TAG_RECEIVED:
      return { kind: "received", number };
    case TAG_REPEAT:
      return { kind: "repeat", number };
    case TAG_CALL: {
      const says = CALL_WORDS[number - 1];
      return says && { kind: "call", says };
    }
    case TAG_MEDIA:
      return { kind: "media", picture: (number & PICTURE) > 0, sound: (number & SOUND) > 0 };
    case TAG_SETUP: {
      const text = body.length <= MAX_SETUP_BYTES ? decodeText(body) : undefined;
      return text ? { kind: "setup", text } : undefined;
    }
  }
}

function frameOf(kind: number, tag: number, number: number, text = ""): Frame {
  const body = new TextEncoder().encode(text);
  const content = new Uint8Array(1 + NUMBER_BYTES + body.length);
  content[0] = tag;
  new DataView(content.buffer).setUint32(1, number);
  content.set(body, 1 + NUMBER_BYTES);
  return { kind, content };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
