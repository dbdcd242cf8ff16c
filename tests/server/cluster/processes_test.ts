/**
 * Three processes and a Redis, as an operator runs them, under everything that can happen to all four: a crowd, a
 * crash, an outage, a restart. The messages between nodes are tested in `cluster_test.ts`. Here it matters only that
 * nobody is lost.
 *
 * A chat proves itself: each side sends a word that nobody else knows, then numbered messages. Both words together name
 * the chat. If two visitors believe they are in the same chat, its name appears twice. It doesn't if a visitor is in a
 * chat alone, with two partners, or with a partner that is gone.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { SECOND } from "../../../server/base/clock.ts";
import type { BareClient } from "../../support/bare_client.ts";
import { bye, FIND } from "../../support/cluster.ts";
import {
  comeBack,
  couple,
  health,
  machinesIn,
  processesTest,
  visit,
  waiter,
} from "../../support/cluster_programs.ts";
import type { Program } from "../../support/program.ts";
import type { Redis } from "../../support/redis.ts";
import { RelayedCall, relayPorts } from "../../support/relayed_call.ts";
import { Stopwatch } from "../../support/stopwatch.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** Time within which visitors must be told that their partner's node has crashed or stopped, in milliseconds. */
const TOLD_WITHIN = 10 * SECOND;

const VISITORS = 300;
const CHATS_EACH = 2;
const MESSAGES = 30;
const WORD_BYTES = 16;

/** One side of a chat. */
interface Chatting {
  readonly name: string;
  readonly isAcross: boolean;
}

/**
 * Sends a word and numbered messages, and expects the partner's messages, each once and in order. Then one side leaves.
 */
async function chat(client: BareClient, machine: number): Promise<Chatting> {
  const word = Buffer.of(2, machine, ...randomBytes(WORD_BYTES));
  client.send(word);
  for (let n = 0; n < MESSAGES; n++) client.send(Buffer.of(1, n, ...word));
  const theirs = Buffer.from(await client.frame());
  assert.equal(theirs.length, word.length, "the first frame is the word of the partner");
  for (let n = 0; n < MESSAGES; n++) {
    assert.deepEqual(Buffer.from(await client.frame()), Buffer.of(1, n, ...theirs));
  }
  const words = [word, theirs].map((bytes) => bytes.toString("hex"));
  if (words[0]! < words[1]!) client.tell({ type: "leave" });
  else await client.next("partner-left");
  return { name: words.sort().join(), isAcross: theirs[1] !== machine };
}

/** Counts what `client` receives, even if no test waits for it. */
function counting(client: BareClient): { paired: number; frames: number } {
  const counted = { paired: 0, frames: 0 };
  client.socket.on("message", (data: Uint8Array, isBinary: boolean) => {
    if (isBinary) counted.frames++;
    else if (JSON.parse(String(data)).type === "paired") counted.paired++;
  });
  return counted;
}

/** Two chatting clients send each other a message. */
async function talk(a: BareClient, b: BareClient): Promise<void> {
  const [question, answer] = [1, 2].map((kind) => Uint8Array.of(kind, ...randomBytes(WORD_BYTES)));
  a.send(question!);
  assert.deepEqual(await b.frame(), question);
  b.send(answer!);
  assert.deepEqual(await a.frame(), answer);
}

/** Two clients search at the same time and must be paired with each other. */
async function findEachOther(a: BareClient, b: BareClient, search = FIND): Promise<void> {
  for (const client of [a, b]) client.tell(search);
  await Promise.all([a, b].map((client) => client.next("paired")));
  await talk(a, b);
}

/** Duration of `work` in milliseconds, corrected for the time that these processes waited for a core. */
async function took(work: Promise<unknown>, by: readonly Program[], redis: Redis): Promise<number> {
  const watch = new Stopwatch([redis.pid, ...by.map(({ pid }) => pid)]);
  await work;
  return watch.ms;
}

processesTest(
  `${VISITORS} visitors of three processes are paired across them, in pairs, and no message is lost or duplicated`,
  async (programs) => {
    const coming = Array.from({ length: VISITORS }, (_, n) => visit(programs[n % 3]!));
    const crowd = (await Promise.all(coming)).map(async (client, n): Promise<Chatting[]> => {
      const machine = n % 3;
      const counted = counting(client);
      const chats: Chatting[] = [];
      while (chats.length < CHATS_EACH) {
        // Those of one moment are mostly paired within a machine. The first partner is on another one.
        const interests = chats.length === 0 ? [`couple ${n >> 1}`] : [];
        client.tell({ ...FIND, interests });
        await client.next("paired");
        chats.push(await chat(client, machine));
      }
      await bye(client);
      assert.deepEqual(counted, { paired: CHATS_EACH, frames: CHATS_EACH * (1 + MESSAGES) });
      return chats;
    });
    const chats = (await Promise.all(crowd)).flat();
    const named = Map.groupBy(chats, ({ name }) => name);
    assert.equal(named.size, VISITORS * CHATS_EACH / 2);
    for (const [name, sides] of named) assert.equal(sides.length, 2, `of ${name}`);
    const across = chats.filter(({ isAcross }) => isAcross).length;
    assert.ok(across > chats.length / 3, `${across} of ${chats.length} are across`);
  },
);

