/** The message bus between nodes, over channels that the test controls. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { MAX_FRAME_BYTES } from "../../../protocol.ts";
import {
  Bus,
  MAX_REQUESTS,
  MAX_WAITING_BYTES,
  type MessageHandler,
} from "../../../server/cluster/bus.ts";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import type { Reply } from "../../../server/cluster/messages.ts";
import type { NodeId, SessionId, Ticket } from "../../../server/ids.ts";
import { MAX_SLICE_ITEMS, SLICE_TIME } from "../../../server/base/slices.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { waitUntil } from "../../support/wait_until.ts";

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
const [HERE, THERE] = [1, 2] as [NodeId, NodeId];
const [ANN, BOB] = [11, 22] as [SessionId, SessionId];

/** The batches on their way to one node, and the function that delivers them. */
class Channel {
  readonly batches: Buffer[] = [];
  receive = (_: Buffer): void => {};

  deliver(): void {
    this.batches.splice(0).forEach((batch) => this.receive(batch));
  }
}

interface BusParts extends Partial<MessageHandler> {
  readonly keys?: ClusterKeys;
  readonly clock?: FakeClock;
}

async function busOf(
  node: NodeId,
  channels: Map<string, Channel>,
  { keys = KEYS, clock = new FakeClock(), ...handles }: BusParts = {},
): Promise<Bus> {
  const link = {
    publish: (channel: string, batch: Buffer) => {
      channels.get(channel)?.batches.push(batch);
      return Promise.resolve();
    },
    subscribe: (name: string, receive: (batch: Buffer) => void) => {
      const channel = channels.get(name);
      if (channel !== undefined) channel.receive = receive;
      return Promise.resolve();
    },
  };
  const nothing = {
    frame: () => {},
    message: () => undefined,
    lateReply: () => {},
    paired: () => {},
    plainMessage: () => {},
  };
  const onError = (error: unknown): void => assert.fail(String(error));
  const handler = { ...nothing, ...handles };
  const bus = new Bus({ link, node, clock, keys: () => keys, handler, onError });
  await bus.open();
  return bus;
}

function channelsOf(...names: string[]): Map<string, Channel> {
  return new Map(names.map((name) => [name, new Channel()]));
}

/** A message as it is in a batch. */
function packed(kind: number, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + bytes.length);
  head[4] = kind;
  return Buffer.concat([head, bytes]);
}

function sealed(value: unknown, keys = KEYS): Buffer {
  return packed(1, keys.seal(typeof value === "string" ? value : JSON.stringify(value)));
}

function frameOf(to: number, from: number, bytes: number): Buffer {
  const body = Buffer.alloc(16 + bytes);
  body.writeDoubleBE(to, 0);
  body.writeDoubleBE(from, 8);
  return packed(2, body);
}

Deno.test("Bus lets the caller of an answered request continue before it delivers later messages, in order", async () => {
  const channels = channelsOf("1", "2");
  const [toHere, toThere] = [...channels.values()] as [Channel, Channel];
  const happened: unknown[] = [];
  const here = await busOf(HERE, channels, { frame: (_to, _from, [n]) => happened.push(n) });
  const there = await busOf(THERE, channels, {
    message: () => {
      for (const n of [1, 2]) there.frame(HERE, ANN, BOB, Uint8Array.of(n));
      return { type: "accepted", isAccepted: true };
    },
  });
  const ask = async (): Promise<void> => {
    const reply = await here.request(THERE, { type: "echo" });
    for (let turn = 0; turn < 20; turn++) await undefined;
    happened.push(reply?.type);
  };
  const asked = Promise.all([ask(), ask()]);
  await setImmediate();
  toThere.deliver();
  await setImmediate();
  there.frame(HERE, ANN, BOB, Uint8Array.of(3));
  await setImmediate();
  assert.equal(toHere.batches.length, 2);
  toHere.deliver();
  await asked;
  await setImmediate();
  assert.deepEqual(happened, [1, 2, "accepted", 1, 2, "accepted", 3]);
  await Promise.all([here, there].map((bus) => bus.close()));
});

Deno.test("Bus handles a notice of Redis in its order, after a frame and before a message", async () => {
  const channels = channelsOf("1");
  const received: unknown[] = [];
  await busOf(HERE, channels, {
    frame: () => received.push("frame"),
    paired: (notice) => received.push(notice),
    message: ({ type }) => void received.push(type),
  });
  const notice = { ticket: 5 as Ticket, request: searchRequest(7) };
  const message = sealed({ kind: "message", from: THERE, message: { type: "here" } });
  const batch = [frameOf(ANN, BOB, 1), packed(3, JSON.stringify(notice)), message];
  channels.get("1")!.receive(Buffer.concat(batch));
  assert.deepEqual(received, ["frame", notice, "here"]);
});

