/**
 * One WebSocket on a stream that isn't a socket: the bytes and number of its writes, and when its handler is notified.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { LIMITS } from "../../../server/limits/rate_limits.ts";
import { type ConnectionContext, WebSocketConnection } from "../../../server/listener/websocket.ts";
import type { ConnectionHandler, Outlet } from "../../../server/transport.ts";
import { ClosingConnections } from "../../../server/listener/closing_connections.ts";
import { CLOSE_TIMEOUT } from "../../../server/listener/listener.ts";
import { WriteBatcher } from "../../../server/listener/write_batch.ts";
import type { Log } from "../../../server/base/log.ts";
import { delay } from "../../../server/base/timeout.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { frame } from "../../support/raw_client.ts";

const FIN = 0x80;
const [TEXT, BINARY, CLOSE, PING] = [1, 2, 8, 9];

/** A stream that records each write and completes it immediately, or when a test says so. */
class FakeStream extends Duplex {
  readonly writes: number[][] = [];
  /** The written buffers themselves. */
  readonly buffers: Buffer[] = [];
  readonly #taken: (() => void)[] = [];
  isStalled = false;

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    this.writes.push([...chunk]);
    this.buffers.push(chunk);
    if (this.isStalled) this.#taken.push(taken);
    else taken();
  }

  override _read(): void {}

  takeAll(): void {
    this.isStalled = false;
    for (const taken of this.#taken.splice(0)) taken();
  }
}

/** What accepts the handshake. */
const RESPONSE = Buffer.from("HTTP");

/** Two connections that each receive what the other sends. */
class Pair {
  readonly events: string[] = [];
  readonly clock = new FakeClock();
  readonly batcher = new WriteBatcher();
  readonly closing = new ClosingConnections(this.clock);
  readonly streams = [new FakeStream(), new FakeStream()] as const;
  readonly connections: readonly WebSocketConnection[];
  readonly errors: string[] = [];
  onText = (_text: string): void => {};

  readonly context: ConnectionContext;
  /** What each connection has written when it is open. */
  readonly responses: number[][] = [];
  readonly responseBuffers: Buffer[] = [];

  constructor(readonly onEnter: (outlet: Outlet) => void = () => {}) {
    const log = { error: (message: string) => this.errors.push(message) } as unknown as Log;
    const context = this.context = {
      clock: this.clock,
      log,
      batcher: this.batcher,
      closing: this.closing,
      onClosed: () => void this.events.push("gone"),
    };
    this.connections = this.streams.map((stream, n) =>
      new WebSocketConnection(stream, context, {
        connect: () => () => void this.events.push(`left ${n}`),
        enter: (outlet) => {
          this.onEnter(outlet);
          return this.visitor(n);
        },
      }, RESPONSE)
    );
    for (const { writes, buffers } of this.streams) {
      this.responses.push(...writes.splice(0));
      this.responseBuffers.push(...buffers.splice(0));
    }
  }

  /** Delivers these frames to one connection in a single chunk. */
  receive(n: 0 | 1, ...frames: Uint8Array[]): void {
    this.streams[n].emit("data", Buffer.concat(frames));
  }

  readonly visitor = (n: number): ConnectionHandler => {
    const tell = (what: string): void => void this.events.push(`${what} ${n}`);
    return {
      receiveText: (text) => this.onText(text),
      receiveFrame: (payload) => this.connections[1 - n]!.send(payload),
      drained: () => tell("drained"),
      closed: () => tell("closed"),
      disconnected: () => tell("disconnected"),
      fail: () => tell("fail"),
    };
  };
}

Deno.test("Connection writes the response and the first text together, and overwrites both", async () => {
  const { responses, responseBuffers } = new Pair((outlet) => outlet.send("hi"));
  const written = [...RESPONSE, 0x81, 2, ...Buffer.from("hi")];
  assert.deepEqual(responses, [written, written]);
  await delay(0);
  assert.ok(responseBuffers.every((buffer) => buffer.every((byte) => byte === 0)));
});

Deno.test("Connection leaves no copy of the first text behind, which contains a token", async () => {
  const token = "9b1c0f6e2d";
  const pool = Buffer.from(Buffer.allocUnsafe(1).buffer); // Small buffers are parts of it.
  const { responseBuffers: [buffer] } = new Pair((outlet) => outlet.send(token));
  assert.equal(Buffer.allocUnsafe(1).buffer, pool.buffer);
  assert.ok(buffer!.toString("latin1").endsWith(token));
  await delay(0);
  for (const bytes of [pool, buffer!]) assert.ok(!bytes.toString("latin1").includes(token));
});

Deno.test("Connection writes the response at once if there is nothing to say", () => {
  assert.deepEqual(new Pair().responses, [[...RESPONSE], [...RESPONSE]]);
});

Deno.test("Connection whose client ended its side before the handshake was accepted ends, too", async () => {
  const { context, visitor } = new Pair();
  const stream = new FakeStream({ allowHalfOpen: true });
  stream.push(null);
  stream.read(0);
  await once(stream, "end");
  const handshake = { connect: () => () => {}, enter: () => visitor(0) };
  new WebSocketConnection(stream, context, handshake, RESPONSE);
  assert.ok(stream.writableEnded);
});

