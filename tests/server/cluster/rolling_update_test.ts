/**
 * A rolling update of a cluster: a node of the previous release and two of this one share a Redis. A client that names
 * no suites is a page of the previous release. Such clients meet each other on all nodes, and no other client.
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type ClientMessage, type ServerMessage, SUITES } from "../../../protocol.ts";
import { BareClient } from "../../support/bare_client.ts";
import { bye, FIND, startMachine } from "../../support/cluster.ts";
import { machinesIn } from "../../support/cluster_programs.ts";
import { isPreviousReleaseThere, PreviousRelease } from "../../support/previous_release.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { seeded } from "../../support/repeats.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { waitUntil, within } from "../../support/wait_until.ts";

const ignore = !await isRedisThere() || !await isPreviousReleaseThere();
const OPTIONS = ["--trust-proxy=1", "--proof-of-work=off"];
const NEWER: ClientMessage = { ...FIND, suites: SUITES };
const BOTH: ClientMessage = { ...FIND, suites: [...SUITES, 1] };

let previous: Promise<PreviousRelease> | undefined;
Deno.test.afterAll(async () => await (await previous)?.[Symbol.asyncDispose]());

interface Node {
  readonly socketUrl: string;
}

/** A test with a node of the previous release and two of this one, which know each other. */
function updateTest(
  name: string,
  body: (older: Node, newer: readonly [Node, Node]) => Promise<void>,
): void {
  const fn = async (): Promise<void> => {
    const release = await (previous ??= PreviousRelease.build());
    await using redis = await Redis.start();
    await using older = await release.start(`--redis-url=${redis.url}`, "--relay=off", ...OPTIONS);
    await using one = await startMachine(redis.url, { args: OPTIONS });
    await using other = await startMachine(redis.url, { args: OPTIONS });
    await waitUntil(async () => await machinesIn(redis) === 3);
    await within(body(older, [one.server, other.server]));
  };
  Deno.test({ name, ignore, fn });
}

let visitors = 0;

/** Connects from an address that no other client uses. */
async function visit({ socketUrl }: Node): Promise<BareClient> {
  const n = ++visitors;
  const headers = { "x-forwarded-for": `10.78.${n >> 8}.${n & 255}` };
  return await BareClient.enter(socketUrl, { headers });
}

async function waiter(node: Node, find: ClientMessage): Promise<BareClient> {
  const client = await visit(node);
  client.tell(find);
  await client.next("waiting");
  return client;
}

async function searcher(node: Node, find: ClientMessage): Promise<BareClient> {
  const client = await visit(node);
  client.tell(find);
  return client;
}

/** Asserts that two clients are in one chat, and ends it. */
async function endChat(a: BareClient, b: BareClient): Promise<void> {
  await Promise.all([a.next("paired"), b.next("paired")]);
  const word = Uint8Array.of(2, ...randomBytes(16));
  a.send(word);
  assert.deepEqual(await b.frame(), word);
  await bye(a, b);
}

updateTest(
  "During a rolling update, pages of the previous release meet on all nodes, whichever searches first",
  async (older, [newer]) => {
    for (const [first, second] of [[older, newer], [newer, older], [newer, newer]] as const) {
      const waiting = await waiter(first, FIND);
      await endChat(waiting, await searcher(second, FIND));
    }
  },
);

updateTest(
  "During a rolling update, a page of this release meets only pages of this release",
  async (older, [newer, another]) => {
    const page = await waiter(newer, NEWER);
    const [onOlder, onNewer] = [await waiter(older, FIND), await searcher(another, FIND)];
    await endChat(onOlder, onNewer);
    await endChat(page, await searcher(another, NEWER));
  },
);

updateTest(
  "During a rolling update, a page that offers both suites is found by both, and leaves nothing behind",
  async (older, [newer, another]) => {
    const both = await waiter(newer, BOTH);
    await endChat(both, await searcher(older, FIND)); // The older node doesn't know the other places of this search.
    const page = await waiter(another, NEWER);
    await endChat(page, await searcher(newer, BOTH));
    const last = await waiter(older, FIND);
    await endChat(last, await searcher(newer, BOTH));
  },
);

const CROWD = 60;

updateTest(
  `During a rolling update, ${CROWD} pages of both releases at all nodes end in chats of one release each`,
  (older, newer) =>
    seeded(async (seed) => {
      const roll = seededRandom(seed);
      const crowd = await Promise.all(
        Array.from({ length: CROWD }, async (_, n) => {
          const isNewer = n % 2 === 0;
          const node = isNewer || roll() < 0.5 ? newer[Math.floor(roll() * 2)]! : older;
          return { isNewer, client: await visit(node), word: Uint8Array.of(2, Number(isNewer), n) };
        }),
      );
      for (const { isNewer, client } of crowd) client.tell(isNewer ? NEWER : FIND);
      await Promise.all(crowd.map(async ({ isNewer, client, word }) => {
        const { role }: ServerMessage & { type: "paired" } = await client.next("paired");
        assert.ok(role === "caller" || role === "callee");
        client.send(word);
        assert.equal((await client.frame())[1], Number(isNewer), "a chat of two releases");
      }));
      await bye(...crowd.map(({ client }) => client));
    }),
);
