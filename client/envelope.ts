/**
 * What one page tells the other: the content of a sealed frame (see `sealed_channel.ts`).
 *
 *   kind of frame     byte 0     1 .. 4     5 ..
 *        1              1        number     UTF-8      a message; the first of each side has number 1
 *        2              2                              the stranger is typing
 *        2              3        number                every message up to this one has arrived
 *        2              4        number                the same, and: send again what came after it
 *
 * What the numbers are for is told in `delivery.ts`.
 *
 * The other page may be anything, so what doesn't fit is refused by the answer `undefined`, and text is cut to the
 * length that this page itself would send.
 */

import { FrameKind } from "../protocol.ts";

/** The longest message, in UTF-16 code units, as a text box counts them. */
export const MAX_MESSAGE_LENGTH = 2000;

const TAG_TEXT = 1;
const TAG_TYPING = 2;
const TAG_RECEIVED = 3;
const TAG_REPEAT = 4;

const NUMBER_BYTES = 4;

/** A message and its number, which is at least 1. */
export interface TextEnvelope {
  readonly kind: "text";
  readonly number: number;
  readonly text: string;
}

/** Something from page to page. */
export type Envelope =
  | TextEnvelope
  | { readonly kind: "typing" }
  | { readonly kind: "received" | "repeat"; readonly number: number };

/** What a sealed frame carries: the relay's kind, and the content that is sealed. */
export interface Letter {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** An envelope as it is sealed. */
export function encodeEnvelope(envelope: Envelope): Letter {
  switch (envelope.kind) {
    case "text":
      return letter(FrameKind.message, TAG_TEXT, envelope.number, envelope.text);
    case "typing":
      return { kind: FrameKind.signal, content: Uint8Array.of(TAG_TYPING) };
    case "received":
      return letter(FrameKind.signal, TAG_RECEIVED, envelope.number);
    case "repeat":
      return letter(FrameKind.signal, TAG_REPEAT, envelope.number);
  }
}

/** The envelope that was sealed, or `undefined` when it is none that this page knows. */
export function decodeEnvelope({ kind, content }: Letter): Envelope | undefined {
  const [tag] = content;
  if (kind === FrameKind.signal && tag === TAG_TYPING) return { kind: "typing" };
  if (content.length < 1 + NUMBER_BYTES) return undefined;
  const number = new DataView(content.buffer, content.byteOffset).getUint32(1);
  if (kind === FrameKind.signal && tag === TAG_RECEIVED) return { kind: "received", number };
  if (kind === FrameKind.signal && tag === TAG_REPEAT) return { kind: "repeat", number };
  if (kind !== FrameKind.message || tag !== TAG_TEXT) return undefined;
  const text = decodeText(content.subarray(1 + NUMBER_BYTES));
  return text ? { kind: "text", number, text } : undefined;
}

function letter(kind: number, tag: number, number: number, text = ""): Letter {
  const body = new TextEncoder().encode(text);
  const content = new Uint8Array(1 + NUMBER_BYTES + body.length);
  content[0] = tag;
  new DataView(content.buffer).setUint32(1, number);
  content.set(body, 1 + NUMBER_BYTES);
  return { kind, content };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).slice(0, MAX_MESSAGE_LENGTH);
  } catch {
    return undefined;
  }
}
