/** Two visitors on different nodes meet, chat, disconnect, resume and leave as they would on one node. */

import assert from "node:assert/strict";
import { MAX_FRAME_BYTES } from "../../../protocol.ts";
import { MINUTE } from "../../../server/base/clock.ts";
import { gcFunction } from "../../../server/base/gc.ts";
import type { NodeId } from "../../../server/ids.ts";
import { BareClient } from "../../support/bare_client.ts";
import {
  bye,
  clusterTest,
  FIND,
  type Machine,
  meet,
  pair,
  startAlone,
  startMachine,
} from "../../support/cluster.ts";
import { NO_RATES } from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** Opens a connection to a node and shows a token. */
async function comeBack({ server }: Machine, token: string): Promise<BareClient> {
  const client = await BareClient.enter(server.socketUrl);
  client.tell({ type: "resume", token });
  return client;
}

clusterTest("Two people on two nodes are paired and chat", 2, async (machines) => {
  const [ann, bob] = await pair(machines);
  ann.send(Uint8Array.of(1, 2, 3));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 2, 3));
  bob.send(Uint8Array.of(2, 9));
  assert.deepEqual(await ann.frame(), Uint8Array.of(2, 9));
  bob.tell({ type: "leave" });
  await ann.next("partner-left");
  await bye(ann, bob);
});

clusterTest(
  "Shared interests are found across nodes, and named to each in their own spelling",
  2,
  async ([a, b]) => {
    const ann = await BareClient.enter(a!.server.socketUrl);
    const bob = await BareClient.enter(b!.server.socketUrl);
    ann.tell({ ...FIND, interests: ["chess", "jazz"] });
    await ann.next("waiting");
    bob.tell({ ...FIND, interests: ["go", "jazz"] });
    const [first, second] = await Promise.all([ann.next("paired"), bob.next("paired")]);
    assert.deepEqual([first.interests, second.interests], [["jazz"], ["jazz"]]);
    assert.deepEqual([first.role, second.role], ["caller", "callee"]);
    await bye(ann, bob);
  },
);

clusterTest("A recent partner on another node is known, and named as such", 2, async (machines) => {
  const [ann, bob] = await pair(machines);
  ann.tell({ type: "leave" });
  await bob.next("partner-left");
  ann.tell(FIND);
  await ann.next("waiting");
  bob.tell(FIND);
  const [first, second] = await Promise.all([ann.next("paired"), bob.next("paired")]);
  assert.deepEqual([first.met, second.met], [true, true]);
  await bye(ann, bob);
});

clusterTest(
  "Frames arrive in order between nodes, including the last one before the end",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    for (let n = 0; n < 100; n++) ann.send(Uint8Array.of(1, n));
    ann.tell({ type: "leave" });
    for (let n = 0; n < 100; n++) assert.deepEqual(await bob.frame(), Uint8Array.of(1, n));
    await bob.next("partner-left");
    await bye(ann, bob);
  },
);

clusterTest(
  "Frames never reach a third person: late ones from the last partner are dropped",
  3,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const carol = await BareClient.enter(machines[2]!.server.socketUrl);
    bob.tell(FIND);
    bob.tell({ type: "leave" });
    for (let n = 0; n < 20; n++) ann.send(Uint8Array.of(1, n));
    bob.tell({ ...FIND, interests: ["only carol"] });
    carol.tell({ ...FIND, interests: ["only carol"] });
    await Promise.all([bob.next("paired"), carol.next("paired")]);
    carol.send(Uint8Array.of(1, 255));
    assert.deepEqual(await bob.frame(), Uint8Array.of(1, 255));
    await ann.next("partner-left");
    await bye(ann, bob, carol);
  },
);

clusterTest(
  "A dropped connection is reported on the other node, and so is its return",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const lost = bob.token;
    bob.vanish();
    await ann.next("partner-away");
    const back = await comeBack(machines[1]!, lost);
    assert.equal((await back.next("resumed")).chatting, true);
    await ann.next("partner-back");
    ann.send(Uint8Array.of(1, 7));
    assert.deepEqual(await back.frame(), Uint8Array.of(1, 7));
    await bye(ann, back);
  },
);

