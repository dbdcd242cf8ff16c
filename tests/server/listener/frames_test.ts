/**
 * WebSocket frames, byte by byte: every rule of RFC 6455 that binds a server, every boundary of a length, every point
 * at which the network can split a frame, and any valid stream in any pieces.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_FRAGMENTS, MAX_FRAME_BYTES } from "../../../protocol.ts";
import { HEADROOM, Opcode } from "../../../server/listener/frame.ts";
import type { ProtocolError } from "../../../server/listener/frame_header.ts";
import { FrameReader } from "../../../server/listener/frame_reader.ts";
import {
  closeFrame,
  frameInPlace,
  frameOf,
  textFrame,
} from "../../../server/listener/frame_writer.ts";
import { trials } from "../../support/repeats.ts";

const FIN = 0x80;
const { continuation: CONTINUATION, text: TEXT, binary: BINARY } = Opcode;
const { close: CLOSE, ping: PING, pong: PONG } = Opcode;
const KEY = [0x37, 0xFA, 0x21, 0x3D] as const;

type Event =
  | ["text", string]
  | ["binary" | "ping", number[]]
  | ["pong"]
  | ["closed", number | undefined]
  | ["broken", ProtocolError["code"]];

/** A reader that records its events. */
class Listening {
  readonly events: Event[] = [];
  /** The binary payloads, and how many bytes of the chunk followed each. */
  readonly payloads: Uint8Array[] = [];
  readonly following: number[] = [];
  readonly reader = new FrameReader({
    text: (text) => this.events.push(["text", text]),
    binary: (payload) => {
      this.events.push(["binary", [...payload]]);
      this.payloads.push(payload);
      this.following.push(this.reader.following);
    },
    ping: (payload) => this.events.push(["ping", [...payload]]),
    pong: () => this.events.push(["pong"]),
    closed: (code) => this.events.push(["closed", code]),
    protocolError: ({ code }) => this.events.push(["broken", code]),
  });
}

/** The events that these chunks cause. */
function read(...chunks: Uint8Array[]): Event[] {
  const listening = new Listening();
  for (const chunk of chunks) listening.reader.read(chunk);
  return listening.events;
}

/** A client frame. `form` is the number of bits that encode the length. The default is the minimal encoding. */
function masked(
  first: number,
  payload: string | readonly number[] | Uint8Array = [],
  form: 7 | 16 | 64 | undefined = undefined,
  key: readonly number[] = KEY,
): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const { length } = bytes;
  const shortest = length < 126 ? 7 : length < 65_536 ? 16 : 64;
  const frame = new Uint8Array(14 + length);
  const view = new DataView(frame.buffer);
  const said = form ?? shortest;
  const at = { 7: 2, 16: 4, 64: 10 }[said];
  frame[0] = first;
  frame[1] = 0x80 | { 7: length, 16: 126, 64: 127 }[said];
  if (said === 16) view.setUint16(2, length);
  if (said === 64) view.setBigUint64(2, BigInt(length));
  frame.set(key, at);
  for (let n = 0; n < length; n++) frame[at + 4 + n] = bytes[n]! ^ key[n % 4]!;
  return frame.subarray(0, at + 4 + length).slice();
}

function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function numbers(length: number): number[] {
  return Array.from({ length }, (_, n) => (n * 7 + 1) & 255);
}

Deno.test("FrameReader reads the client frames from RFC 6455 section 5.7", () => {
  const hello = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];
  const pong = [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];
  assert.deepEqual(read(join(hello, pong)), [["text", "Hello"], ["pong"]]);
});

Deno.test("FrameReader reads every kind of frame, empty or not", () => {
  const stream = join(
    masked(FIN | TEXT, "日本 🙂"),
    masked(FIN | TEXT),
    masked(FIN | BINARY, [1, 2, 3]),
    masked(FIN | BINARY),
    masked(FIN | PING, [9]),
    masked(FIN | PING),
    masked(FIN | PONG, [9]),
    masked(FIN | CLOSE, [0x03, 0xE8, 0x62]),
  );
  assert.deepEqual(read(stream), [
    ["text", "日本 🙂"],
    ["text", ""],
    ["binary", [1, 2, 3]],
    ["binary", []],
    ["ping", [9]],
    ["ping", []],
    ["pong"],
    ["closed", 1000],
  ]);
});

