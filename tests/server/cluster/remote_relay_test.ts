/** Calls between two people on different nodes: both use the relay of one node. */

import assert from "node:assert/strict";
import type { NodeId } from "../../../server/ids.ts";
import { parseUsername } from "../../../server/turn/credentials.ts";
import { BareClient } from "../../support/bare_client.ts";
import { bye, FIND, type Machine, meet, pair, startAlone } from "../../support/cluster.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { portOf, RelayedCall, relayOf, relayPorts } from "../../support/relayed_call.ts";
import { waitUntil, within } from "../../support/wait_until.ts";

const RELAY = ["--relay=on", "--relay-host=127.0.0.1"] as const;

const ignore = !await isRedisThere();

/** A test with nodes, of which some have a relay. Sessions of the first node are side 0 of each chat. */
function relayTest(
  name: string,
  relays: readonly boolean[],
  body: (machines: [Machine, Machine, Machine], redis: Redis) => Promise<void>,
): void {
  const fn = async (): Promise<void> => {
    await using redis = await Redis.start();
    await using stack = new AsyncDisposableStack();
    const machines: Machine[] = [];
    for (const [n, hasRelay] of relays.entries()) {
      const options = { args: hasRelay ? RELAY : [] };
      machines.push(stack.use(await startAlone(redis.url, options, 1 + n as NodeId)));
    }
    await meet(machines);
    await within(body(machines as [Machine, Machine, Machine], redis));
  };
  Deno.test({ name, ignore, fn });
}

async function comeBack({ server }: Machine, { token }: BareClient): Promise<BareClient> {
  const client = await BareClient.enter(server.socketUrl);
  client.tell({ type: "resume", token });
  assert.equal((await client.next("resumed")).chatting, true);
  return client;
}

relayTest(
  "People on two nodes have a call through the relay of one",
  [true, true],
  async (nodes) => {
    const pages = await pair(nodes);
    const servers = await Promise.all(pages.map(relayOf));
    assert.deepEqual(servers[0]!.urls, servers[1]!.urls);
    assert.deepEqual(await relayPorts(...pages), Array(2).fill(nodes[0].server.port));
    const names = servers.map(({ username }) => parseUsername(username));
    assert.equal(names[0]?.chat, names[1]?.chat);
    assert.deepEqual(names.map((name) => name?.side), [0, 1]);
    const call = await RelayedCall.start(...pages);
    assert.deepEqual(nodes.slice(0, 2).map(({ server }) => server.chat.callRelay?.calls), [1, 0]);
    call.close();
    await bye(...pages);
  },
);

const ENDS = [
  (page: BareClient) => page.leave(),
  (page: BareClient) => page.tell({ type: "report", reason: "spam" }),
  (page: BareClient) => page.tell(FIND),
] as const;

relayTest(
  "A call ends when the person without a session at its relay leaves, reports or searches again",
  [true, true],
  async (nodes) => {
    const { callRelay } = nodes[0].server.chat;
    for (const end of ENDS) {
      const pages = await pair(nodes);
      const call = await RelayedCall.start(...pages);
      end(pages[1]);
      await call.ends();
      assert.deepEqual([callRelay?.calls, callRelay?.chats.size], [0, 0]);
      await bye(...pages);
    }
  },
);

relayTest(
  "Both people get the same route, whichever of their nodes have a relay",
  [false, true, false],
  async ([none, relay, other]) => {
    for (const nodes of [[none, relay], [relay, other], [none, other]]) {
      const pages = await pair(nodes);
      const port = nodes.includes(relay) ? relay.server.port : 0;
      assert.deepEqual(await relayPorts(...pages), [port, port]);
      await bye(...pages);
    }
  },
);

relayTest(
  "A node is asked once if a page asks twice, and one that is too old has direct calls",
  [true, true],
  async (nodes) => {
    const { cluster, server } = nodes[0];
    const message = cluster.message.bind(cluster);
    for (const isOld of [false, true]) {
      let asked = 0;
      cluster.message = (one, from) => {
        if (one.type === "relay") asked++;
        return one.type === "relay" && isOld ? undefined : message(one, from);
      };
      const pages = await pair(nodes);
      pages[1].tell({ type: "ice" });
      assert.deepEqual(await relayPorts(pages[1]), [isOld ? 0 : server.port]);
      assert.equal(asked, 1);
      await bye(...pages);
    }
  },
);

relayTest("A call moves with its session to another node", [true, true, true], async (nodes) => {
  const [ann, bob] = await pair(nodes);
  const before = await RelayedCall.start(ann, bob);
  ann.vanish();
  const back = await comeBack(nodes[2], ann);
  await before.ends();
  assert.equal(nodes[0].server.chat.callRelay?.chats.size, 0);
  await bob.next("partner-back");
  for (const page of [back, bob]) { // Neither has asked.
    assert.equal(portOf(await page.next("ice")), nodes[2].server.port);
  }
  assert.deepEqual(await relayPorts(back, bob), Array(2).fill(nodes[2].server.port));
  const call = await RelayedCall.start(back, bob);
  back.leave();
  await call.ends();
  await bye(back, bob);
});

relayTest(
  "A call continues when the person without a session there moves",
  [true, true, true],
  async (nodes) => {
    const [ann, bob] = await pair(nodes);
    const call = await RelayedCall.start(ann, bob);
    let page = bob;
    for (const to of [nodes[2], nodes[0]]) {
      page.vanish();
      await ann.next("partner-away");
      page = await comeBack(to, page);
      await ann.next("partner-back");
      await call.talk();
      assert.deepEqual(await relayPorts(page), [nodes[0].server.port]);
    }
    ann.leave();
    await call.ends();
    await bye(page);
  },
);

relayTest("A page that has no call is told no relay", [true, true, true], async (nodes) => {
  const [ann, bob] = await pair(nodes);
  ann.vanish();
  const back = await comeBack(nodes[2], ann);
  await bob.next("partner-back");
  for (const page of [back, bob]) {
    page.tell({ type: "ping" });
    assert.equal((await page.nextOf("pong", "ice")).type, "pong");
  }
  await bye(back, bob);
});

relayTest(
  "A node asks again when the partner moved while it asked",
  [true, true, true],
  async (nodes) => {
    const [ann, bob] = await pair(nodes);
    const { cluster } = nodes[1];
    const askRelay = cluster.askRelay.bind(cluster);
    const [asked, moved] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    cluster.askRelay = async () => {
      cluster.askRelay = askRelay;
      asked.resolve();
      await moved.promise;
      return { kind: "gone" };
    };
    bob.tell({ type: "ice" });
    await asked.promise;
    ann.vanish();
    const back = await comeBack(nodes[2], ann);
    await bob.next("partner-back");
    moved.resolve();
    const { servers: [server] } = await bob.next("ice");
    assert.match(server?.urls[0] ?? "", RegExp(`:${nodes[2].server.port}\\b`));
    await bye(back, bob);
  },
);

relayTest("Without Redis calls within a node continue, and those between nodes are refused", [
  true,
  true,
], async (nodes, redis) => {
  const [ann, bob] = await pair(nodes);
  await redis.kill();
  await waitUntil(() => nodes.every(({ cluster }) => !cluster.isUp));
  const local = await BareClient.pair(nodes[1].server.socketUrl);
  const call = await RelayedCall.start(...local);
  bob.tell({ type: "ice" });
  assert.equal((await bob.next("error")).code, "nobody-to-call");
  call.close();
  await bye(ann, bob, ...local);
});
