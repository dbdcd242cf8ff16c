/** A pair of searches on two nodes: both sides are in the chat, or neither, whatever is lost on the way. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { SUITES } from "../../../protocol.ts";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import type { ChatMessage, NodeMessage, Reply } from "../../../server/cluster/messages.ts";
import { RedisPool } from "../../../server/cluster/redis_pool.ts";
import { RemotePairings } from "../../../server/cluster/remote_pairings.ts";
import { MemoryBackend } from "../../../server/matching/backend.ts";
import { Matchmaker } from "../../../server/matching/matchmaker.ts";
import { numbersFrom } from "../../../server/ids.ts";
import type { NodeId, Ticket } from "../../../server/ids.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { PairedSeeker } from "../../support/pairing_node.ts";

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
const POOL = new RedisPool({ link: { run: () => assert.fail(), isReady: true }, keys: () => KEYS });

/** One node. What it sends is recorded, and a request gets the answer of `peer`. */
class Side {
  readonly seeker: PairedSeeker;
  readonly matchmaker: Matchmaker;
  readonly pairings: RemotePairings;
  readonly sent: [NodeId, NodeMessage][] = [];
  readonly delivered: ChatMessage[] = [];
  peer: (message: NodeMessage) => Reply | undefined = () => undefined;

  constructor(node: NodeId) {
    const backend = new MemoryBackend(node);
    const onError = (error: unknown): void => assert.fail(String(error));
    this.matchmaker = new Matchmaker({ clock: new FakeClock(), backend, onError });
    this.seeker = new PairedSeeker(numbersFrom(node));
    this.pairings = new RemotePairings({
      node,
      pool: POOL,
      matchmaker: this.matchmaker,
      bus: {
        request: (_, message) => Promise.resolve(this.peer(message)),
        send: (to, message) => this.sent.push([to, message]),
      },
      deliver: (message) => this.delivered.push(message),
    });
  }

  find(interests: string[], languages: string[]): Ticket {
    this.matchmaker.find(this.seeker, { mode: "text", interests, languages, suites: SUITES });
    return this.seeker.search!.request.ticket;
  }
}

/** Two nodes. Redis has taken the search of `waiting` for that of `offering`, and tells so. */
function pairOfNodes(): { offering: Side; waiting: Side; notify: () => Promise<void> } {
  const [offering, waiting] = [new Side(1 as NodeId), new Side(2 as NodeId)];
  waiting.find(["chess", "jazz"], ["en", "de"]);
  offering.find(["go", "jazz", "chess"], ["de", "fr", "en"]);
  waiting.peer = (message) => {
    assert.ok(message.type === "invite");
    return {
      type: "accepted",
      isAccepted: offering.pairings.invited(message.ticket, message.request),
    };
  };
  const notice = {
    ticket: waiting.seeker.search!.request.ticket,
    request: POOL.encode(offering.seeker.search!.request),
  };
  const notify = async (): Promise<void> => {
    waiting.pairings.noticed(notice);
    await setImmediate();
  };
  return { offering, waiting, notify };
}

Deno.test("A pair of two nodes: both sides learn what they share, each in its order", async () => {
  const { offering, waiting, notify } = pairOfNodes();
  await notify();
  const [ours, theirs] = [offering.seeker.match!, waiting.seeker.match!];
  assert.deepEqual([ours.partner, ours.node, ours.role], [waiting.seeker.id, 2, "callee"]);
  assert.deepEqual([theirs.partner, theirs.node, theirs.role], [offering.seeker.id, 1, "caller"]);
  assert.deepEqual([ours.interests, theirs.interests], [["jazz", "chess"], ["chess", "jazz"]]);
  assert.deepEqual([ours.languages, theirs.languages], [["de", "en"], ["en", "de"]]);
  assert.deepEqual([ours.met, theirs.met], [false, false]);
  assert.deepEqual([waiting.sent, waiting.delivered, offering.delivered], [[], [], []]);
  assert.deepEqual([offering, waiting].map(({ matchmaker }) => matchmaker.pairings.text), [1, 0]);
});

Deno.test("A pair of two nodes: a search that is over declines, and the other is told which", async () => {
  const { offering, waiting, notify } = pairOfNodes();
  const { ticket } = offering.seeker.search!.request;
  waiting.matchmaker.withdraw(waiting.seeker);
  await notify();
  assert.deepEqual(waiting.sent, [[1, { type: "declined", ticket }]]);
  assert.equal(offering.seeker.match, undefined);
});

Deno.test("A pair of two nodes: a side whose partner is gone is left, and nobody else is told", async () => {
  const { offering, waiting, notify } = pairOfNodes();
  offering.matchmaker.withdraw(offering.seeker);
  await notify();
  const [to, from] = [waiting.seeker.id, offering.seeker.id];
  assert.deepEqual(waiting.delivered, [{ to, from, node: 1, event: { type: "left" } }]);
  assert.deepEqual([waiting.sent, offering.seeker.match], [[], undefined]);
});

Deno.test("A pair of two nodes: without an answer the chat ends on both sides", async () => {
  const { offering, waiting, notify } = pairOfNodes();
  const { peer } = waiting;
  waiting.peer = (message) => void peer(message); // The answer is lost.
  await notify();
  const [to, from] = [waiting.seeker.id, offering.seeker.id];
  assert.equal(offering.seeker.match?.partner, to);
  const left = { type: "left" } as const;
  assert.deepEqual(waiting.delivered, [{ to, from, node: 1, event: left }]);
  const message = { to: from, from: to, node: 2, event: left };
  assert.deepEqual(waiting.sent, [[1, { type: "chat", message }]]);
});

Deno.test("A pair of two nodes: the second notice of the same search is declined", async () => {
  const { waiting, notify } = pairOfNodes();
  await notify();
  const { match } = waiting.seeker;
  await notify();
  assert.equal(waiting.seeker.match, match);
  assert.deepEqual(waiting.sent.map(([, { type }]) => type), ["declined"]);
});