Deno.test("FrameReader reads every length up to the limit, at each boundary of the encoding", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 124, 125, 126, 127, 255, 256, MAX_FRAME_BYTES]) {
    const payload = numbers(length);
    assert.deepEqual(read(masked(FIN | BINARY, payload)), [["binary", payload]], `${length}`);
  }
});

Deno.test("FrameReader refuses a length above the limit from the header alone, with 1009", () => {
  for (const length of [MAX_FRAME_BYTES + 1, 65_535, 65_536, 70_000]) {
    const header = masked(FIN | BINARY, new Uint8Array(length)).subarray(
      0,
      length < 65_536 ? 8 : 14,
    );
    assert.deepEqual(read(header.slice()), [["broken", 1009]], `${length}`);
    assert.deepEqual(read(header.with(0, FIN | TEXT)), [["broken", 1009]], `${length}`);
  }
  const most = join([0x82, 0xFF, 0x7F], Array(7).fill(0xFF), KEY);
  assert.deepEqual(read(most), [["broken", 1009]]);
});

Deno.test("FrameReader refuses a length that is not minimally encoded, or has its highest bit set, with 1002", () => {
  const frames = [
    masked(FIN | BINARY, numbers(125), 16),
    masked(FIN | BINARY, [], 16),
    masked(FIN | BINARY, numbers(125), 64),
    masked(FIN | BINARY, numbers(126), 64),
    masked(FIN | BINARY, new Uint8Array(65_535), 64),
    join([0x82, 0xFF, 0x80], Array(7).fill(0), KEY),
    join([0x82, 0xFF], Array(8).fill(0xFF), KEY),
  ];
  for (const frame of frames) assert.deepEqual(read(frame), [["broken", 1002]]);
});

Deno.test("FrameReader refuses reserved bits and opcodes and unmasked frames with 1002, after two bytes", () => {
  const bits = [0x10, 0x20, 0x40, 0x70].map((bit) => [FIN | bit | BINARY, 0x80]);
  const opcodes = [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF].map((opcode) => [FIN | opcode, 0x80]);
  const unmasked = [[FIN | BINARY, 0], [FIN | TEXT, 125], [FIN | PING, 0], [FIN | CLOSE, 0]];
  for (const bytes of [...bits, ...opcodes, ...unmasked]) {
    assert.deepEqual(read(Uint8Array.from(bytes)), [["broken", 1002]], `${bytes}`);
    assert.deepEqual(
      read(...bytes.map((byte) => Uint8Array.of(byte))),
      [["broken", 1002]],
      `${bytes}`,
    );
  }
});

Deno.test("FrameReader accepts control frames of 125 bytes, and refuses longer and fragmented ones with 1002", () => {
  assert.deepEqual(read(masked(FIN | PING, numbers(125))), [["ping", numbers(125)]]);
  for (const opcode of [CLOSE, PING, PONG]) {
    assert.deepEqual(read(masked(FIN | opcode, numbers(126))), [["broken", 1002]]);
    assert.deepEqual(read(masked(opcode, [])), [["broken", 1002]]);
  }
});

Deno.test("FrameReader joins fragments, with control frames between them", () => {
  const stream = [
    masked(BINARY, [1]),
    masked(FIN | PING, [9]),
    masked(CONTINUATION, []),
    masked(CONTINUATION, [2, 3]),
    masked(FIN | PONG),
    masked(FIN | CONTINUATION, [4]),
    masked(TEXT, [0xE6]), // A truncated character.
    masked(FIN | CONTINUATION, [0x97, 0xA5]),
    masked(FIN | BINARY, [5]),
  ];
  const events = [
    ["ping", [9]],
    ["pong"],
    ["binary", [1, 2, 3, 4]],
    ["text", "日"],
    ["binary", [5]],
  ];
  assert.deepEqual(read(join(...stream)), events);
  assert.deepEqual(read(...stream), events);
});

Deno.test("FrameReader refuses a continuation without a message, and a message inside another, with 1002", () => {
  assert.deepEqual(read(masked(FIN | CONTINUATION, [1])), [["broken", 1002]]);
  assert.deepEqual(read(masked(CONTINUATION, [])), [["broken", 1002]]);
  for (const first of [BINARY, FIN | BINARY, TEXT, FIN | TEXT]) {
    assert.deepEqual(read(masked(BINARY, [1]), masked(first, [1])), [["broken", 1002]]);
    assert.deepEqual(read(masked(TEXT, []), masked(first, [])), [["broken", 1002]]);
  }
  const ended = [masked(BINARY, [1]), masked(FIN | CONTINUATION), masked(FIN | CONTINUATION)];
  assert.deepEqual(read(...ended), [["binary", [1]], ["broken", 1002]]);
});

