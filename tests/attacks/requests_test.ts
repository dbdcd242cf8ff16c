/**
 * Floods of plain HTTP requests: many connections from one address, each with more requests than anybody could wait
 * for. Two people at another address chat meanwhile, and their messages must stay on time.
 *
 * On a busy machine every process waits for a core, and a message is late for that reason alone. So the server and the
 * chat share a thread, and the lateness of a message is the time that this thread has computed between sending and
 * receiving it. The flood comes from another thread.
 */

import assert from "node:assert/strict";
import { ADDRESS_LIMITS } from "../../server/limits/rate_limits.ts";
import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { residentBytes } from "../support/process_memory.ts";
import { repeats } from "../support/repeats.ts";
import { type RequestFlood, sendFlood } from "../support/request_flood.ts";
import { TestServer } from "../support/server.ts";
import { inProcess } from "../support/server_under_test.ts";
import { computedMs } from "../support/stopwatch.ts";

/** Bytes that a flood may make the process grow by, and for each connection. The flood itself needs half of them. */
const MAX_MEMORY = 100 * 1024 ** 2;
const MAX_PER_CONNECTION = 256 * 1024;

/** Milliseconds that a message of an unrelated chat may be late. */
const MAX_LATENESS = 50;

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
  inProcess.test(`Attack on node: ${all} delay no message of a chat by ${limit} ms, and memory stays bounded`, async () => {
    let [late, attempt] = [Infinity, 0];
    while (late > limit && attempt++ < ATTEMPTS) late = await endure(flood);
    assert.ok(late <= limit, `${late} ms late`);
  });
}

/** Starts a server, and returns the greatest lateness during a flood. */
async function endure(flood: Omit<RequestFlood, "port">): Promise<number> {
  await using server = await TestServer.start();
  const pair = await BareClient.pair(server.socketUrl, { localAddress: "127.0.0.2" });
  await server.fetch(flood.path); // Encodes it.
  const before = await residentBytes(Deno.pid);
  const sending = sendFlood({ ...flood, port: server.port });
  const { lateness, most: peak } = await observe(pair, sending);
  const { 200: answered = 0, 429: refused = 0 } = await sending;
  const grown = peak - before;
  for (const client of pair) client.vanish();
  const most = MAX_MEMORY + flood.connections * MAX_PER_CONNECTION;
  assert.ok(grown < most, `${grown} bytes`);
  assert.ok(answered <= 1.5 * ADDRESS_LIMITS.requests.burst, `${answered} answered`);
  assert.ok(refused <= flood.connections, `${refused} refused`);
  return lateness;
}

/** The greatest lateness of a message in milliseconds, and the most memory, until `ended`. */
async function observe(
  [a, b]: readonly [BareClient, BareClient],
  ended: Promise<unknown>,
): Promise<{ lateness: number; most: number }> {
  let isOver = false;
  void ended.then(() => isOver = true);
  let [lateness, most] = [0, 0];
  while (!isOver) {
    const before = computedMs();
    a.send(Uint8Array.of(2));
    await b.frame();
    lateness = Math.max(lateness, computedMs() - before);
    most = Math.max(most, await residentBytes(Deno.pid));
    await delay(50);
  }
  return { lateness, most };
}
