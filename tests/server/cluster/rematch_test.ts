/** "Chat again" between partners on two nodes, where requests and withdrawals cross. */

import assert from "node:assert/strict";
import type { ClientMessage } from "../../../protocol.ts";
import type { Partner } from "../../../server/chat/partner.ts";
import type { Session } from "../../../server/chat/session.ts";
import type { SessionId } from "../../../server/ids.ts";
import { BareClient } from "../../support/bare_client.ts";
import { bye, clusterTest, FIND, type Machine, pair } from "../../support/cluster.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { oneOf, seededRandom } from "../../support/seeded_random.ts";
import { NO_RATES } from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** Two clients on two nodes whose chat is over, because the first one has left. */
async function parted(machines: readonly Machine[]): Promise<[BareClient, BareClient]> {
  const [ann, bob] = await pair(machines);
  ann.tell({ type: "leave" });
  await bob.next("partner-left");
  return [ann, bob];
}

/** Asserts that two clients are in a chat with each other, and with new roles. */
async function chatAgain(ann: BareClient, bob: BareClient): Promise<void> {
  const both = await Promise.all([ann.next("paired"), bob.next("paired")]);
  assert.deepEqual(both.map(({ again, met }) => [again, met]), [[true, true], [true, true]]);
  assert.deepEqual(new Set(both.map(({ role }) => role)), new Set(["caller", "callee"]));
  ann.send(Uint8Array.of(1, 7));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 7));
  bob.send(Uint8Array.of(1, 8));
  assert.deepEqual(await ann.frame(), Uint8Array.of(1, 8));
}

clusterTest("Partners on two nodes who both ask are paired again", 2, async (machines) => {
  const [ann, bob] = await parted(machines);
  ann.tell({ type: "again" });
  await bob.next("partner-again");
  bob.tell({ type: "again" });
  await chatAgain(ann, bob);
  bob.tell({ type: "leave" });
  await ann.next("partner-left");
  bob.tell({ type: "again" }); // Both at the same moment: the requests cross.
  ann.tell({ type: "again" });
  await chatAgain(ann, bob);
  await bye(ann, bob);
});

clusterTest(
  "Partners on two nodes return to each other from their searches",
  2,
  async (machines) => {
    const [ann, bob] = await parted(machines);
    ann.tell({ ...FIND, interests: ["only ann"] });
    ann.tell({ type: "again" });
    await bob.next("partner-again");
    bob.tell({ ...FIND, interests: ["only bob"] });
    bob.tell({ type: "again" });
    await chatAgain(ann, bob);
    for (const { server } of machines) assert.equal(server.chat.matchmaker.searching, 0);
    await bye(ann, bob);
  },
);

/** All sessions of these nodes, by their ids. */
function sessionsOf(machines: readonly Machine[]): Map<SessionId, Session> {
  const all = machines.flatMap(({ server }) => [...server.chat.sessions.sessions]);
  return new Map(all.map((session) => [session.id, session]));
}

/** Waits until everything that clients and nodes have sent so far is handled. */
async function delivered(
  machines: readonly Machine[],
  clients: readonly BareClient[],
): Promise<void> {
  for (const client of clients) client.tell({ type: "ping" });
  await Promise.all(clients.map((client) => client.next("pong")));
  for (let turn = 0; turn < 3; turn++) { // A message, its answer, and what that leads to.
    await Promise.all(
      machines.flatMap(({ cluster }) =>
        machines.map(({ cluster: { node } }) =>
          cluster.askRelay(0 as SessionId, { id: 0, node } as unknown as Partner)
        )
      ),
    );
  }
}

clusterTest(
  "A withdrawal that crosses the partner's request leaves nobody alone in a chat",
  2,
  async (machines) => {
    for (let round = 0; round < 20; round++) {
      const [ann, bob] = await parted(machines);
      ann.tell({ type: "again" });
      await bob.next("partner-again");
      bob.tell({ type: "again" });
      ann.tell({ type: "leave" });
      await delivered(machines, [ann, bob]);
      const states = [...sessionsOf(machines).values()].map(({ state }) => state);
      assert.deepEqual(states, ["idle", "idle"], `round ${round}`);
      await bye(ann, bob);
    }
  },
  { rates: NO_RATES },
);

clusterTest(
  "Whatever crosses between two nodes, each partner is a mutual one",
  2,
  async (machines) => {
    await seeded(async (seed) => {
      const roll = seededRandom(seed);
      const actions: [ClientMessage, ...ClientMessage[]] = [
        FIND,
        { type: "leave" },
        { type: "again" },
        { type: "again" },
      ];
      const clients = await Promise.all(
        [0, 1, 0, 1].map((n) => BareClient.enter(machines[n]!.server.socketUrl)),
      );
      for (let round = 0; round < repeats({ sample: 30, long: 300 }); round++) {
        for (let step = 0; step < 12; step++) {
          oneOf(clients as [BareClient], roll).tell(oneOf(actions, roll));
          if (roll() < 0.3) await delivered(machines, clients);
        }
        await waitUntil(async () => {
          await delivered(machines, clients);
          const all = sessionsOf(machines);
          return [...all.values()].every(({ id, partner }) =>
            partner === undefined || all.get(partner.id)?.partner?.id === id
          );
        });
      }
      await bye(...clients);
    });
  },
  { rates: NO_RATES },
);