Deno.test("Connection keeps no place of its address if its session can't begin", () => {
  const events: string[] = [];
  const { context } = new Pair();
  const handshake = {
    connect: () => () => void events.push("left"),
    enter: () => assert.fail("no session"),
  };
  assert.throws(() => new WebSocketConnection(new FakeStream(), context, handshake, RESPONSE));
  assert.deepEqual(events, ["left"]);
});

Deno.test("Connections that don't finish closing are cut in time, and others never", () => {
  const { connections: [a, b], closing, clock, ...pair } = new Pair();
  a!.close(1001, "");
  clock.advance(CLOSE_TIMEOUT - 1);
  b!.close(1001, "");
  closing.sweep();
  assert.deepEqual(pair.streams.map(({ destroyed }) => destroyed), [false, false]);
  clock.advance(1);
  closing.sweep();
  assert.deepEqual(pair.streams.map(({ destroyed }) => destroyed), [true, false]);
  assert.equal(closing.size, 1);
});

Deno.test("Connection forwards a frame in one write, immediately, from the memory it arrived in", () => {
  const { streams: [a, b], ...pair } = new Pair();
  const chunk = Buffer.from(frame(FIN | BINARY, Uint8Array.of(1, 2)));
  a.emit("data", chunk);
  assert.deepEqual(b.writes, [[0x82, 2, 1, 2]]);
  assert.equal(b.buffers[0]!.buffer, chunk.buffer);
  assert.equal(pair.batcher.isBatching, false);
});

Deno.test("Connection forwards all frames of a chunk in one write", () => {
  const pair = new Pair();
  const [one, two] = [Uint8Array.of(1), Uint8Array.of(2, 2)];
  pair.receive(0, frame(FIN | BINARY, one), frame(FIN | BINARY, two), frame(FIN | BINARY, one));
  assert.deepEqual(pair.streams[1].writes, [[0x82, 1, 1, 0x82, 2, 2, 2, 0x82, 1, 1]]);
  assert.equal(pair.connections[1]!.backlog, 0);
});

Deno.test("Connection forwards complete frames even if an incomplete one follows", () => {
  const pair = new Pair();
  const one = frame(FIN | BINARY, Uint8Array.of(1));
  pair.receive(0, one, one.slice(0, 4));
  assert.deepEqual(pair.streams[1].writes, [[0x82, 1, 1]]);
  pair.receive(0, one.slice(4));
  assert.deepEqual(pair.streams[1].writes.at(-1), [0x82, 1, 1]);
});

Deno.test("Connection keeps the order of frames and text", () => {
  const pair = new Pair();
  pair.onText = (text) => pair.connections[1]!.send(text);
  const [one, text] = [frame(FIN | BINARY, Uint8Array.of(1)), frame(FIN | TEXT, "a")];
  pair.receive(0, one, one, text, one);
  assert.deepEqual(pair.streams[1].writes.flat(), [
    ...[0x82, 1, 1, 0x82, 1, 1],
    ...[0x81, 1, 0x61],
    ...[0x82, 1, 1],
  ]);
});

Deno.test("Connection counts buffered bytes, and reports when they have been sent", () => {
  const pair = new Pair();
  pair.streams[1].isStalled = true;
  pair.receive(0, frame(FIN | BINARY, new Uint8Array(30_000)));
  pair.receive(0, frame(FIN | BINARY, new Uint8Array(30_000)));
  pair.receive(0, frame(FIN | BINARY, new Uint8Array(30_000)));
  assert.equal(pair.connections[1]!.backlog, 3 * 30_004);
  pair.streams[1].takeAll();
  assert.equal(pair.connections[1]!.backlog, 0);
});

Deno.test("Connection clears the bytes of text once they have been sent, and not before", async () => {
  const { streams: [a], connections: [connection] } = new Pair();
  a.isStalled = true;
  connection!.send("interests");
  assert.equal(a.buffers[0]!.toString("latin1", 2), "interests");
  const taken = new Promise((resolve) => a.write(new Uint8Array(1), resolve));
  a.takeAll();
  await taken;
  assert.ok(a.buffers[0]!.every((byte) => byte === 0));
});

Deno.test("Connection answers a ping with its payload, and cuts off a client that sends too many", () => {
  const pair = new Pair();
  pair.receive(0, frame(FIN | PING, "hi"));
  assert.deepEqual(pair.streams[0].writes, [[0x8A, 2, 0x68, 0x69]]);
  pair.receive(0, ...Array<Uint8Array>(LIMITS.unsolicited.burst).fill(frame(FIN | PING)));
  assert.equal(pair.streams[0].destroyed, true);
  assert.deepEqual(pair.events, ["closed 0"]);
});

