/**
 * The layout of a WebSocket frame (RFC 6455 section 5.2).
 *
 *      0               1               2               3
 *      0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |F|R|R|R|opcode |M|  length 7   |   length 16, if length 7 = 126|
 *     |I|S|S|S|       |A|             |   length 64, if length 7 = 127|
 *     |N|V|V|V|       |S|             +-------------------------------+
 *     | |1|2|3|       |K|             |   key of 32 bits, if MASK     |
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |   payload, byte i of it XOR byte i mod 4 of the key
 *     +---------------------------------------------------------------
 *
 * A client must mask and a server must not. So a forwarded frame loses four bytes of its header, and the new header
 * fits into the space of the old one, directly before the payload:
 *
 *     received   | FIN op | M len | key key key key | payload ^ key |
 *     forwarded                      | FIN op | len | payload       |    the same bytes of memory: no copy, one write
 *
 * A payload that was gathered from several pieces has the same HEADROOM before it.
 */

/** Frame types (RFC 6455 section 11.8). */
export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xA,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Maximum payload of a control frame, in bytes. */
export const MAX_CONTROL_PAYLOAD = 125;

/** Writable bytes before a binary payload: room for the header of the frame it is forwarded in. */
export const HEADROOM = 4;

/** The bit of the first byte that marks the last frame of a message. */
export const FIN = 0x80;

/** Values of the short length which mean that the real one follows in two or in eight bytes. */
export const LENGTH_16 = 126;
export const LENGTH_64 = 127;

/** The largest length that fits into two bytes. */
export const MAX_LENGTH_16 = 0xFFFF;

/** The value of the lowest bit in the upper half of a length of eight bytes. */
export const TWO_TO_32 = 2 ** 32;