Deno.test("FrameReader accepts the maximum number of fragments, and refuses one more with 1008, empty or not", () => {
  for (const payload of [[], [7]]) {
    const all = [
      masked(BINARY, payload),
      ...Array.from({ length: MAX_FRAGMENTS - 2 }, () => masked(CONTINUATION, payload)),
    ];
    const whole = Array(MAX_FRAGMENTS).fill(payload).flat();
    assert.deepEqual(read(...all, masked(FIN | CONTINUATION, payload)), [["binary", whole]]);
    const more = [masked(CONTINUATION, payload), masked(FIN | CONTINUATION, payload)];
    assert.deepEqual(read(...all, ...more), [["broken", 1008]]);
  }
});

Deno.test("FrameReader accepts fragments up to the maximum message size, and refuses one more byte from its header", () => {
  const half = numbers(MAX_FRAME_BYTES / 2);
  const most = read(masked(BINARY, half), masked(FIN | CONTINUATION, half));
  assert.deepEqual(most, [["binary", [...half, ...half]]]);
  const header = masked(CONTINUATION, [...half, 1]).subarray(0, 8);
  assert.deepEqual(read(masked(BINARY, half), header), [["broken", 1009]]);
  const last = masked(FIN | CONTINUATION, [1]).subarray(0, 6);
  assert.deepEqual(
    read(masked(BINARY, half), masked(CONTINUATION, half), last),
    [["broken", 1009]],
  );
});

Deno.test("FrameReader refuses text that is not UTF-8 with 1007, and keeps unusual but valid text", () => {
  const bad = [
    [0xC0, 0xAF], // "/" in an overlong encoding
    [0x80],
    [0xE6, 0x97],
    [0xED, 0xA0, 0x80], // half of a surrogate pair
    [0xF4, 0x90, 0x80, 0x80], // beyond the last code point
    [0xFF],
  ];
  for (const bytes of bad) {
    assert.deepEqual(read(masked(FIN | TEXT, bytes)), [["broken", 1007]], `${bytes}`);
    assert.deepEqual(
      read(masked(TEXT, bytes), masked(FIN | CONTINUATION)),
      [["broken", 1007]],
      `${bytes}`,
    );
  }
  for (const text of ["\uFEFFa", "\0", "\u{10FFFF}", "é\u0301"]) {
    assert.deepEqual(read(masked(FIN | TEXT, text)), [["text", text]]);
  }
});

Deno.test("FrameReader knows which codes a peer may close with", () => {
  const close = (code: number, reason: number[] = []): Event[] =>
    read(masked(FIN | CLOSE, [code >> 8, code & 255, ...reason]));
  for (const code of [1000, 1001, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]) {
    assert.deepEqual(close(code), [["closed", code]]);
  }
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535]) {
    assert.deepEqual(close(code), [["broken", 1002]], `${code}`);
  }
  assert.deepEqual(read(masked(FIN | CLOSE)), [["closed", undefined]]);
  assert.deepEqual(read(masked(FIN | CLOSE, [3])), [["broken", 1002]]);
  assert.deepEqual(close(1000, [0xC0, 0xAF]), [["broken", 1007]]);
  assert.deepEqual(close(1000, Array(123).fill(0x61)), [["closed", 1000]]);
});

Deno.test("FrameReader reports nothing after the end, whatever arrives", () => {
  const rest = masked(FIN | BINARY, [1]);
  const close = masked(FIN | CLOSE);
  assert.deepEqual(read(join(close, rest), rest, close), [["closed", undefined]]);
  assert.deepEqual(read(join([0, 0], rest), rest, close), [["broken", 1002]]);
});

Deno.test("FrameReader stops in the middle of a chunk when it is told to", () => {
  const { reader, events, payloads } = new Listening();
  payloads.push = () => {
    reader.stop();
    return 0;
  };
  const frame = masked(FIN | BINARY, [1]);
  reader.read(join(frame, frame));
  reader.read(frame);
  assert.deepEqual(events, [["binary", [1]]]);
});