for (const [where, n] of [["a third node", 2], ["the partner's node", 0]] as const) {
  clusterTest(`A session continues on ${where}`, 3, async (machines) => {
    const [ann, bob] = await pair(machines);
    const { token } = bob;
    bob.vanish();
    await ann.next("partner-away");
    const back = await comeBack(machines[n]!, token);
    assert.equal((await back.next("resumed")).chatting, true);
    await ann.next("partner-back");
    back.send(Uint8Array.of(1, 1));
    assert.deepEqual(await ann.frame(), Uint8Array.of(1, 1));
    ann.send(Uint8Array.of(1, 2));
    assert.deepEqual(await back.frame(), Uint8Array.of(1, 2));
    assert.deepEqual([...machines[1]!.server.chat.sessions.sessions], [], "it is in one place");
    back.tell({ type: "leave" });
    await ann.next("partner-left");
    await bye(ann, back);
  });
}

clusterTest(
  "Two partners on one node remain partners when one of them moves to another",
  2,
  async ([a, b]) => {
    const [ann, bob] = await BareClient.pair(a!.server.socketUrl);
    const { token } = bob;
    bob.vanish();
    await ann.next("partner-away");
    const back = await comeBack(b!, token);
    assert.equal((await back.next("resumed")).chatting, true);
    await ann.next("partner-back");
    ann.send(Uint8Array.of(1, 2));
    assert.deepEqual(await back.frame(), Uint8Array.of(1, 2));
    ann.tell({ type: "leave" });
    await back.next("partner-left");
    await bye(ann, back);
  },
);

clusterTest("A token that no node knows resumes nothing, and the page is told", 2, async ([a]) => {
  const ann = await BareClient.enter(a!.server.socketUrl);
  ann.tell({ type: "resume", token: "unknown" });
  assert.equal((await ann.next("resumed")).chatting, false);
  await bye(ann);
});

clusterTest("Everybody is told how many people are online on all nodes", 2, async ([a, b]) => {
  const ann = await BareClient.enter(a!.server.socketUrl);
  await waitUntil(() => b!.server.chat.sessions.online === 1);
  const bob = new BareClient(b!.server.socketUrl);
  assert.equal((await bob.next("welcome")).online, 2);
  await bye(ann, bob);
});

clusterTest(
  "A reader that does not read slows down its partner on the other node, and is disconnected",
  0,
  async (_, redis) => {
    await using slow = await startMachine(redis.url, { rates: NO_RATES });
    await using fast = await startMachine(redis.url, { rates: NO_RATES });
    await meet([slow, fast]);
    const [ann, bob] = await pair([slow, fast]);
    ann.socket.pause();
    const frame = new Uint8Array(MAX_FRAME_BYTES).fill(1);
    await waitUntil(() => {
      if (bob.socket.bufferedAmount === 0) bob.send(frame);
      return slow.server.chat.relay.slowReaders > 0 && bob.socket.bufferedAmount > 0;
    });
    await bob.next("partner-left");
    await bye(bob);
    ann.vanish();
  },
);

clusterTest(
  "A node that stops announces it, and the partners of its sessions are notified",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    machines[1]!.server.chat.dismiss();
    await ann.next("partner-left");
    await bye(ann, bob);
  },
);

clusterTest(
  "Two partners on a stopping node continue their chat, each on another node",
  3,
  async ([stopping, ...others]) => {
    const { chat, socketUrl } = stopping!.server;
    const [ann, bob] = await BareClient.pair(socketUrl);
    const idle = await BareClient.enter(socketUrl);
    const moved = chat.handOff();
    assert.equal((await idle.closed).code, 1001);
    for (const client of [ann, bob]) assert.equal((await client.closed).code, 1012);
    const back: BareClient[] = [];
    for (const [n, { token }] of [ann, bob].entries()) back.push(await comeBack(others[n]!, token));
    const resumed = await Promise.all(back.map((client) => client.next("resumed")));
    assert.deepEqual(resumed.map(({ chatting }) => chatting), [true, true]);
    await moved;
    await back[0]!.next("partner-back");
    await stopping![Symbol.asyncDispose]();
    for (const [from, to] of [[0, 1], [1, 0]] as const) {
      back[from]!.send(Uint8Array.of(1, from));
      assert.deepEqual(await back[to]!.frame(), Uint8Array.of(1, from));
    }
    await bye(...back);
  },
);