Deno.test("Connection answers a close frame with its code, reports it immediately, and ends its side", () => {
  const pair = new Pair();
  pair.receive(0, frame(FIN | CLOSE, Uint8Array.of(0x0F, 0xA1)), frame(FIN | BINARY, "\x01"));
  assert.deepEqual(pair.streams[0].writes, [[0x88, 2, 0x0F, 0xA1]]);
  assert.deepEqual(pair.events, ["disconnected 0"]);
  assert.equal(pair.streams[0].writableEnded, true);
  assert.deepEqual(pair.streams[1].writes, []);
  pair.streams[0].destroy();
});

/** The ways a stream may end, and what the session is told first. */
const ENDS: Record<string, { bytes: Uint8Array; first: string }> = {
  "a close with 1000": {
    bytes: frame(FIN | CLOSE, Uint8Array.of(0x03, 0xE8)),
    first: "closed 0",
  },
  "a close with 1000 and a reason": {
    bytes: frame(FIN | CLOSE, Uint8Array.of(0x03, 0xE8, 0x62, 0x79, 0x65)),
    first: "closed 0",
  },
  "a close with 1001": {
    bytes: frame(FIN | CLOSE, Uint8Array.of(0x03, 0xE9)),
    first: "disconnected 0",
  },
  "a close with 1001 that is not masked, as Caddy 2.6 sends it": {
    bytes: Uint8Array.of(FIN | CLOSE, 2, 0x03, 0xE9),
    first: "disconnected 0",
  },
  "a close without a code": {
    bytes: frame(FIN | CLOSE, ""),
    first: "disconnected 0",
  },
  "a close with a code of the server": {
    bytes: frame(FIN | CLOSE, Uint8Array.of(0x0F, 0xA3)),
    first: "disconnected 0",
  },
  "an opcode that does not exist": {
    bytes: frame(FIN | 0x3, ""),
    first: "disconnected 0",
  },
  "a text that is not UTF-8": {
    bytes: frame(FIN | TEXT, Uint8Array.of(0xFF)),
    first: "closed 0",
  },
};

for (const [name, { bytes, first }] of Object.entries(ENDS)) {
  Deno.test(`Connection reports ${first.split(" ")[0]} after ${name}`, () => {
    const pair = new Pair();
    pair.receive(0, bytes);
    assert.equal(pair.events[0], first);
    pair.streams[0].destroy();
  });
}

Deno.test("Connection that has closed passes nothing on, sends nothing more, and ends with the reply", () => {
  const pair = new Pair();
  const [a, b] = pair.streams;
  pair.connections[0]!.close(1008, "no");
  pair.connections[0]!.send("late");
  pair.receive(0, frame(FIN | BINARY, "\x01"));
  assert.deepEqual([a.writes, b.writes], [[[0x88, 4, 0x03, 0xF0, 0x6E, 0x6F]], []]);
  pair.receive(0, frame(FIN | CLOSE, Uint8Array.of(0x03, 0xF0)));
  assert.deepEqual([a.writes.length, a.writableEnded], [1, true]);
  a.destroy();
});

Deno.test("Connection reports a broken rule, after the complete frames before it", () => {
  const pair = new Pair();
  const one = frame(FIN | BINARY, "\x01");
  pair.receive(0, one, one, Uint8Array.of(0x82, 0x00));
  assert.deepEqual(pair.streams[1].writes, [[0x82, 1, 1, 0x82, 1, 1]]);
  assert.deepEqual(pair.streams[0].writes[0]!.slice(2, 4), [0x03, 0xEA]);
  assert.equal(pair.streams[0].writableEnded, true);
  pair.streams[0].destroy();
});

Deno.test("Connection whose stream ends without a close frame is reported as gone and disconnected", async () => {
  const pair = new Pair();
  const gone = new Promise((resolve) => pair.streams[0].once("close", resolve));
  pair.streams[0].destroy();
  await gone;
  assert.deepEqual(pair.events, ["gone", "left 0", "disconnected 0"]);
});

Deno.test("Connection is not cut off by a heartbeat after a standstill", () => {
  const { connections: [connection], streams: [a] } = new Pair();
  connection!.heartbeat();
  connection!.heartbeat(true);
  assert.equal(a.destroyed, false);
  connection!.heartbeat();
  assert.equal(a.destroyed, true);
});

Deno.test("Connection is cut off by the second heartbeat without a reply", () => {
  const { connections: [connection], streams: [a], ...pair } = new Pair();
  connection!.heartbeat();
  assert.deepEqual(a.writes, [[0x89, 0]]);
  a.emit("data", Buffer.from(frame(FIN | 10)));
  connection!.heartbeat();
  assert.equal(a.destroyed, false);
  connection!.heartbeat();
  assert.equal(a.destroyed, true);
  assert.deepEqual(pair.errors, []);
});

Deno.test("Connection with an exception in one visitor ends that visitor, and reads the rest of the chunk", () => {
  const pair = new Pair();
  pair.onText = () => {
    throw new Error("a bug");
  };
  pair.receive(0, frame(FIN | TEXT, "x"), frame(FIN | BINARY, "\x01"));
  assert.deepEqual(pair.events, ["fail 0"]);
  assert.equal(pair.errors.length, 1);
  assert.deepEqual(pair.streams[1].writes, [[0x82, 1, 1]]);
});
