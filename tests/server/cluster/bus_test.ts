/** The message bus between nodes, over a channel that the test controls. */

import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { Bus, type MessageHandler } from "../../../server/cluster/bus.ts";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import type { NodeId, SessionId } from "../../../server/ids.ts";

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
const [HERE, THERE] = [1, 2] as [NodeId, NodeId];
const [ANN, BOB] = [11, 22] as [SessionId, SessionId];

/** Batches on their way to one node, and the function that delivers them. */
class Line {
  readonly parcels: Buffer[] = [];
  deliver = (_: Buffer): void => {};
}

async function busOf(
  node: NodeId,
  lines: Map<string, Line>,
  also: Partial<MessageHandler>,
): Promise<Bus> {
  const link = {
    publish: (channel: string, parcel: Buffer) => {
      lines.get(channel)?.parcels.push(parcel);
      return Promise.resolve();
    },
    subscribe: (channel: string, deliver: (parcel: Buffer) => void) => {
      const line = lines.get(channel);
      if (line !== undefined) line.deliver = deliver;
      return Promise.resolve();
    },
  };
  const nothing = {
    frame: () => {},
    message: () => undefined,
    lateReply: () => {},
    plainMessage: () => {},
  };
  const onError = (error: unknown): void => assert.fail(String(error));
  const recipient = { ...nothing, ...also };
  const bus = new Bus({ link, node, keys: () => KEYS, recipient, onError });
  await bus.open();
  return bus;
}

Deno.test("Bus lets the caller of an answered request continue before it delivers later messages, in order", async () => {
  const lines = new Map([["1", new Line()], ["2", new Line()]]);
  const [toHere, toThere] = [...lines.values()] as [Line, Line];
  const happened: unknown[] = [];
  const here = await busOf(HERE, lines, { frame: (_to, _from, [n]) => happened.push(n) });
  const there = await busOf(THERE, lines, {
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
  toThere.parcels.forEach((parcel) => toThere.deliver(parcel));
  await setImmediate();
  there.frame(HERE, ANN, BOB, Uint8Array.of(3));
  await setImmediate();
  assert.equal(toHere.parcels.length, 2);
  toHere.parcels.forEach((parcel) => toHere.deliver(parcel));
  await asked;
  await setImmediate();
  assert.deepEqual(happened, [1, 2, "accepted", 1, 2, "accepted", 3]);
  await Promise.all([here, there].map((bus) => bus.close()));
});
