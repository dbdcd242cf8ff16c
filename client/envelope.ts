/**
 * What one page tells the other: the content of a sealed frame (see `sealed_channel.ts`).
 *
 *   kind of frame     byte 0     1 ..
 *        1              1        UTF-8       a message
 *        2              2        empty       the stranger is typing
 *
 * The other page may be anything, so what doesn't fit is refused by the answer `undefined`, and text is cut to the
 * length that this page itself would send.
 */

import { FrameKind } from "../protocol.ts";

/** The longest message, in UTF-16 code units, as a text box counts them. */
export const MAX_MESSAGE_LENGTH = 2000;

const TAG_TEXT = 1;
const TAG_TYPING = 2;

/** Something from page to page. */
export type Envelope = { kind: "text"; text: string } | { kind: "typing" };

/** What a sealed frame carries: the relay's kind, and the content that is sealed. */
export interface Letter {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** An envelope as it is sealed. */
export function encodeEnvelope(envelope: Envelope): Letter {
  switch (envelope.kind) {
    case "text":
      return letter(FrameKind.message, TAG_TEXT, new TextEncoder().encode(envelope.text));
    case "typing":
      return letter(FrameKind.signal, TAG_TYPING, new Uint8Array());
  }
}

/** The envelope that was sealed, or `undefined` when it is none that this page knows. */
export function decodeEnvelope({ kind, content }: Letter): Envelope | undefined {
  const [tag] = content;
  if (kind === FrameKind.signal && tag === TAG_TYPING) return { kind: "typing" };
  if (kind !== FrameKind.message || tag !== TAG_TEXT) return undefined;
  const text = decodeText(content.subarray(1));
  return text ? { kind: "text", text } : undefined;
}

function letter(kind: number, tag: number, body: Uint8Array): Letter {
  const content = new Uint8Array(1 + body.length);
  content[0] = tag;
  content.set(body, 1);
  return { kind, content };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).slice(0, MAX_MESSAGE_LENGTH);
  } catch {
    return undefined;
  }
}