/** Numbered frames in one batch. */
function crowdOf(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, n) => frameOf(n + 1, BOB, 1)));
}

Deno.test("Bus handles a crowd of messages in several turns, in order", async () => {
  const channels = channelsOf("1");
  const received: number[] = [];
  await busOf(HERE, channels, { frame: (to) => received.push(to) });
  const { receive } = channels.get("1")!;
  const count = 2 * MAX_SLICE_ITEMS + 1;
  receive(crowdOf(count));
  assert.equal(received.length, MAX_SLICE_ITEMS);
  receive(crowdOf(1)); // It waits behind the others.
  assert.equal(received.length, MAX_SLICE_ITEMS);
  await waitUntil(() => received.length === count + 1);
  assert.deepEqual(received, [...Array.from({ length: count }, (_, n) => n + 1), 1]);
});

Deno.test("Bus handles fewer messages in a turn if they take long", async () => {
  const channels = channelsOf("1");
  const clock = new FakeClock();
  let received = 0;
  const frame = (): void => {
    received++;
    clock.advance(SLICE_TIME / 2);
  };
  await busOf(HERE, channels, { clock, frame });
  channels.get("1")!.receive(crowdOf(5));
  assert.equal(received, 2);
  await waitUntil(() => received === 5);
});

Deno.test("Bus handles replies in crowds, too, and other messages after them", async () => {
  const channels = channelsOf("1");
  const received: unknown[] = [];
  await busOf(HERE, channels, {
    frame: () => received.push("frame"),
    lateReply: () => received.push("reply"),
  });
  const reply = sealed({ kind: "reply", request: 1, reply: { type: "echoed" } });
  const count = MAX_SLICE_ITEMS + 5;
  const replies = Array.from({ length: count }, () => reply);
  channels.get("1")!.receive(Buffer.concat([...replies, frameOf(ANN, BOB, 1)]));
  assert.equal(received.length, MAX_SLICE_ITEMS);
  await waitUntil(() => received.length === count + 1);
  assert.deepEqual(received.at(-1), "frame");
});

Deno.test("Bus drops a batch if too much waits already, and handles later ones", async () => {
  const channels = channelsOf("1");
  let received = 0;
  await busOf(HERE, channels, { frame: () => received++ });
  const { receive } = channels.get("1")!;
  const large = Buffer.concat(Array.from({ length: 600 }, () => frameOf(1, BOB, MAX_FRAME_BYTES)));
  assert.ok(large.length < MAX_WAITING_BYTES && 2 * large.length > MAX_WAITING_BYTES);
  receive(large);
  receive(large);
  await waitUntil(() => received === 600);
  receive(crowdOf(1));
  await waitUntil(() => received === 601);
});

Deno.test("Bus publishes what is sent in one turn as one batch for each channel, in order", async () => {
  const channels = channelsOf("1", "2", "all");
  const received: unknown[] = [];
  const here = await busOf(HERE, channels);
  await busOf(THERE, channels, {
    message: (message, from) => void received.push([message.type, from]),
    frame: (to, from, frame) => received.push([to, from, ...frame]),
    plainMessage: ({ type }) => received.push(type),
  });
  here.send(THERE, { type: "fetch", token: "token" });
  here.frame(THERE, BOB, ANN, Uint8Array.of(7, 8));
  here.broadcast({ type: "here" });
  here.sendPlain(THERE, { type: "request", node: HERE, request: { key: "key" } });
  await setImmediate();
  assert.deepEqual([...channels.values()].map(({ batches }) => batches.length), [0, 1, 1]);
  channels.get("2")!.deliver();
  assert.deepEqual(received, [["fetch", HERE], [BOB, ANN, 7, 8], "request"]);
  channels.get("all")!.deliver();
  assert.deepEqual(received.at(-1), ["here", HERE]);
  await here.close();
});

