/**
 * What one page tells the other inside a relayed frame. The server forwards it unread.
 *
 *        0        1        2 ..
 *   +--------+--------+-----------+
 *   |  kind  |  tag   |  body     |     kind: see `protocol.ts`; tag and body are between the two pages
 *   +--------+--------+-----------+
 *     1        1        UTF-8       a message
 *     2        2        empty       the stranger is typing
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

/** The frame that carries an envelope. */
export function encodeEnvelope(envelope: Envelope): Uint8Array<ArrayBuffer> {
  switch (envelope.kind) {
    case "text":
      return frame(FrameKind.message, TAG_TEXT, new TextEncoder().encode(envelope.text));
    case "typing":
      return frame(FrameKind.signal, TAG_TYPING, new Uint8Array());
  }
}

/** The envelope in a frame, or `undefined` when it holds none that this page knows. */
export function decodeEnvelope(frame: Uint8Array): Envelope | undefined {
  const [kind, tag] = frame;
  if (kind === FrameKind.signal && tag === TAG_TYPING) return { kind: "typing" };
  if (kind !== FrameKind.message || tag !== TAG_TEXT) return undefined;
  const text = decodeText(frame.subarray(2));
  return text ? { kind: "text", text } : undefined;
}

function frame(kind: number, tag: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + body.length);
  bytes.set([kind, tag]);
  bytes.set(body, 2);
  return bytes;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).slice(0, MAX_MESSAGE_LENGTH);
  } catch {
    return undefined;
  }
}
