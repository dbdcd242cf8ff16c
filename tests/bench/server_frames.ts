/** The frames of a server, which have no mask (RFC 6455 section 5.2), as they arrive in chunks of any size. */

import type { Buffer } from "node:buffer";

/** Calls `use` with every complete frame from an offset on. Returns the offset of the first incomplete one. */
export function eachFrame(
  data: Buffer,
  from: number,
  use: (opcode: number, start: number, end: number) => void,
): number {
  let at = from;
  while (data.length - at >= 2) {
    const start = at + headBytes(data[at + 1]!);
    if (start > data.length) break;
    const end = start + payloadBytes(data, at);
    if (end > data.length) break;
    use(data[at]! & 15, start, end);
    at = end;
  }
  return at;
}

function headBytes(second: number): number {
  return second < 126 ? 2 : second === 126 ? 4 : 10;
}

function payloadBytes(data: Buffer, at: number): number {
  const second = data[at + 1]!;
  if (second < 126) return second;
  return second === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
}