Deno.test("Bus resolves a request to its first reply, and reports a second one as late", async () => {
  const channels = channelsOf("1", "2");
  const late: Reply[] = [];
  const here = await busOf(HERE, channels, { lateReply: (reply) => late.push(reply) });
  await busOf(THERE, channels, { message: () => ({ type: "accepted", isAccepted: true }) });
  const reply = here.request(THERE, { type: "echo" });
  await setImmediate();
  channels.get("2")!.deliver();
  await setImmediate();
  const [batch] = channels.get("1")!.batches;
  channels.get("1")!.receive(batch!);
  assert.deepEqual(await reply, { type: "accepted", isAccepted: true });
  await setImmediate();
  assert.deepEqual(late, []);
  channels.get("1")!.receive(batch!);
  await setImmediate();
  assert.deepEqual(late, [{ type: "accepted", isAccepted: true }]);
});

Deno.test("Bus gives up a request to a node that does not reply, and reports a late reply", async () => {
  const channels = channelsOf("1");
  const late: Reply[] = [];
  const here = await busOf(HERE, channels, { lateReply: (reply) => late.push(reply) });
  assert.equal(await here.request(THERE, { type: "echo" }), undefined);
  const answer = { kind: "reply", request: 1, reply: { type: "echoed" } };
  channels.get("1")!.receive(sealed(answer));
  assert.deepEqual(late, [{ type: "echoed" }]);
});

Deno.test("Bus makes no more requests than it can remember, and its end settles all of them", async () => {
  const here = await busOf(HERE, channelsOf());
  const pending = Array.from({ length: MAX_REQUESTS }, () => here.request("all", { type: "echo" }));
  assert.equal(await here.request("all", { type: "echo" }), undefined);
  await here.close();
  assert.ok((await Promise.all(pending)).every((reply) => reply === undefined));
});

Deno.test("Bus publishes at its end what was sent just before", async () => {
  const channels = channelsOf("2");
  const here = await busOf(HERE, channels);
  here.frame(THERE, BOB, ANN, Uint8Array.of(1));
  await here.close();
  assert.equal(channels.get("2")!.batches.length, 1);
});

Deno.test("Bus does not hand over what was sealed with another secret", async () => {
  const channels = channelsOf("1", "2");
  const received: unknown[] = [];
  const keys = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
  const here = await busOf(HERE, channels, { keys });
  await busOf(THERE, channels, { message: ({ type }) => void received.push(type) });
  here.send(THERE, { type: "echo" });
  await setImmediate();
  channels.get("2")!.deliver();
  assert.deepEqual(received, []);
});

const HUGE = Buffer.alloc(4, 0xff);
const MALFORMED: [what: string, batch: Buffer][] = [
  ["empty", Buffer.alloc(0)],
  ["shorter than a length", Buffer.of(0, 0)],
  ["of length 0", Buffer.alloc(64)],
  ["longer than the batch", Buffer.concat([HUGE, randomBytes(64)])],
  ["random", randomBytes(4096)],
  ["of an unknown kind", packed(9, "body")],
  ["a frame without its head", packed(2, Buffer.alloc(15))],
  ["a frame that is too long", frameOf(BOB, ANN, MAX_FRAME_BYTES + 1)],
  ["a frame to no session", frameOf(Number.NaN, ANN, 4)],
  ["a frame from no session", frameOf(BOB, -0.5, 4)],
  ["sealed, but too short", packed(1, "short")],
  ["sealed, but not JSON", sealed("{")],
  ["sealed, but no object", sealed(null)],
  ["sealed, but of an unknown type", sealed({ kind: "message", from: 1, message: { type: "?" } })],
  ["a pair, but not JSON", packed(3, "not JSON")],
  ["a pair without a search", packed(3, `{"ticket":1}`)],
  ["plaintext, but not JSON", packed(0, "not JSON")],
  ["plaintext, but no object", packed(0, "[]")],
  ["plaintext of an unknown type", packed(0, `{"type":"__proto__"}`)],
  ["plaintext from no node", packed(0, `{"type":"request","node":"all","request":{"key":"key"}}`)],
];

for (const [what, batch] of MALFORMED) {
  Deno.test(`Bus ignores a message that is malformed: ${what}`, async () => {
    const channels = channelsOf("1");
    const received: unknown[] = [];
    await busOf(HERE, channels, {
      frame: () => received.push("frame"),
      message: ({ type }) => void received.push(type),
      lateReply: () => received.push("reply"),
      paired: () => received.push("pair"),
      plainMessage: () => received.push("plain"),
    });
    const { receive } = channels.get("1")!;
    const valid = sealed({ kind: "message", from: THERE, message: { type: "here" } });
    receive(batch);
    receive(Buffer.concat([valid, batch]));
    receive(valid);
    assert.deepEqual(received, ["here", "here"]);
  });
}
