/**
 * Floods of plain HTTP requests: many connections from one address, each with more requests than anybody could wait
 * for. Two people at another address chat meanwhile, and their messages must stay on time.
 *
 * On a busy machine every process waits for a core, and a message is late for that reason alone. So the server and the
 * chat share a thread, and the lateness of a message is the time that this thread has computed between sending and
 * receiving it. The flood comes from another thread.
 *
 * On a slow or busy machine everything also takes more computing. So a message may be later if only a few requests were
 * answered while it was on its way. A server that answers all that it has received answers most of the flood meanwhile.
 */

import assert from "node:assert/strict";
import { ADDRESS_LIMITS } from "../../server/limits/rate_limits.ts";
import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { Program } from "../support/program.ts";
import { residentBytes } from "../support/process_memory.ts";
import { repeats } from "../support/repeats.ts";
import { type RequestFlood, sendFlood } from "../support/request_flood.ts";
import { TestServer } from "../support/server.ts";
import { inProcess } from "../support/server_under_test.ts";
import { computedMs } from "../support/stopwatch.ts";

/** Bytes that a flood may make the program grow by, and for each connection. */
const MAX_MEMORY = 100 * 1024 ** 2;
const MAX_PER_CONNECTION = 128 * 1024;

/** Milliseconds that a message of an unrelated chat may be late. */
const MAX_LATENESS = 50;

/** Requests of the flood that may be answered while a message is on its way. Measured: 40 to 163. */
const MAX_ANSWERED = 200;

/**
 * Milliseconds that it takes to accept a connection beyond the first 300. Deno accepts all that are ready at once, and
 * nothing here can spread that out.
 */
const ACCEPT_COST = 0.1;

/** A pause for garbage or compilation doesn't happen at the same moment twice, and a blocked server does. */
const ATTEMPTS = 3;

const FLOODS: readonly Omit<RequestFlood, "port">[] = [
  { path: "/robots.txt", connections: 50, requests: 1_900 },
  { path: "/languages.json", connections: repeats({ sample: 300, long: 1_500 }), requests: 1_500 },
  { path: "/", connections: repeats({ sample: 100, long: 1_000 }), requests: 500 },
];

for (const flood of FLOODS) {
  const { connections, requests, path } = flood;
  const limit = MAX_LATENESS + ACCEPT_COST * Math.max(0, connections - 300);
  const all = `${connections} connections with ${
    requests.toLocaleString("en")
  } requests for ${path} each`;
  inProcess.test(`Attack on node: ${all} delay no message of a chat by ${limit} ms`, async () => {
    let longest = await endure(flood);
    for (let attempt = 1; !isShort(longest, limit) && attempt < ATTEMPTS; attempt++) {
      longest = await endure(flood);
    }
    assert.ok(isShort(longest, limit), JSON.stringify(longest));
  });
}

/** How long a message was on its way. */
interface Delay {
  /** What this thread has computed, in milliseconds. */
  readonly late: number;
  /** How many requests of the flood were answered. */
  readonly answered: number;
}

function isShort({ late, answered }: Delay, limit: number): boolean {
  return late <= limit || answered <= MAX_ANSWERED;
}

/** Starts a server, and returns the longest delay during a flood. */
async function endure(flood: Omit<RequestFlood, "port">): Promise<Delay> {
  let requests = 0;
  await using server = await TestServer.start({
    service: (service) => ({
      ...service,
      answer: (request) => {
        requests++;
        return service.answer(request);
      },
    }),
  });
  const pair = await BareClient.pair(server.socketUrl, { localAddress: "127.0.0.2" });
  await server.fetch(flood.path); // Encodes it.
  const sending = sendFlood({ ...flood, port: server.port });
  const delay = await longestDelay(pair, () => requests, sending);
  const { 200: answered = 0, 429: refused = 0 } = await sending;
  for (const client of pair) client.vanish();
  assert.ok(answered <= 1.5 * ADDRESS_LIMITS.requests.burst, `${answered} answered`);
  assert.ok(refused <= flood.connections, `${refused} refused`);
  return delay;
}

/** The longest delay of a message until `ended`. `requests` returns how many were answered so far. */
async function longestDelay(
  [a, b]: readonly [BareClient, BareClient],
  requests: () => number,
  ended: Promise<unknown>,
): Promise<Delay> {
  let longest: Delay = { late: 0, answered: 0 };
  await untilEnded(ended, async () => {
    const [before, answered] = [computedMs(), requests()];
    a.send(Uint8Array.of(2));
    await b.frame();
    const one = { late: computedMs() - before, answered: requests() - answered };
    if (one.late > longest.late) longest = one;
  });
  return longest;
}

/** Looks again and again until `ended`. */
async function untilEnded(ended: Promise<unknown>, look: () => Promise<void>): Promise<void> {
  let isOver = false;
  void ended.then(() => isOver = true);
  while (!isOver) {
    await look();
    await delay(50);
  }
}

Deno.test("Attack on node: a flood of pipelined requests does not make the program's memory grow without bound", async () => {
  await using program = await Program.start();
  const flood = FLOODS[1]!;
  const before = await residentBytes(program.pid);
  let most = before;
  const sending = sendFlood({ ...flood, port: Number(new URL(program.http).port) });
  await untilEnded(sending, async () => {
    most = Math.max(most, await residentBytes(program.pid));
  });
  const bound = MAX_MEMORY + flood.connections * MAX_PER_CONNECTION;
  assert.ok(most - before < bound, `${most - before} bytes`);
});