Deno.test("FrameReader reads a frame that is split at any place, and byte by byte", () => {
  for (const length of [0, 1, 5, 125, 126, 300]) {
    for (const [first, kind] of [[BINARY, "binary"], [PING, "ping"]] as const) {
      if (kind === "ping" && length > 125) continue;
      const payload = numbers(length);
      const frame = masked(FIN | first, payload);
      for (let cut = 0; cut <= frame.length; cut++) {
        const events = read(frame.slice(0, cut), frame.slice(cut));
        assert.deepEqual(events, [[kind, payload]], `${length} bytes cut at ${cut}`);
      }
      const events = read(...[...frame].map((byte) => Uint8Array.of(byte)));
      assert.deepEqual(events, [[kind, payload]]);
    }
  }
});

Deno.test("FrameReader refuses an oversized frame even when its header is split at any place", () => {
  const header = masked(FIN | BINARY, new Uint8Array(65_536)).slice(0, 14);
  for (let cut = 0; cut <= header.length; cut++) {
    assert.deepEqual(read(header.slice(0, cut), header.slice(cut)), [["broken", 1009]]);
  }
});

Deno.test("FrameReader passes on a binary frame in one chunk without copying it", () => {
  const { reader, payloads, following } = new Listening();
  const [one, two] = [masked(FIN | BINARY, [1, 2]), masked(FIN | BINARY, numbers(200))];
  const chunk = join(one, two);
  reader.read(chunk);
  assert.deepEqual(payloads.map(({ byteOffset }) => byteOffset), [6, one.length + 8]);
  assert.ok(payloads.every(({ buffer }) => buffer === chunk.buffer));
  assert.deepEqual(following, [two.length, 0]);
});

Deno.test("FrameReader leaves room for a header before every binary payload, however it arrived", () => {
  const { reader, payloads } = new Listening();
  const chunks = [
    masked(FIN | BINARY, [1]),
    ...[...masked(FIN | BINARY, numbers(130))].map((byte) => Uint8Array.of(byte)),
    masked(BINARY, [1]),
    masked(FIN | CONTINUATION, [2]),
  ];
  for (const chunk of chunks) reader.read(chunk);
  assert.equal(payloads.length, 3);
  for (const payload of payloads) assert.ok(payload.byteOffset >= HEADROOM);
});

Deno.test("FrameReader clears the bytes of text, in one piece or many", () => {
  const text = "interests";
  const bytes = [...new TextEncoder().encode(text)];
  const clear = [0, 0, 0, 0]; // A mask of zeros, so that any leftover text would be readable.
  const whole = masked(FIN | TEXT, bytes, undefined, clear);
  const fragments = [
    masked(TEXT, bytes.slice(0, 4), undefined, clear),
    masked(FIN | CONTINUATION, bytes.slice(4), undefined, clear),
  ];
  const cut = [whole.slice(0, 9), whole.slice(9)];
  for (const chunks of [[whole], fragments, cut]) {
    assert.deepEqual(read(...chunks), [["text", text]]);
    assert.doesNotMatch(chunks.map((chunk) => new TextDecoder().decode(chunk)).join(), /[a-z]/);
  }
});

Deno.test("FrameReader buffers no more than twice what has arrived, whatever a header announces", () => {
  const { reader, payloads } = new Listening();
  const frame = masked(FIN | BINARY, numbers(MAX_FRAME_BYTES));
  reader.read(frame.slice(0, 8));
  for (let at = 8; at < frame.length; at += 1000) reader.read(frame.slice(at, at + 1000));
  const [payload] = payloads;
  assert.deepEqual([...payload!], numbers(MAX_FRAME_BYTES));
  assert.ok(payload!.buffer.byteLength <= 2 * MAX_FRAME_BYTES + HEADROOM);
});