clusterTest(
  "Visitors on two nodes are paired by the languages that they share, in the steps that both were told",
  2,
  async ([a, b]) => {
    const ann = await BareClient.enter(a!.server.socketUrl);
    const bob = await BareClient.enter(b!.server.socketUrl);
    const carl = await BareClient.enter(b!.server.socketUrl);
    ann.tell({ ...FIND, languages: ["fr", "de", "en"] });
    assert.equal((await ann.next("waiting")).step, "exact");
    carl.tell(FIND);
    assert.equal((await carl.next("waiting")).step, undefined);
    bob.tell({ ...FIND, languages: ["en", "fr"] });
    assert.deepEqual((await ann.next("paired")).languages, ["fr", "en"]);
    assert.deepEqual((await bob.next("paired")).languages, ["en", "fr"]);
    ann.tell({ ...FIND, languages: ["xx"] });
    assert.equal((await ann.next("waiting")).step, "exact");
    assert.equal((await ann.next("waiting")).step, "anyone");
    assert.deepEqual((await ann.next("paired")).languages, []);
    assert.equal((await carl.next("paired")).languages, undefined);
    await bye(ann, bob, carl);
  },
);

clusterTest(
  "A session of a stopping node continues with a partner on another node, and stays there",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const moved = machines[1]!.server.chat.handOff();
    await ann.next("partner-away");
    assert.equal((await bob.closed).code, 1012);
    const back = await comeBack(machines[0]!, bob.token);
    assert.equal((await back.next("resumed")).chatting, true);
    await ann.next("partner-back");
    await moved;
    back.send(Uint8Array.of(1, 7));
    assert.deepEqual(await ann.frame(), Uint8Array.of(1, 7));
    await bye(ann, back);
  },
);

clusterTest(
  "A session may arrive at a node that has not met the others yet, and continues as soon as it has",
  2,
  async (machines, redis) => {
    const [ann, bob] = await pair(machines);
    bob.vanish();
    await ann.next("partner-away");
    await using fresh = await startAlone(redis.url);
    const back = await comeBack(fresh, bob.token);
    assert.equal((await back.next("resumed")).chatting, true);
    await ann.next("partner-back");
    await bye(ann, back);
  },
);

clusterTest("A node that is alone notifies its visitors when it stops", 1, async ([only]) => {
  const [ann, bob] = await BareClient.pair(only!.server.socketUrl);
  const ended = only!.server.end(MINUTE);
  for (const client of [ann, bob]) {
    await client.next("draining");
    assert.equal((await client.closed).code, 1001);
  }
  await ended;
});

clusterTest(
  "A burst to a late reader is lost by nobody, and ends no session",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const { relay } = machines[0]!.server.chat;
    ann.socket.pause();
    const count = 200;
    for (let n = 0; n < count; n++) bob.send(new Uint8Array(MAX_FRAME_BYTES).fill(n % 2 + 1));
    await waitUntil(() => relay.slowReaders > 0);
    ann.socket.resume();
    for (let n = 0; n < count; n++) assert.equal((await ann.frame())[0], n % 2 + 1);
    await bye(ann, bob);
  },
  { rates: NO_RATES },
);

clusterTest(
  "A report after the chat counts on the other node, too",
  2,
  async (machines, redis) => {
    const [ann] = await pair(machines);
    const bob = await BareClient.enter(machines[1]!.server.socketUrl, {
      localAddress: "127.0.0.3",
    });
    ann.tell(FIND);
    await ann.next("waiting");
    bob.tell(FIND);
    await Promise.all([ann.next("paired"), bob.next("paired")]);
    ann.tell({ type: "leave" });
    await bye(ann); // The partner can report a visitor even after the page was closed.
    await waitUntil(() => machines[0]!.server.chat.sessions.connected === 0);
    await bob.next("partner-left");
    bob.tell({ type: "report", reason: "spam" });
    await bob.next("reported");
    await waitUntil(async () => {
      const keys = await redis.ask("keys", "anonymous-chat:address:*");
      const fields = await Promise.all(keys.map((key) => redis.ask("hkeys", key)));
      return fields.flat().some((field) => field.startsWith("r:"));
    });
    await bye(bob);
  },
);

