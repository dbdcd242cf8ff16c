/**
 * Hours of use in minutes: many clients connect, search, chat, skip, report, drop and misbehave against the whole
 * server in this process, while invariants are checked on both sides of the connection.
 *
 * At any moment, on the server: every session is in one state, partners refer to each other, the pool contains exactly
 * the searching sessions, and the counts agree. At the end, when all clients have left: nothing remains, and the memory
 * has been freed.
 */

import { RESUME_WINDOW } from "../../protocol.ts";
import { SECOND } from "../../server/base/clock.ts";
import { gcFunction } from "../../server/base/gc.ts";
import type { Link } from "../../server/chat/link.ts";
import { delay } from "../../server/base/timeout.ts";
import { Session } from "../../server/chat/session.ts";
import { HANDSHAKE, RawClient } from "../support/raw_client.ts";
import { NO_RATES, TestServer, withVisitors } from "../support/server.ts";
import { waitUntil } from "../support/wait_until.ts";
import { Actor } from "./actor.ts";
import { seededRandom } from "../support/seeded_random.ts";

/** The size of a soak test. */
export interface SoakOptions {
  readonly seconds: number;
  readonly actors: number;
  readonly seed: number;
  /** The minimum to reach. The test takes longer if necessary, because a busy machine does less per second. */
  readonly minimum?: WorkDone;
}

/** The amount of work done. */
export interface WorkDone {
  readonly chats: number;
  /** How often a client dropped and returned to its chat. */
  readonly resumes: number;
  /** How often that happened before the server had noticed the loss of the old connection. */
  readonly takeovers: number;
  readonly frames: number;
}

/** The result. */
export interface SoakReport extends WorkDone {
  readonly checks: number;
  readonly attacks: number;
  /** Violated invariants, each once. */
  readonly faults: readonly string[];
  /** Addresses still remembered at the end. Each is remembered for an hour. */
  readonly addressesHeld: number;
  /** Heap bytes before and after the test, measured after garbage collection. */
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** The interval between actions, and between checks, in milliseconds. */
const ACTION_INTERVAL = 2;
const CHECK_INTERVAL = 100;

/** The number of actions per interval. */
const ACTIONS = 4;

/** The maximum duration of a test that has not reached the minimum, as a multiple of the requested duration. */
const MAX_EXTENSION = 4;

const NOTHING: WorkDone = { chats: 0, resumes: 0, takeovers: 0, frames: 0 };

/** Runs a soak test. */
export async function soak(
  { seconds, actors: count, seed, minimum = NOTHING }: SoakOptions,
): Promise<SoakReport> {
  const random = seededRandom(seed);
  const seen = new Set<Session>();
  await using server = await TestServer.start({
    args: ["--trust-proxy=1", "--max-connections-per-address=1000", "--proof-of-work=off"],
    rates: NO_RATES,
    service: (service) =>
      withVisitors(service, (visitor) => {
        const { session } = visitor as Link;
        if (session instanceof Session) seen.add(session);
        return visitor;
      }),
  });
  const heapBefore = heap();
  const faults = new Set<string>();
  const report = (fault: string): unknown => faults.add(fault);
  const actors = Array.from(
    { length: count },
    (_, id) => new Actor(id, server.socketUrl, random, report),
  );
  let [checks, attacks] = [0, 0];
  const checking = setInterval(() => {
    checks++;
    check(server, seen).forEach(report);
  }, CHECK_INTERVAL);
  const start = performance.now();
  const hasDone = (times: number): boolean => performance.now() - start >= times * seconds * SECOND;
  while (!hasDone(1) || !hasDone(MAX_EXTENSION) && !hasReached(workDone(actors), minimum)) {
    for (let n = 0; n < ACTIONS; n++) actors[Math.floor(random() * count)]?.act();
    if (random() < 0.02) attacks += await attack(server.port, random);
    await delay(ACTION_INTERVAL);
  }
  clearInterval(checking);
  for (const actor of actors) actor.leave();
  const { sessions, relay, registry, matchmaker } = server.chat;
  await waitUntil(() =>
    sessions.online + relay.slowReaders + registry.connected + matchmaker.searching === 0
  );
  await waitUntil(() => sessions.disconnected + sessions.tokens === 0, 2 * RESUME_WINDOW / SECOND);
  check(server, seen).forEach(report);
  for (const { message } of server.entries) report(`logged: ${message}`);
  const heapAfter = heap();
  return {
    ...workDone(actors),
    ...{ checks, attacks, faults: [...faults] },
    ...{ addressesHeld: registry.held, heapBefore, heapAfter },
  };
}

/** The total work of the actors so far. */
function workDone(actors: readonly Actor[]): WorkDone {
  const sum = (of: (actor: Actor) => number): number =>
    actors.reduce((total, actor) => total + of(actor), 0);
  return {
    chats: sum(({ chats }) => chats) / 2,
    resumes: sum(({ resumes }) => resumes),
    takeovers: sum(({ takeovers }) => takeovers),
    frames: sum(({ received }) => received),
  };
}

function hasReached(done: WorkDone, minimum: WorkDone): boolean {
  return done.chats >= minimum.chats && done.resumes >= minimum.resumes &&
    done.takeovers >= minimum.takeovers && done.frames >= minimum.frames;
}

/** The invariants that the server violates now. Ended sessions are removed from `seen`. */
function check(
  { chat: { sessions, matchmaker } }: TestServer,
  seen: Set<Session>,
): string[] {
  const faults: string[] = [];
  for (const session of seen) {
    const { state, partner, id } = session;
    if (state === "ended") seen.delete(session);
    if (partner !== undefined && sessions.session(partner.id)?.partner !== session) {
      faults.push(`${id} is alone`);
    }
    if (sessions.session(id) !== (state === "ended" ? undefined : session)) {
      faults.push(`${id} is ${state}, and the registry disagrees`);
    }
  }
  const searching = [...seen].filter(({ state }) => state === "searching").length;
  const known = sessions.online + sessions.disconnected;
  if (known !== seen.size) faults.push(`${known} online or disconnected, not ${seen.size}`);
  if (matchmaker.searching > searching) {
    faults.push("the pool contains a session that is not searching");
  }
  return faults;
}

/** Sends something that no page sends. Returns 1, to be counted. */
async function attack(port: number, random: () => number): Promise<number> {
  const client = await RawClient.connect(port);
  const lines = random() < 0.5
    ? [...HANDSHAKE, "X-Forwarded-For: 192.0.2.1"]
    : HANDSHAKE.slice(0, 3);
  await client.writeLines(...lines, "", "").catch(() => {}); // The server may close it first.
  if (random() < 0.5) await client.write(Uint8Array.of(0x83, 0x80, 0, 0, 0, 0)).catch(() => {});
  client.reset();
  return 1;
}

/** Heap bytes that are in use after a garbage collection. */
function heap(): number {
  gcFunction()?.();
  return Deno.memoryUsage().heapUsed;
}