Deno.test("Server frames have no mask, and a minimally encoded length", () => {
  const header = (length: number): number[] => {
    const frame = frameOf(BINARY, new Uint8Array(length));
    assert.ok(frame.subarray(frame.length - length).every((byte) => byte === 0));
    return [...frame.subarray(0, frame.length - length)];
  };
  assert.deepEqual(header(0), [0x82, 0]);
  assert.deepEqual(header(125), [0x82, 125]);
  assert.deepEqual(header(126), [0x82, 126, 0, 126]);
  assert.deepEqual(header(MAX_FRAME_BYTES), [0x82, 126, 0x80, 0]);
  assert.deepEqual(header(65_535), [0x82, 126, 0xFF, 0xFF]);
  assert.deepEqual(header(65_536), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
});

Deno.test("Server frames are those of RFC 6455 section 5.7", () => {
  assert.deepEqual([...textFrame("Hello")], [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]);
  assert.deepEqual([...frameOf(PING, new TextEncoder().encode("Hello"))].slice(0, 2), [0x89, 0x05]);
  assert.deepEqual([...frameOf(PONG, new Uint8Array())], [0x8A, 0]);
  assert.deepEqual([...textFrame("é")], [0x81, 2, 0xC3, 0xA9]);
});

Deno.test("Close frame has a code and a reason, or is empty", () => {
  assert.deepEqual([...closeFrame()], [0x88, 0]);
  assert.deepEqual([...closeFrame(1001)], [0x88, 2, 0x03, 0xE9]);
  assert.deepEqual([...closeFrame(4008, "ab")], [0x88, 4, 0x0F, 0xA8, 0x61, 0x62]);
});

Deno.test("Forwarded frame stays in the same memory, with its new header in place of the old one", () => {
  for (const length of [0, 1, 125, 126, MAX_FRAME_BYTES]) {
    const { reader, payloads } = new Listening();
    const payload = numbers(length);
    const ping = masked(FIN | PING, [9]);
    const chunk = join(ping, masked(FIN | BINARY, payload), ping);
    reader.read(chunk);
    const [before, after] = [chunk.slice(0, ping.length), chunk.slice(-ping.length)];
    const frame = frameInPlace(payloads[0]!);
    assert.equal(frame.buffer, chunk.buffer);
    assert.deepEqual([...frame], [...frameOf(BINARY, Uint8Array.from(payload))]);
    assert.deepEqual([chunk.slice(0, ping.length), chunk.slice(-ping.length)], [before, after]);
  }
});

/** A message that a client may send, with the events it should cause. */
const message = fc.record({
  opcode: fc.constantFrom(TEXT, BINARY),
  parts: fc.array(fc.string({ unit: "grapheme", maxLength: 150 }), { minLength: 1, maxLength: 4 }),
  pings: fc.array(fc.uint8Array({ maxLength: 125 }), { maxLength: 2 }),
  key: fc.uint8Array({ minLength: 4, maxLength: 4 }),
}).map(({ opcode, parts, pings, key }) => {
  const encoder = new TextEncoder();
  const last = parts.length - 1;
  const frames = parts.map((part, n) =>
    masked(
      (n === last ? FIN : 0) | (n === 0 ? opcode : CONTINUATION),
      encoder.encode(part),
      undefined,
      [...key],
    )
  );
  const control = pings.map((ping) => masked(FIN | PING, ping, undefined, [...key]));
  const whole = parts.join("");
  const event: Event = opcode === TEXT ? ["text", whole] : ["binary", [...encoder.encode(whole)]];
  return {
    bytes: join(...control, ...frames),
    between: join(frames[0]!, ...control, ...frames.slice(1)),
    isFragmented: last > 0,
    events: [...pings.map((ping): Event => ["ping", [...ping]]), event],
  };
});

Deno.test("FrameReader reports the same for a valid stream, however it is split", () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(400), { minLength: 1, maxLength: 40 }),
      (messages, sizes) => {
        const stream = join(
          ...messages.map((one) => one.isFragmented ? one.between : one.bytes),
        );
        const chunks: Uint8Array[] = [];
        for (let at = 0, n = 0; at < stream.length; n++) {
          const size = 1 + sizes[n % sizes.length]!;
          chunks.push(stream.slice(at, at + size));
          at += size;
        }
        assert.deepEqual(read(...chunks), messages.flatMap(({ events }) => events));
      },
    ),
    trials({ sample: 300, long: 20_000 }),
  );
});

Deno.test("FrameReader ends any stream of bytes at most once, and reports nothing after that", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (chunks) => {
      const events = read(...chunks.map((chunk) => chunk.slice()));
      const ends = events.findIndex(([kind]) => kind === "broken" || kind === "closed");
      assert.ok(ends === -1 || ends === events.length - 1);
    }),
    trials({ sample: 500, long: 100_000 }),
  );
});