clusterTest(
  "A visitor who has closed the page can still be reported, and holds no socket for that",
  1,
  async ([machine]) => {
    const { server } = machine!;
    const { sessions } = server.chat;
    const [ann, bob] = await BareClient.pair(server.socketUrl);
    const ids = [...sessions.sessions].map(({ id }) => id);
    const outlets = [...server.outlets].map((outlet) => new WeakRef(outlet));
    await bye(ann, bob);
    await waitUntil(() => sessions.connected + sessions.disconnected === 0);
    assert.ok(ids.every((id) => sessions.recentSession(id) !== undefined));
    await waitUntil(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0)); // A weak reference lasts until the end of a task.
      gcFunction()!();
      return outlets.every((outlet) => outlet.deref() === undefined);
    });
  },
);

clusterTest(
  "A session that is lost while moving leaves nobody waiting",
  1,
  async ([machine]) => {
    const { server, cluster } = machine!;
    const [ann, bob] = await BareClient.pair(server.socketUrl);
    const nowhere = 4711 as NodeId;
    cluster.message({ type: "fetch", token: bob.token }, nowhere); // It asks for him and is never heard of again.
    await ann.next("partner-away");
    await ann.next("partner-left");
    await bye(ann, bob);
  },
);

clusterTest(
  "A session keeps its limits when it moves from node to node",
  1,
  async ([first], redis) => {
    const rates = { ...NO_RATES, resumes: { burst: 1, perMinute: 1 } };
    await using second = await startMachine(redis.url, { rates });
    await using third = await startMachine(redis.url, { rates });
    const [ann, bob] = await pair([first!, second]);
    bob.vanish();
    const once = await comeBack(third, bob.token);
    assert.equal((await once.next("resumed")).chatting, true);
    once.vanish();
    const twice = await comeBack(second, once.token);
    assert.equal((await twice.next("resumed")).chatting, false);
    await ann.next("partner-left");
    await bye(ann, twice);
  },
);

clusterTest(
  "A session that moves to the node of a partner who leaves meanwhile is told so",
  2,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const { token } = bob;
    bob.vanish();
    await ann.next("partner-away");
    const { sessions } = machines[1]!.server.chat;
    const [annSession] = machines[0]!.server.chat.sessions.sessions;
    const release = sessions.exportSession.bind(sessions);
    sessions.exportSession = (shown) => {
      const traveller = release(shown);
      annSession!.receiveText('{"type":"leave"}'); // While the partner's session is being moved.
      return traveller;
    };
    const back = await comeBack(machines[0]!, token);
    await back.next("partner-left");
    await bye(ann, back);
  },
);

clusterTest(
  "A greeting that crosses a move follows it, and the moved session knows that the partner is away",
  3,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const { token } = bob;
    bob.vanish();
    await ann.next("partner-away");
    const { sessions } = machines[1]!.server.chat;
    const release = sessions.exportSession.bind(sessions);
    sessions.exportSession = (shown) => {
      const traveller = release(shown);
      machines[0]!.cluster.heartbeat(); // Her node asks for him on his old node.
      return traveller;
    };
    const back = await comeBack(machines[2]!, token);
    await back.next("resumed");
    await ann.next("partner-back");
    back.send(Uint8Array.of(1, 1));
    assert.deepEqual(await ann.frame(), Uint8Array.of(1, 1));
    ann.vanish();
    await back.next("partner-away");
    const second = back.token;
    back.vanish();
    await waitUntil(() => machines[2]!.server.chat.sessions.disconnected === 1);
    const again = await comeBack(machines[1]!, second);
    await again.next("resumed");
    await again.next("partner-away");
    await bye(again);
  },
);

clusterTest(
  "Two partners who move to one node at the same time remain partners there",
  3,
  async (machines) => {
    const [ann, bob] = await pair(machines);
    const { socketUrl } = machines[2]!.server;
    const [one, two] = await Promise.all([1, 2].map(() => BareClient.enter(socketUrl)));
    one!.tell({ type: "resume", token: ann.token });
    two!.tell({ type: "resume", token: bob.token });
    await Promise.all([one!.next("resumed"), two!.next("resumed")]);
    const [first, second] = machines[2]!.server.chat.sessions.sessions;
    await waitUntil(() => first!.partner === second && second!.partner === first);
    await bye(one!, two!);
  },
);