processesTest(
  "A killed process has the partners of its sessions notified within 10 s, and nobody is paired with its sessions",
  async ([a, b, c], redis) => {
    const [ann, carl] = await couple(a, c);
    const [bob, dora] = await couple(b, c);
    const ghosts = [await waiter(c), await waiter(c, { ...FIND, mode: "video" })];
    const [eve, fritz] = await Promise.all([visit(a), visit(b)]);
    const seen = [eve, fritz].map(counting);
    await c.stop("SIGKILL");
    const telling = Promise.all([ann, bob].map((client) => client.next("partner-left")));
    const told = took(telling, [a, b], redis);
    await findEachOther(eve, fritz);
    assert.deepEqual(seen.map(({ paired }) => paired), [1, 1], "not even for a moment");
    assert.ok(await told < TOLD_WITHIN, `It took ${await told} ms.`);
    await findEachOther(ann, bob);
    await waitUntil(async () => await machinesIn(redis) === 2);
    const [greta, hans] = await couple(a, b, { ...FIND, mode: "video" });
    await talk(greta, hans);
    await bye(ann, bob, eve, fritz, greta, hans, carl, dora, ...ghosts);
  },
);

processesTest(
  "A Redis that is killed and restarted leaves chats and pairing within a process intact, and all recovers",
  async ([a, b, c], redis) => {
    const programs = [a, b, c];
    const [ann, bob] = await couple(a, b);
    const [carl, dora] = await couple(c, c);
    await redis.kill();
    await Promise.all([ann, bob].map((client) => client.next("partner-away")));
    await talk(carl, dora);
    const [eve, fritz] = await couple(c, c);
    await talk(eve, fritz);
    for (const program of programs) {
      // Statistics fail, too, if there was something to write in the meantime.
      await waitUntil(async () => /^degraded redis\b/.test(await health(program)));
    }
    await redis.restart();
    await Promise.all([ann, bob].map((client) => client.next("partner-back")));
    await talk(ann, bob);
    await Promise.all([talk(carl, dora), talk(eve, fritz)]);
    for (const program of programs) await waitUntil(async () => await health(program) === "ok");
    const [greta, hans] = await couple(b, c);
    await talk(greta, hans);
    await bye(ann, bob, carl, dora, eve, fritz, greta, hans);
  },
);

processesTest(
  "A process that is asked to stop hands its chats to others, and exits with code 0",
  async ([a, b, c]) => {
    const [ann, carl] = await couple(a, c);
    const [eve, fritz] = await couple(c, c);
    const waiting = await waiter(c);
    const stopped = c.stop("SIGTERM");
    assert.equal((await waiting.closed).code, 1001);
    for (const { closed } of [carl, eve, fritz]) assert.equal((await closed).code, 1012);
    const [carlAgain, eveAgain, fritzAgain] = [
      await comeBack(b, carl),
      await comeBack(a, eve),
      await comeBack(b, fritz),
    ];
    assert.equal(await stopped, 0);
    assert.deepEqual(c.log.match(/"level":"(ERROR|FATAL)"/), null, c.log);
    await talk(ann, carlAgain);
    await talk(eveAgain, fritzAgain);
    await bye(ann, carlAgain, eveAgain, fritzAgain);
  },
);

processesTest(
  "A session that does not reconnect elsewhere after its process stopped ends, and its partner is notified within 10 s",
  async ([a, b, c], redis) => {
    const [ann, carl] = await couple(a, c);
    const [bob, dora] = await couple(b, a);
    const told = took(ann.next("partner-left"), [a, b, c], redis);
    assert.equal(await c.stop("SIGTERM"), 0);
    assert.ok(await told < TOLD_WITHIN, `It took ${await told} ms.`);
    await carl.closed;
    await talk(bob, dora);
    await findEachOther(ann, await visit(b));
    await bye(ann, bob, dora);
  },
);

processesTest(
  "A chat continues on another process, and needs the first no longer",
  async ([a, b, c], redis) => {
    const [ann, bob] = await couple(a, b);
    bob.vanish();
    await ann.next("partner-away");
    const back = await comeBack(c, bob);
    await ann.next("partner-back");
    await talk(ann, back);
    await b.stop("SIGKILL");
    await waitUntil(async () => await machinesIn(redis) === 2);
    await talk(back, ann);
    back.tell({ type: "leave" });
    await ann.next("partner-left");
    await bye(ann, back);
  },
);

processesTest(
  "A process that stops hands its calls to another, and a killed one has further calls with it refused",
  async ([a, b, c]) => {
    const [ann, carl] = await couple(a, c);
    const [port] = await relayPorts(ann, carl);
    const [owner, moving, staying] = port === a.port ? [a, ann, carl] : [c, carl, ann];
    const before = await RelayedCall.start(ann, carl);
    const stopped = owner.stop("SIGTERM");
    await moving.closed;
    const back = await comeBack(b, moving);
    await before.ends();
    await staying.next("partner-back");
    assert.deepEqual(await relayPorts(back, staying), [b.port, b.port]);
    const call = await RelayedCall.start(back, staying);
    assert.equal(await stopped, 0);
    await call.talk();
    await b.stop("SIGKILL");
    await call.ends();
    staying.tell({ type: "ice" });
    assert.equal((await staying.next("error")).code, "nobody-to-call");
    await staying.next("partner-left");
    await bye(staying);
  },
  ["--relay=on", "--relay-host=127.0.0.1"],
);
