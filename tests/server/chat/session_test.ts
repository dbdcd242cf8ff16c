import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BACKGROUND_WINDOW,
  MAX_FRAME_BYTES,
  RESUME_WINDOW,
  type ServerMessage,
  SUITES,
  TOO_FAST_REASON,
} from "../../../protocol.ts";
import { INTERVALS } from "../../../server/app.ts";
import { MAX_SLICE_ITEMS } from "../../../server/base/slices.ts";
import { delay } from "../../../server/base/timeout.ts";
import { MemoryBackend } from "../../../server/matching/backend.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { MIN_CHAT_TIME } from "../../../server/admission/reputation.ts";
import { LIMITS } from "../../../server/limits/rate_limits.ts";
import type { Link } from "../../../server/chat/link.ts";
import {
  MAX_DISCONNECTED_SESSIONS,
  MAX_IDLE,
  SessionRegistry,
} from "../../../server/chat/session_registry.ts";
import type { RemoteNodes } from "../../../server/chat/remote_nodes.ts";
import type { RelayAnswer } from "../../../server/chat/remote_relay.ts";
import { Matchmaker } from "../../../server/matching/matchmaker.ts";
import { EXACT_WINDOW } from "../../../server/matching/policy.ts";
import type { NodeId, SessionId } from "../../../server/ids.ts";
import { isSolution, type ProofOfWorkGate, WORK_BITS } from "../../../server/chat/proof_of_work.ts";
import { MAX_STALL, Relay } from "../../../server/chat/relay.ts";
import { MAX_MOVING, MOVE_TIME } from "../../../server/chat/moving_sessions.ts";
import { MAX_RECENT, type Session } from "../../../server/chat/session.ts";
import type { SessionSnapshot } from "../../../server/chat/session_snapshot.ts";
import { ExternalRoutes } from "../../../server/chat/call_routes.ts";
import { TurnCredentials } from "../../../server/chat/turn.ts";
import { newAddressRecord } from "../../support/fixtures.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeOutlet } from "../../support/fake_outlet.ts";
import { trials } from "../../support/repeats.ts";
import { waitUntil } from "../../support/wait_until.ts";

interface Visit {
  link: Link;
  /** The session that the socket started with. */
  session: Session;
  outlet: FakeOutlet;
  say: (message: unknown) => void;
  frame: (...bytes: number[]) => void;
}

/** The number of people online according to a message. */
function counted(message: ServerMessage): number | undefined {
  return message.type === "welcome"
    ? message.online
    : message.type === "online"
    ? message.count
    : undefined;
}

/** A partner that reacts to nothing. */
const INERT_PARTNER = {
  receive: () => false,
  release: () => {},
  partnerLeft: () => {},
  partnerAway: () => {},
  partnerBack: () => {},
  chattedWith: () => {},
  wantsAgain: () => false,
  reported: () => {},
};

/** No other node answers. */
function askNobody(): Promise<RelayAnswer> {
  return Promise.resolve({ kind: "gone" });
}

class World {
  #tokens = 0;
  readonly clock = new FakeClock();
  readonly relay = new Relay(this.clock);
  readonly matchmaker = new Matchmaker({
    clock: this.clock,
    backend: new MemoryBackend(),
    onError: (error) => assert.fail(String(error)),
  });
  /** Whether a search requires proof of work. */
  readonly proofOfWork = { isRequired: false, entered: () => {} } as
    & { isRequired: boolean }
    & ProofOfWorkGate;
  /** What was counted: the messages, and the duration of each chat. */
  readonly counted = { messages: 0, durations: [] as number[] };
  readonly sessions: SessionRegistry;

  constructor(remoteNodes?: RemoteNodes, maxConnections = 0) {
    this.sessions = new SessionRegistry({
      maxConnections,
      clock: this.clock,
      relay: this.relay,
      matchmaker: this.matchmaker,
      statistics: {
        message: () => void this.counted.messages++,
        chatEnded: (duration) => void this.counted.durations.push(duration),
      },
      rates: LIMITS,
      proofOfWork: this.proofOfWork,
      callRoutes: new ExternalRoutes(
        new TurnCredentials({
          urls: ["turn:relay.example"],
          secret: "secret",
          clock: this.clock,
        }),
      ),
      newToken: () => `token ${++this.#tokens}`,
      remoteNodes,
    });
    this.clock.every(INTERVALS.widen, () => this.matchmaker.widen());
    this.clock.every(INTERVALS.relaySweep, () => this.relay.sweep());
    this.clock.every(INTERVALS.sessionSweep, () => this.sessions.sweep());
    this.clock.every(INTERVALS.closeIdle, () => this.sessions.closeIdle());
  }

  /** Opens a connection, by default from a separate address. */
  visit(record = newAddressRecord(this.clock.now())): Visit {
    const outlet = new FakeOutlet();
    const link = this.sessions.enter(outlet, record);
    const session = this.attachedTo(link);
    assert.ok(session !== undefined);
    return {
      link,
      session,
      outlet,
      say: (message) => link.receiveText(JSON.stringify(message)),
      frame: (...bytes) => link.receiveFrame(Uint8Array.from(bytes)),
    };
  }

  /** The session that is attached to a socket. */
  attachedTo({ session }: Link): Session | undefined {
    return session && this.sessions.session(session.id);
  }

  /** Resumes the session of `before` on a new socket. The server may also answer with a new session. */
  comeBack(before: Visit, record = newAddressRecord(this.clock.now())): Visit {
    const visit = this.visit(record);
    visit.say({ type: "resume", token: tokenOf(before) });
    const session = this.attachedTo(visit.link);
    return session === undefined ? visit : { ...visit, session };
  }

  /** Two sessions in a chat. */
  async pair(): Promise<[Visit, Visit]> {
    const [a, b] = [this.visit(), this.visit()];
    a.say(FIND);
    b.say(FIND);
    await settled();
    assert.equal(a.session.partner, b.session);
    return [a, b];
  }
}

const FIND = { type: "find", mode: "text", interests: [] };
const LEAVE = { type: "leave" };
const REPORT = { type: "report", reason: "spam" };

/** The smallest number that solves the challenge of this visit. */
function solution({ outlet }: Visit): number {
  const [challenge] = outlet.told("challenge");
  assert.ok(challenge?.type === "challenge");
  for (let nonce = 0;; nonce++) if (isSolution(challenge.salt, nonce, WORK_BITS)) return nonce;
}

/** The token in this socket's `welcome`. */
function tokenOf({ outlet }: Visit): string {
  const [welcome] = outlet.messages;
  assert.ok(welcome?.type === "welcome");
  return welcome.token;
}

/** Everything sent to a socket, in order: the type of each message, and the second byte of each frame. */
function inShort({ sent }: FakeOutlet): string[] {
  return sent.map((data) => typeof data === "string" ? JSON.parse(data).type : String(data[1]));
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("Session sends a welcome with a token and the number of people online", () => {
  const world = new World();
  world.visit();
  const { outlet } = world.visit();
  const features = ["ping", "search", "languages", "again", "suites"];
  assert.deepEqual(outlet.messages, [{ type: "welcome", token: "token 2", online: 2, features }]);
});

Deno.test("Session answers a ping at any time, also while it chats", async () => {
  const world = new World();
  const [a] = await world.pair();
  for (const visit of [world.visit(), a]) {
    visit.say({ type: "ping" });
    assert.equal(visit.outlet.types.at(-1), "pong");
  }
});

Deno.test("Session repeats the number of a search in every answer to it, and only there", async () => {
  const world = new World();
  const [a, b] = [world.visit(), world.visit()];
  a.say({ ...FIND, search: 7 });
  await settled();
  b.say(FIND);
  await settled();
  const numbers = ({ messages }: FakeOutlet) =>
    messages.map((message) => [message.type, "search" in message ? message.search : undefined]);
  assert.deepEqual(numbers(a.outlet).slice(1), [["waiting", 7], ["paired", 7]]);
  assert.deepEqual(numbers(b.outlet).slice(1), [["paired", undefined]]);
  a.say(REPORT);
  assert.deepEqual(numbers(a.outlet).at(-1), ["reported", undefined]);
});

Deno.test("Session tells each step of a search, and what both speak, if the client named languages", async () => {
  const world = new World();
  const [a, b] = [world.visit(), world.visit()];
  a.say({ ...FIND, languages: ["fr", "de", "en"], search: 7 });
  await settled();
  world.clock.advance(EXACT_WINDOW);
  await settled();
  b.say({ ...FIND, languages: ["en", "fr"] });
  await settled();
  const paired = { type: "paired", interests: [], met: false };
  assert.deepEqual(a.outlet.messages.slice(1), [
    { type: "waiting", step: "exact", search: 7 },
    { type: "waiting", step: "anyone", search: 7 },
    { ...paired, role: "caller", languages: ["fr", "en"], search: 7 },
  ]);
  assert.deepEqual(b.outlet.messages.slice(1), [
    { ...paired, role: "callee", languages: ["en", "fr"] },
  ]);
});

Deno.test("Session tells a client that named no languages once that it waits, and nothing new", async () => {
  const world = new World();
  const [a, b, c] = [world.visit(), world.visit(), world.visit()];
  a.say({ ...FIND, interests: ["chess"] });
  await settled();
  world.clock.advance(EXACT_WINDOW);
  await settled();
  b.say({ ...FIND, languages: [] });
  await settled();
  assert.deepEqual(a.outlet.messages.slice(1), [
    { type: "waiting" },
    { type: "paired", role: "caller", interests: [], met: false },
  ]);
  assert.deepEqual(b.outlet.messages.slice(1), [
    { type: "paired", role: "callee", interests: [], languages: [], met: false },
  ]);
  c.say({ ...FIND, languages: [] });
  await settled();
  assert.deepEqual(c.outlet.messages.slice(1), [{ type: "waiting", step: "anyone" }]);
});

Deno.test("Session keeps the languages of a search while its client solves a challenge", async () => {
  const world = new World();
  const a = world.visit();
  world.proofOfWork.isRequired = true;
  a.say({ ...FIND, languages: ["de"] });
  a.say({ type: "solution", nonce: solution(a) });
  await settled();
  assert.deepEqual(a.outlet.messages.at(-1), { type: "waiting", step: "exact" });
});

Deno.test("Session pairs clients only by a common suite, and one that names none has the first", async () => {
  const world = new World();
  const [newer, older, other, both] = [1, 2, 3, 4].map(() => world.visit());
  newer!.say({ ...FIND, suites: [2] });
  older!.say(FIND);
  await settled();
  assert.deepEqual([newer!.outlet.types.at(-1), older!.outlet.types.at(-1)], [
    "waiting",
    "waiting",
  ]);
  other!.say({ ...FIND, suites: [1] });
  await settled();
  assert.equal(older!.outlet.types.at(-1), "paired");
  assert.equal(newer!.outlet.types.at(-1), "waiting");
  both!.say({ ...FIND, suites: [3, 2, 1] });
  await settled();
  assert.equal(newer!.outlet.types.at(-1), "paired");
});

Deno.test("Session asks a client to reload in every step if it names only suites older than those of the server", async () => {
  const world = new World();
  const waitingOf = async (suites?: number[]): Promise<unknown[]> => {
    const visit = world.visit();
    visit.say({ ...FIND, mode: "video", languages: ["de"], ...suites && { suites } });
    await settled();
    world.clock.advance(EXACT_WINDOW);
    await settled();
    visit.say(LEAVE);
    return visit.outlet.messages.slice(1);
  };
  const waiting = { type: "waiting", step: "exact" };
  const asked = [{ ...waiting, reload: true }, { ...waiting, step: "anyone", reload: true }];
  const unasked = [waiting, { ...waiting, step: "anyone" }];
  const current = Math.min(...SUITES);
  assert.deepEqual(await waitingOf([current - 1]), asked);
  assert.deepEqual(await waitingOf(), unasked);
  for (const suites of [[...SUITES], [current - 1, current], [current + 1]]) {
    assert.deepEqual(await waitingOf(suites), unasked, `${suites}`);
  }
});

Deno.test("Session keeps the suites of a search while its client solves a challenge", async () => {
  const world = new World();
  const a = world.visit();
  world.visit().say(FIND);
  world.proofOfWork.isRequired = true;
  a.say({ ...FIND, suites: [2] });
  a.say({ type: "solution", nonce: solution(a) });
  await settled();
  assert.deepEqual(a.outlet.messages.at(-1), { type: "waiting" });
});

Deno.test("Session tells a visitor that it is waiting, and both when they are paired", async () => {
  const [a, b] = await new World().pair();
  assert.deepEqual(a.outlet.types, ["welcome", "waiting", "paired"]);
  assert.deepEqual(b.outlet.types, ["welcome", "paired"]);
  assert.deepEqual(b.outlet.messages.at(-1), {
    type: "paired",
    role: "callee",
    interests: [],
    met: false,
  });
});

Deno.test("Session forwards frames to its partner and to nobody else", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const [c, d] = await world.pair();
  a.frame(1, 65);
  b.frame(2, 66);
  assert.deepEqual(b.outlet.frames, [Uint8Array.of(1, 65)]);
  assert.deepEqual(a.outlet.frames, [Uint8Array.of(2, 66)]);
  assert.deepEqual([c.outlet.frames, d.outlet.frames], [[], []]);
});

Deno.test("Session drops a frame that arrives after the partner has left", async () => {
  const [a, b] = await new World().pair();
  a.say(LEAVE);
  b.frame(1, 65);
  assert.deepEqual([a.outlet.frames, b.outlet.closed], [[], undefined]);
});

Deno.test("Session notifies the partner, once, when one leaves and when both leave at the same time", async () => {
  const [a, b] = await new World().pair();
  a.say(LEAVE);
  b.say(LEAVE);
  a.say(LEAVE);
  assert.equal(b.outlet.types.at(-1), "partner-left");
  assert.equal(a.outlet.types.includes("partner-left"), false);
  assert.deepEqual([a.session.state, b.session.state], ["idle", "idle"]);
});

Deno.test("Session pairs people again after both left at the same time (several peers hang here)", async () => {
  const [a, b] = await new World().pair();
  a.say(LEAVE);
  b.say(LEAVE);
  a.say(FIND);
  b.say(FIND);
  await settled();
  assert.deepEqual(a.outlet.messages.at(-1), {
    type: "paired",
    role: "caller",
    interests: [],
    met: true,
  });
});

Deno.test("Session lets a visitor search immediately after the partner has left (omegle.lol refuses)", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.closed();
  b.say(FIND);
  const c = world.visit();
  c.say(FIND);
  await settled();
  assert.equal(b.session.partner, c.session);
});

Deno.test("Session leaves its chat when it starts a search", async () => {
  const [a, b] = await new World().pair();
  a.say(FIND);
  assert.deepEqual([a.session.state, b.outlet.types.at(-1)], ["searching", "partner-left"]);
});

Deno.test("Session avoids its last sixteen partners and forgets the one before", async () => {
  const world = new World();
  const [a, first] = await world.pair();
  first.link.closed();
  for (let n = 0; n < MAX_RECENT; n++) {
    assert.equal(a.session.recent.includes(first.session.id), true);
    const next = world.visit();
    a.say(FIND);
    next.say(FIND);
    await settled();
    next.link.closed();
  }
  assert.equal(a.session.recent.includes(first.session.id), false);
});

Deno.test("Session stops waiting on request, and can't be paired afterwards", async () => {
  const world = new World();
  const [a, b] = [world.visit(), world.visit()];
  a.say(FIND);
  a.say(LEAVE);
  b.say(FIND);
  await settled();
  assert.deepEqual([a.session.state, b.session.state], ["idle", "searching"]);
});

Deno.test("Session accepts one report per chat, during it or until the next search", async () => {
  const [a, b] = await new World().pair();
  a.say(REPORT);
  a.say(REPORT);
  assert.deepEqual(a.outlet.messages.slice(-2), [
    { type: "reported" },
    { type: "error", code: "already-reported", message: "This chat has already been reported." },
  ]);
  a.say(LEAVE);
  b.say(REPORT);
  assert.equal(b.outlet.types.at(-1), "reported");
  b.say(FIND);
  b.say(REPORT);
  assert.deepEqual(b.outlet.messages.at(-1), {
    type: "error",
    code: "nobody-to-report",
    message: "There is no chat to report.",
  });
});

Deno.test("Session closes with 1008 on an invalid control message, and notifies the partner", async () => {
  const [a, b] = await new World().pair();
  a.session.receiveText('{"type":"shout"}');
  assert.deepEqual(a.outlet.closed, { code: 1008, reason: "The control message is invalid." });
  assert.equal(b.outlet.types.at(-1), "partner-left");
});

Deno.test("Session closes with 1009 on a control message or a frame above its limit", () => {
  const world = new World();
  const [a, b, c] = [world.visit(), world.visit(), world.visit()];
  a.session.receiveText(" ".repeat(4097));
  b.session.receiveFrame(new Uint8Array(MAX_FRAME_BYTES + 1).fill(1));
  c.session.receiveFrame(new Uint8Array(MAX_FRAME_BYTES).fill(1));
  assert.deepEqual([a, b, c].map(({ outlet }) => outlet.closed?.code), [1009, 1009, undefined]);
});

Deno.test("Session closes with 1008 on a frame of an unknown kind, even outside a chat", () => {
  const world = new World();
  const visits = [[], [0], [4], [255]].map((bytes) => {
    const visit = world.visit();
    visit.frame(...bytes);
    return visit;
  });
  assert.deepEqual(visits.map(({ outlet }) => outlet.closed?.code), [1008, 1008, 1008, 1008]);
});

Deno.test("Session counts each message once and each chat once, and nothing else", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.frame(1, 65);
  b.frame(1, 66);
  a.frame(2, 67); // A signal doesn't count as a message.
  world.clock.advance(90_000);
  a.say(LEAVE);
  a.frame(1, 68); // No partner is left to receive it.
  b.say(LEAVE);
  b.link.closed();
  assert.deepEqual(world.counted, { messages: 2, durations: [90_000] });
});

Deno.test("Draining notifies everybody, lets chats continue, and disconnects the others", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const idle = world.visit();
  const searching = world.visit();
  searching.say(FIND);
  world.sessions.drain();
  for (const { outlet } of [a, b, idle, searching]) assert.equal(outlet.told("draining").length, 1);
  assert.deepEqual([idle, searching].map(({ outlet }) => outlet.closed?.code), [1001, 1001]);
  a.frame(1, 65);
  assert.equal(b.outlet.frames.length, 1);
  assert.deepEqual([world.sessions.isDraining, world.sessions.online], [true, 2]);
});

Deno.test("Handing off moves chats, disconnects the others, and is done when the last chat has moved", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const idle = world.visit();
  let isDone = false;
  const moved = world.sessions.handOff().then(() => isDone = true);
  await settled();
  assert.deepEqual([a, b, idle].map(({ outlet }) => outlet.closed?.code), [1012, 1012, 1001]);
  assert.deepEqual([world.sessions.isDraining, world.sessions.disconnected], [true, 2]);
  const [first, second] = [...world.sessions.sessions];
  first!.exportState();
  await Promise.resolve();
  assert.equal(isDone, false);
  second!.exportState();
  await moved;
  assert.equal(world.sessions.connected, 0);
});

Deno.test("Handing off moves no more chats at a time than other nodes can take", async () => {
  const world = new World();
  const pairs: [Visit, Visit][] = [];
  while (pairs.length <= MAX_MOVING / 2) pairs.push(await world.pair());
  const handedOff = (): number => world.sessions.disconnected;
  const moved = world.sessions.handOff();
  await waitUntil(() => handedOff() === MAX_MOVING);
  await delay(0);
  const [first] = [...world.sessions.sessions];
  first!.exportState();
  await waitUntil(() => handedOff() === MAX_MOVING); // One that has moved makes room for another.
  assert.equal(world.sessions.connected, 1);
  world.clock.advance(MOVE_TIME); // And so do pages that don't come.
  await waitUntil(() => world.sessions.connected === 0);
  for (const session of [...world.sessions.sessions]) session.exportState();
  await moved;
});

Deno.test("Handing off ends when the node closes", async () => {
  const world = new World();
  const pairs: [Visit, Visit][] = [];
  while (pairs.length <= MAX_MOVING / 2) pairs.push(await world.pair());
  const moved = world.sessions.handOff();
  await waitUntil(() => world.sessions.disconnected === MAX_MOVING);
  await world.sessions.close();
  await moved;
  const codes = new Set(pairs.flat().map(({ outlet }) => outlet.closed?.code));
  assert.deepEqual([...codes].sort(), [1001, 1012]);
});

/** The snapshot that another node hands over, of a session whose partner is on a third node. */
const SNAPSHOT: SessionSnapshot = {
  id: 11 as SessionId,
  recent: [12 as SessionId],
  hasWorked: false,
  hasCall: false,
  balances: {},
  mode: "text",
  chatSide: {
    partner: 12 as SessionId,
    node: 2 as NodeId,
    lasted: 0,
    reported: false,
    isOver: false,
    isAway: false,
  },
};

Deno.test("Session that is fetched for a page that has left meanwhile ends, and for one that dropped it waits", async () => {
  const ends: [end: (link: Link) => void, event: string, away: number][] = [
    [(link) => link.closed(), "left", 0],
    [(link) => link.disconnected(), "away", 1],
  ];
  for (const [end, expected, away] of ends) {
    const events: string[] = [];
    const fetched = Promise.withResolvers<SessionSnapshot>();
    const world = new World({
      node: 3 as NodeId,
      online: 0,
      hasOthers: true,
      partner: (_own, id, node, isAway = false) => ({
        ...INERT_PARTNER,
        ...{ id, node, isAway },
        partnerLeft: () => void events.push("left"),
        partnerAway: () => void events.push("away"),
      }),
      fetch: () => fetched.promise,
      askRelay: askNobody,
    });
    const visit = world.visit();
    visit.say({ type: "resume", token: "token of another node" });
    end(visit.link);
    fetched.resolve(SNAPSHOT);
    await settled();
    assert.deepEqual([events, world.sessions.disconnected, world.sessions.connected], [
      [expected],
      away,
      0,
    ]);
  }
});

Deno.test("Session is closed with 1011 when the query to other nodes fails, and the error is reported", async () => {
  const reported = Promise.withResolvers<unknown>();
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    reported.resolve(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onRejection, { once: true });
  const failure = new Error("Cannot ask other nodes");
  const world = new World({
    node: 3 as NodeId,
    online: 0,
    hasOthers: true,
    partner: (_own, id, node, isAway = false) => ({ ...INERT_PARTNER, id, node, isAway }),
    fetch: () => Promise.reject(failure),
    askRelay: askNobody,
  });
  const visit = world.visit();
  visit.say({ type: "resume", token: "token of another node" });
  assert.equal(await reported.promise, failure);
  assert.equal(visit.outlet.closed?.code, 1011);
  assert.equal(world.sessions.connected, 0);
});

Deno.test("Sessions that move from two stopping nodes are partners here, although each expects the other elsewhere", async () => {
  const snapshot = (id: number, partner: number): SessionSnapshot => ({
    id: id as SessionId,
    recent: [partner as SessionId],
    hasWorked: false,
    hasCall: false,
    balances: {},
    mode: "text",
    chatSide: {
      partner: partner as SessionId,
      node: partner as NodeId,
      lasted: 0,
      reported: false,
      isOver: false,
      isAway: true,
    },
  });
  const snapshots = { ann: snapshot(1, 2), bob: snapshot(2, 1) };
  const world = new World({
    node: 3 as NodeId,
    online: 0,
    hasOthers: true,
    partner: (_own, id, node, isAway = false) => ({ ...INERT_PARTNER, id, node, isAway }),
    fetch: (token) => Promise.resolve(snapshots[token as keyof typeof snapshots]),
    askRelay: askNobody,
  });
  const [ann, bob] = [world.visit(), world.visit()];
  ann.say({ type: "resume", token: "ann" });
  bob.say({ type: "resume", token: "bob" });
  await settled();
  const [annHere, bobHere] = [ann, bob].map(({ link }) => world.attachedTo(link));
  assert.ok(annHere !== undefined && bobHere !== undefined);
  assert.equal(annHere.partner, bobHere);
  assert.equal(bobHere.partner, annHere);
  ann.frame(1, 65);
  bob.frame(1, 66);
  assert.deepEqual([ann, bob].map(({ outlet }) => outlet.frames.length), [1, 1]);
});

Deno.test("Chat that ends because the server stops is counted once", async () => {
  const world = new World();
  await world.pair();
  await world.sessions.close();
  assert.deepEqual(world.counted.durations, [0]);
});

Deno.test("Session is closed with 1008 when it sends faster than a person can, and its partner's continues", async () => {
  const kinds: [keyof typeof LIMITS, (visit: Visit) => void][] = [
    ["messages", ({ frame }) => frame(1, 65)],
    ["signals", ({ frame }) => frame(2, 65)],
    ["controls", ({ say }) => say(LEAVE)],
  ];
  for (const [name, send] of kinds) {
    const world = new World();
    const [a, b] = await world.pair();
    for (let n = 0; n < LIMITS[name].burst + 1; n++) send(a);
    assert.deepEqual(a.outlet.closed, { code: 1008, reason: TOO_FAST_REASON }, name);
    assert.equal(b.session.state, "idle");
    assert.equal(b.outlet.closed, undefined);
  }
});

Deno.test("Session of a person who types fast for an hour is never closed", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  for (let second = 0; second < 3600; second++) {
    for (let n = 0; n < 4; n++) a.frame(1, 65);
    for (let n = 0; n < 4; n++) a.frame(2, 65);
    b.outlet.sent.length = 0;
    world.clock.advance(1000);
  }
  assert.equal(a.session.state, "chatting");
});

Deno.test("Session that searches too fast is told when to retry, and has left its chat", async () => {
  const world = new World();
  const record = newAddressRecord(world.clock.now());
  const [late, ...visits] = Array.from({ length: 9 }, () => world.visit(record));
  for (let n = 0; n < LIMITS.searches.burst; n++) visits[n % visits.length]!.say(FIND);
  await settled();
  late!.say(FIND);
  const [error] = late!.outlet.told("error");
  assert.deepEqual(error, {
    type: "error",
    code: "too-fast",
    message: "You are searching too often.",
    seconds: 1,
  });
  assert.equal(late!.session.state, "idle");
  world.clock.advance(1000);
  late!.say(FIND);
  assert.notEqual(late!.session.state, "idle");
});

Deno.test("Session receives call credentials during a chat, different from the partner's, and not otherwise", async () => {
  const world = new World();
  const alone = world.visit();
  alone.say({ type: "ice" });
  assert.equal(alone.outlet.told("error").at(-1)?.type, "error");
  assert.deepEqual(alone.outlet.told("ice"), []);
  const [a, b] = await world.pair();
  for (const { say } of [a, b]) say({ type: "ice" });
  const [ofA, ofB] = [a, b].map(({ outlet }) => outlet.told("ice")[0]);
  assert.ok(ofA?.type === "ice" && ofB?.type === "ice");
  assert.deepEqual([ofA.policy, ofA.servers[0]?.urls], ["relay", ["turn:relay.example"]]);
  assert.notEqual(ofA.servers[0]?.username, ofB.servers[0]?.username);
  b.say(LEAVE);
  a.say({ type: "ice" });
  assert.equal(a.outlet.told("ice").length, 1);
});

Deno.test("Session that requests calls too fast is told when to retry, and continues its chat", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  for (let n = 0; n <= LIMITS.calls.burst; n++) a.say({ type: "ice" });
  assert.equal(a.outlet.told("ice").length, LIMITS.calls.burst);
  const [error] = a.outlet.told("error");
  assert.ok(error?.type === "error" && error.code === "too-fast" && (error.seconds ?? 0) > 0);
  a.frame(1, 65);
  assert.equal(b.outlet.frames.length, 1);
});

Deno.test("Session that must do work for its search starts it with the solution, and then needs no other", async () => {
  const world = new World();
  Object.assign(world.proofOfWork, { isRequired: true });
  const visit = world.visit();
  visit.say(FIND);
  const [challenge] = visit.outlet.told("challenge");
  assert.deepEqual(challenge, { type: "challenge", salt: "token 2", bits: WORK_BITS });
  assert.equal(world.matchmaker.searching, 0);
  visit.say({ type: "solution", nonce: solution(visit) });
  await settled();
  assert.equal(visit.session.state, "searching");
  visit.say(LEAVE);
  visit.say(FIND);
  assert.equal(visit.outlet.told("challenge").length, 1);
});

Deno.test("Session numbers the challenge of each search, and the refusal of one that comes too soon", () => {
  const world = new World();
  Object.assign(world.proofOfWork, { isRequired: true });
  const visit = world.visit();
  for (const search of [1, 2]) visit.say({ ...FIND, search });
  const numbers = visit.outlet.told("challenge").map((one) => "search" in one && one.search);
  assert.deepEqual(numbers, [1, 2]);
  const record = newAddressRecord(world.clock.now());
  while (record.search(world.clock.now()) === 0); // Uses up the limit of the address.
  const late = world.visit(record);
  late.say({ ...FIND, search: 3 });
  const [error] = late.outlet.told("error");
  assert.ok(error?.type === "error" && error.code === "too-fast" && error.search === 3);
});

Deno.test("Session is closed with 1008 for a wrong solution, and not for a late one", () => {
  const world = new World();
  Object.assign(world.proofOfWork, { isRequired: true });
  const [late, wrong, unasked] = [world.visit(), world.visit(), world.visit()];
  late.say(FIND);
  late.say(LEAVE);
  late.say({ type: "solution", nonce: solution(late) });
  assert.equal(late.session.state, "idle");
  wrong.say(FIND);
  wrong.say({ type: "solution", nonce: solution(wrong) + 1 });
  assert.equal(wrong.outlet.closed?.code, 1008);
  unasked.say({ type: "solution", nonce: 0 });
  assert.equal(unasked.session.state, "idle");
});

Deno.test("Session of an address reported by several others is notified and closed with 4003", async () => {
  const world = new World();
  const record = newAddressRecord(world.clock.now());
  const troll = world.visit(record);
  const bystander = world.visit(record);
  for (let n = 0; n < 3; n++) {
    const victim = world.visit();
    victim.say(FIND);
    troll.say(FIND);
    await settled();
    victim.say(REPORT);
    assert.equal(victim.outlet.told("reported").length, 1);
    victim.say(LEAVE);
  }
  for (const { outlet, session } of [troll, bystander]) {
    assert.deepEqual(outlet.told("blocked"), [{ type: "blocked", seconds: 2700 }]);
    assert.equal(outlet.closed?.code, 4003);
    assert.equal(session.state, "ended");
  }
});

Deno.test("Session gives standing to both addresses by a chat of half a minute, once, and not with itself", async () => {
  const world = new World();
  /** The credit of an address that has spent its first one. */
  const creditAfter = async (
    partners: readonly AddressRecord[],
    lasting: number,
  ): Promise<number> => {
    const record = newAddressRecord(world.clock.now());
    record.fileReport("spam", world.clock.now());
    for (const partner of partners) {
      const visits = [world.visit(record), world.visit(partner)];
      for (const visit of visits) visit.say(FIND);
      await settled();
      world.clock.advance(lasting);
      for (const visit of visits) visit.say(LEAVE);
      for (const { session } of visits) session.end();
    }
    return record.fileReport("spam", world.clock.now()).weight;
  };
  const others = Array.from({ length: 5 }, () => newAddressRecord(world.clock.now()));
  const same = Array.from({ length: 5 }, () => others[0]!);
  assert.equal(await creditAfter(others, MIN_CHAT_TIME), 1);
  assert.equal(await creditAfter(others, MIN_CHAT_TIME - 1), 0);
  assert.ok(await creditAfter(same, MIN_CHAT_TIME) < 0.25, "one partner");
  const itself = newAddressRecord(world.clock.now());
  itself.fileReport("spam", world.clock.now());
  const both = [world.visit(itself), world.visit(itself)];
  for (const visit of both) visit.say(FIND);
  await settled();
  world.clock.advance(MIN_CHAT_TIME);
  both[0]!.say(LEAVE);
  assert.equal(itself.fileReport("spam", world.clock.now()).weight, 0);
});

Deno.test("Session sends and receives nothing once it has ended", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.fail();
  assert.deepEqual(a.outlet.closed?.code, 1011);
  const sent = a.outlet.sent.length;
  a.say(FIND);
  a.frame(1, 65);
  a.session.receiveText(JSON.stringify(FIND));
  a.session.receiveFrame(Uint8Array.of(1, 65));
  a.link.disconnected();
  a.link.closed();
  a.link.fail();
  assert.deepEqual([a.outlet.sent.length, b.outlet.frames.length, world.sessions.online], [
    sent,
    0,
    1,
  ]);
});

Deno.test("Session whose socket vanishes keeps its chat, and the partner is notified of the drop and the return", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.disconnected();
  assert.equal(b.outlet.types.at(-1), "partner-away");
  assert.deepEqual([world.sessions.online, world.sessions.disconnected], [1, 1]);
  world.clock.advance(RESUME_WINDOW - 1_000);
  const again = world.comeBack(a);
  assert.deepEqual(again.outlet.types, ["welcome", "resumed"]);
  assert.deepEqual(again.outlet.messages.at(-1), { type: "resumed", chatting: true });
  assert.equal(b.outlet.types.at(-1), "partner-back");
  assert.equal(again.session, a.session);
  assert.deepEqual([world.sessions.online, world.sessions.disconnected], [2, 0]);
  again.frame(1, 65);
  b.frame(1, 66);
  assert.deepEqual([b.outlet.frames, again.outlet.frames], [
    [Uint8Array.of(1, 65)],
    [Uint8Array.of(1, 66)],
  ]);
  world.clock.advance(RESUME_WINDOW);
  again.say(LEAVE);
  assert.deepEqual(world.counted.durations, [2 * RESUME_WINDOW - 1_000], "one chat, once");
});

Deno.test("Session that is not resumed in time ends, and the partner is notified then", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.disconnected();
  world.clock.advance(RESUME_WINDOW - 1_000);
  assert.deepEqual([a.session.state, b.outlet.types.at(-1)], ["chatting", "partner-away"]);
  world.clock.advance(1_000);
  assert.deepEqual([a.session.state, b.outlet.types.at(-1)], ["ended", "partner-left"]);
  const late = world.comeBack(a);
  assert.deepEqual(late.outlet.messages.at(-1), { type: "resumed", chatting: false });
  assert.notEqual(late.session, a.session);
  late.say(FIND);
  assert.equal(late.session.state, "searching", "the new session continues as usual");
});

Deno.test("Session of a page in the background is kept for two minutes, and of a visible one for half a minute", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.say({ type: "background", hidden: true });
  a.link.disconnected();
  world.clock.advance(BACKGROUND_WINDOW - 1_000);
  const again = world.comeBack(a);
  assert.equal(again.session, a.session);
  again.link.disconnected(); // It has not repeated that it is in the background.
  world.clock.advance(RESUME_WINDOW);
  assert.equal(b.outlet.types.at(-1), "partner-left");
  const [c, d] = await world.pair();
  c.say({ type: "background", hidden: true });
  c.say({ type: "background", hidden: false });
  c.link.disconnected();
  world.clock.advance(RESUME_WINDOW);
  assert.equal(d.outlet.types.at(-1), "partner-left");
});

Deno.test("Session without a connection stores nothing: the partner's frames are dropped and not counted", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.disconnected();
  for (let n = 0; n < 10; n++) b.frame(1, n);
  const again = world.comeBack(a);
  assert.deepEqual([again.outlet.frames, a.outlet.frames, world.counted.messages], [[], [], 0]);
});

Deno.test("Session ends immediately, without a resume, when its page closes it, leaves, or breaks a rule", async () => {
  const ends: ((visit: Visit) => void)[] = [
    ({ link }) => link.closed(),
    ({ link }) => link.fail(),
    ({ link }) => link.receiveText("garbage"),
    ({ link }) => link.receiveFrame(new Uint8Array(MAX_FRAME_BYTES + 1)),
    ({ link }) => link.tooSlow(),
    ({ session }) => session.blocked(1_000),
  ];
  for (const end of ends) {
    const world = new World();
    const [a, b] = await world.pair();
    end(a);
    a.link.disconnected(); // The socket closes after the session has ended.
    assert.deepEqual([b.outlet.types.at(-1), world.sessions.disconnected], ["partner-left", 0]);
    assert.deepEqual(world.comeBack(a).outlet.messages.at(-1), {
      type: "resumed",
      chatting: false,
    });
  }
});

Deno.test("Session that never had a partner ends with its socket, because there is nothing to resume", () => {
  const world = new World();
  const visit = world.visit();
  visit.say(FIND);
  visit.link.disconnected();
  assert.deepEqual([visit.session.state, world.sessions.disconnected, world.sessions.tokens], [
    "ended",
    0,
    0,
  ]);
});

Deno.test("Session without a connection is not paired, and remembers its recent partners when resumed", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  b.link.closed();
  a.say(FIND);
  a.link.disconnected();
  const c = world.visit();
  c.say(FIND);
  await settled();
  assert.equal(c.session.state, "searching");
  const again = world.comeBack(a);
  assert.equal(again.session.recent.includes(b.session.id), true);
  again.say(FIND);
  await settled();
  assert.equal(c.session.partner, a.session);
});

Deno.test("Session learns, when resumed, that the partner has left or is away itself", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.link.disconnected();
  b.say(LEAVE);
  const again = world.comeBack(a);
  assert.deepEqual(again.outlet.types, ["welcome", "partner-left", "resumed"]);
  again.say(REPORT);
  assert.equal(again.outlet.types.at(-1), "reported", "who has left can still be reported");
  const [c, d] = await world.pair();
  c.link.disconnected();
  d.link.disconnected();
  const first = world.comeBack(c);
  assert.deepEqual(first.outlet.types, ["welcome", "resumed", "partner-away"]);
  assert.deepEqual(world.comeBack(d).outlet.types, ["welcome", "resumed"]);
  assert.equal(first.outlet.types.at(-1), "partner-back");
});

Deno.test("Session is taken over from a half-open socket, which is closed and ignored", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const again = world.comeBack(a);
  assert.equal(a.outlet.closed?.code, 4010);
  assert.deepEqual(again.outlet.messages.at(-1), { type: "resumed", chatting: true });
  assert.deepEqual(b.outlet.types.slice(-2), ["paired", "partner-back"]);
  a.frame(1, 65);
  a.say(LEAVE);
  for (const end of [a.link.disconnected, a.link.closed, a.link.fail]) end.call(a.link);
  assert.deepEqual([a.session.state, b.outlet.frames, again.outlet.closed], [
    "chatting",
    [],
    undefined,
  ]);
});

Deno.test("Session that is taken over loses frames in flight on the old socket, and both pages learn where", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.frame(1, 0);
  b.frame(1, 0); // The old socket may never deliver it.
  const again = world.comeBack(a);
  a.frame(1, 1); // It was sent before the new socket opened, and arrives after that.
  again.frame(1, 2);
  b.frame(1, 2);
  assert.deepEqual(inShort(b.outlet).slice(-3), ["0", "partner-back", "2"]);
  assert.deepEqual(inShort(a.outlet).slice(-2), ["paired", "0"]);
  assert.deepEqual(inShort(again.outlet), ["welcome", "resumed", "2"]);
});

Deno.test("Session is subject to the limits of the address that resumed it", async () => {
  const world = new World();
  const [before, after] = [
    newAddressRecord(world.clock.now()),
    newAddressRecord(world.clock.now()),
  ];
  const isOpen = ({ outlet }: Visit): boolean => outlet.closed === undefined;
  const a = world.visit(before);
  const b = world.visit();
  for (const visit of [a, b]) visit.say(FIND);
  await settled();
  a.link.disconnected();
  const again = world.comeBack(a, after);
  for (let n = 0; n < 3; n++) before.report(newAddressRecord(), "underage", world.clock.now());
  assert.ok(isOpen(again), "the address before no longer matters");
  const reporters = [newAddressRecord(), newAddressRecord(), newAddressRecord()];
  for (const reporter of reporters) after.report(reporter, "underage", world.clock.now());
  assert.equal(again.outlet.closed?.code, 4003);
});

Deno.test("Session without a connection ends immediately when its address is blocked", async () => {
  const world = new World();
  const record = newAddressRecord(world.clock.now());
  const a = world.visit(record);
  const b = world.visit();
  for (const visit of [a, b]) visit.say(FIND);
  await settled();
  a.link.disconnected();
  const reporters = [newAddressRecord(), newAddressRecord(), newAddressRecord()];
  for (const reporter of reporters) record.report(reporter, "spam", world.clock.now());
  assert.deepEqual([b.outlet.types.at(-1), world.sessions.disconnected], ["partner-left", 0]);
});

Deno.test("Token is valid for one resume: the welcome carries the next one, and reuse ends the session", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const stolen = tokenOf(a);
  a.link.disconnected();
  const again = world.comeBack(a);
  again.frame(2, 1); // The page has received its new token.
  assert.equal(b.outlet.types.at(-1), "partner-back");
  const thief = world.visit();
  thief.say({ type: "resume", token: stolen });
  assert.deepEqual(thief.outlet.messages.at(-1), { type: "resumed", chatting: false });
  assert.equal(
    again.outlet.closed?.code,
    1008,
    "two have had the token, and who is who can't be told",
  );
  assert.equal(b.outlet.types.at(-1), "partner-left");
  assert.notEqual(tokenOf(again), stolen);
});

Deno.test("Token that is stolen and used first remains valid for its owner until the thief has sent something", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const thief = world.visit();
  thief.say({ type: "resume", token: tokenOf(a) });
  assert.equal(a.outlet.closed?.code, 4010, "the owner notices");
  const owner = world.comeBack(a);
  assert.deepEqual(owner.outlet.messages.at(-1), { type: "resumed", chatting: true });
  assert.equal(thief.outlet.closed?.code, 4010);
  thief.frame(1, 65);
  assert.deepEqual(b.outlet.frames, []);
});

Deno.test("Token that was used remains valid when the reply is lost, however often", async () => {
  const world = new World();
  const [a] = await world.pair();
  for (let n = 0; n < 10; n++) {
    const again = world.comeBack(a);
    assert.equal(again.session, a.session);
    again.link.disconnected(); // The page has received nothing, and shows the same token again.
  }
  assert.ok(world.sessions.tokens <= 3, "two of this session, one of the partner's");
});

Deno.test("Token may be sent once per socket, and only as the first message", async () => {
  const world = new World();
  const [a] = await world.pair();
  const guesser = world.visit();
  guesser.say({ type: "resume", token: "a guess" });
  assert.deepEqual(guesser.outlet.messages.at(-1), { type: "resumed", chatting: false });
  guesser.say({ type: "resume", token: tokenOf(a) });
  assert.equal(guesser.outlet.closed?.code, 1008);
  const late = world.visit();
  late.frame(2, 1);
  late.say({ type: "resume", token: tokenOf(a) });
  assert.equal(late.outlet.closed?.code, 1008);
  const own = world.visit();
  own.say({ type: "resume", token: tokenOf(own) });
  assert.deepEqual(own.outlet.messages.at(-1), { type: "resumed", chatting: false });
  assert.equal(a.session.state, "chatting");
});

Deno.test("Session ends when it is resumed more often than any connection can drop", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  let last = a;
  for (let n = 0; n < LIMITS.resumes.burst; n++) last = world.comeBack(last);
  assert.equal(last.session, a.session);
  assert.equal(world.comeBack(last).outlet.told("resumed").length, 1);
  assert.deepEqual([last.outlet.closed?.code, b.outlet.types.at(-1)], [1008, "partner-left"]);
});

Deno.test("Session that moves between nodes too often ends for that reason, and not for a stolen token", async () => {
  const world = new World();
  const [a] = await world.pair();
  for (let n = 0; n < LIMITS.resumes.burst; n++) assert.ok(a.session.mayResume());
  assert.equal(world.sessions.exportSession(tokenOf(a)), undefined);
  assert.deepEqual(a.outlet.closed, { code: 1008, reason: TOO_FAST_REASON });
});

Deno.test("Session registry keeps a limited number of disconnected sessions, and ends the longest-disconnected first", async () => {
  const world = new World();
  const [first, second] = await world.pair();
  first.link.disconnected();
  for (let n = 0; n < MAX_DISCONNECTED_SESSIONS / 2; n++) {
    for (const { link } of await world.pair()) link.disconnected();
  }
  assert.deepEqual([first.session.state, world.sessions.disconnected], [
    "ended",
    MAX_DISCONNECTED_SESSIONS,
  ]);
  assert.equal(second.outlet.types.at(-1), "partner-left");
});

Deno.test("Session registry keeps as many disconnected sessions as it admits people, because a restarting proxy drops all", async () => {
  const world = new World(undefined, MAX_DISCONNECTED_SESSIONS + 2);
  const [first] = await world.pair();
  first.link.disconnected();
  for (let n = 0; n < MAX_DISCONNECTED_SESSIONS / 2; n++) {
    for (const { link } of await world.pair()) link.disconnected();
  }
  assert.deepEqual([first.session.state, world.sessions.disconnected], [
    "chatting",
    MAX_DISCONNECTED_SESSIONS + 1,
  ]);
});

Deno.test("Session closes a reader that does not read with 4008 and notifies its partner within 11 s", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  b.outlet.backlog = 1000;
  a.frame(1, 65);
  world.clock.advance(MAX_STALL + 500);
  assert.equal(b.outlet.closed?.code, 4008);
  assert.equal(a.outlet.types.at(-1), "partner-left");
});

Deno.test("Session that requests nothing for ten minutes is closed, and no other", async () => {
  const world = new World();
  const idle = world.visit();
  const waiting = world.visit();
  const [a] = await world.pair();
  waiting.say({ ...FIND, mode: "video" });
  world.clock.advance(MAX_IDLE + 30_000);
  assert.deepEqual(idle.outlet.closed, { code: 1001, reason: "idle" });
  assert.deepEqual([waiting.outlet.closed, a.outlet.closed, world.sessions.online], [
    undefined,
    undefined,
    3,
  ]);
});

Deno.test("Session outside a chat is told how many people are online when the number has changed", async () => {
  const world = new World();
  const idle = world.visit();
  const [a] = await world.pair();
  world.sessions.broadcastOnline();
  world.sessions.broadcastOnline();
  assert.deepEqual(idle.outlet.messages.slice(1), [{ type: "online", count: 3 }]);
  assert.equal(a.outlet.types.includes("online"), false);
});

Deno.test("Session that arrived between two announcements is told the number, even if it is unchanged", () => {
  const world = new World();
  const first = world.visit();
  world.sessions.broadcastOnline();
  const second = world.visit();
  first.link.closed();
  world.sessions.broadcastOnline();
  assert.deepEqual(second.outlet.messages.map(counted), [2, 1]);
});

/** More sessions than one slice has. */
const CROWD = 2 * MAX_SLICE_ITEMS + 2;

/** Some turns of the event loop, in which nothing more should happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await delay(0);
}

Deno.test("Session registry announces the number in slices: everyone gets the newest, and no one the same one twice", async () => {
  const world = new World();
  const visits = Array.from({ length: CROWD }, () => world.visit());
  const told = (): number => visits.filter(({ outlet }) => outlet.types.includes("online")).length;
  world.sessions.broadcastOnline();
  assert.equal(told(), MAX_SLICE_ITEMS);
  visits.at(-2)!.link.closed();
  const late = world.visit();
  const later = world.visit();
  world.sessions.broadcastOnline(); // Replaces the one in progress.
  await waitUntil(() => told() >= CROWD - 2);
  await turns();
  for (const { outlet } of [...visits.filter((_, index) => index !== CROWD - 2), late, later]) {
    const counts = outlet.messages.map(counted).filter((count) => count !== undefined);
    assert.equal(counts.at(-1), CROWD + 1);
    assert.deepEqual(counts, [...new Set(counts)]);
  }
  assert.equal(visits.at(-2)!.outlet.types.includes("online"), false);
  assert.equal(late.outlet.types.includes("online"), true);
  assert.equal(later.outlet.types.includes("online"), false); // Its welcome has the number.
});

Deno.test("Session registry that drains tells a crowd in slices, and closes each session that isn't chatting", async () => {
  const world = new World();
  const visits = Array.from({ length: CROWD }, () => world.visit());
  const [a, b] = await world.pair();
  world.sessions.drain();
  const closed = (): number => visits.filter(({ outlet }) => outlet.closed !== undefined).length;
  assert.equal(closed(), MAX_SLICE_ITEMS);
  const late = world.visit(); // Its handshake was admitted before.
  await waitUntil(() => late.outlet.closed !== undefined);
  for (const { outlet } of [...visits, late, a, b]) {
    assert.equal(outlet.types.filter((type) => type === "draining").length, 1);
  }
  assert.equal(closed(), CROWD);
  assert.deepEqual([a.outlet.closed, b.outlet.closed], [undefined, undefined]);
});

Deno.test("Session registry that closes while it drains closes everyone, and no partner learns that the other left", async () => {
  const world = new World();
  const visits: Visit[] = [];
  for (let pair = 0; pair < CROWD / 2; pair++) visits.push(...await world.pair());
  world.sessions.drain();
  const closing = world.sessions.close();
  assert.equal(visits.filter(({ outlet }) => outlet.closed !== undefined).length, MAX_SLICE_ITEMS);
  await closing;
  for (const { outlet, session } of visits) {
    assert.equal(outlet.closed?.code, 1001);
    assert.equal(outlet.types.includes("partner-left"), false);
    assert.equal(session.state, "ended");
  }
  assert.equal(world.counted.durations.length, CROWD / 2);
});

Deno.test("Session registry ends a crowd of sessions that were not resumed in slices, and keeps those resumed meanwhile", async () => {
  const world = new World();
  const visits: Visit[] = [];
  for (let pair = 0; pair < CROWD / 2; pair++) visits.push(...await world.pair());
  for (const { link } of visits) link.disconnected();
  world.clock.advance(RESUME_WINDOW - INTERVALS.sessionSweep);
  await turns();
  world.clock.advance(INTERVALS.sessionSweep);
  assert.equal(world.sessions.disconnected, CROWD - MAX_SLICE_ITEMS);
  const back = world.comeBack(visits.at(-1)!);
  await waitUntil(() => world.sessions.disconnected === 0);
  assert.equal(back.session, visits.at(-1)!.session);
  assert.equal(back.session.state, "idle"); // Its partner's session has ended.
  assert.equal([...world.sessions.sessions].length, 1);
});

Deno.test("Session registry closes a crowd of idle sessions in slices, and no session that has become busy", async () => {
  const world = new World();
  const visits = Array.from({ length: CROWD }, () => world.visit());
  world.clock.advance(MAX_IDLE - INTERVALS.closeIdle);
  await turns();
  world.clock.advance(INTERVALS.closeIdle);
  const closed = (): number => visits.filter(({ outlet }) => outlet.closed !== undefined).length;
  assert.equal(closed(), MAX_SLICE_ITEMS);
  visits.at(-1)!.say(FIND);
  await waitUntil(() => closed() === CROWD - 1);
  await turns();
  assert.equal(visits.at(-1)!.outlet.closed, undefined);
});

Deno.test("Sessions are symmetric, complete and receive only what is meant for them, after any sequence of events", async () => {
  const event = fc.tuple(
    fc.nat(5),
    fc.constantFrom(
      ...["find", "leave", "report", "frame", "garbage", "close", "vanish", "stall", "return"],
      ...["take over", "pass"],
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60, size: "max" }), async (events) => {
      const world = new World();
      const visits = Array.from({ length: 6 }, () => world.visit());
      const outlets = new Set(visits.map(({ outlet }) => outlet));
      for (const [step, [who, what]] of events.entries()) {
        act(world, visits, who, what, step);
        await settled();
        assertSound(world, visits);
        visits.forEach(({ outlet }) => outlets.add(outlet));
      }
      outlets.forEach(assertHeardInTurn);
      for (const { link } of visits) link.closed();
      world.clock.advance(RESUME_WINDOW + 1_000);
      await settled();
      const { sessions, matchmaker, relay } = world;
      assert.deepEqual(
        [
          sessions.online,
          sessions.disconnected,
          sessions.tokens,
          matchmaker.searching,
          relay.slowReaders,
        ],
        [0, 0, 0, 0, 0],
      );
    }),
    trials({ sample: 1_000, long: 20_000 }),
  );
});

/** Asserts that the frames came from one partner per chat, in order, and that none came outside a chat. */
function assertHeardInTurn({ sent }: FakeOutlet): void {
  let partner: number | undefined;
  let latest = -1;
  let isChatting = false;
  for (const data of sent) {
    if (typeof data !== "string") {
      const [, who = -1, step = -1] = data;
      assert.ok(isChatting && step > latest, "a frame comes too late, or twice");
      assert.equal(who, partner ?? who, "a frame comes from a third person");
      [partner, latest] = [who, step];
    } else {
      const message: ServerMessage = JSON.parse(data);
      if (message.type === "paired") [isChatting, partner] = [true, undefined];
      if (message.type === "resumed") isChatting = message.chatting;
      if (message.type === "partner-left") isChatting = false;
    }
  }
}

function act(world: World, visits: Visit[], who: number, what: string, step: number): void {
  const visit = visits[who]!;
  const isGone = visit.link.session === undefined;
  const acts: Record<string, () => void> = {
    find: () => visit.say(FIND),
    leave: () => visit.say(LEAVE),
    report: () => visit.say(REPORT),
    frame: () => visit.frame(1, who, step),
    garbage: () => visit.link.receiveText("garbage"),
    close: () => visit.link.closed(),
    vanish: () => visit.link.disconnected(),
    stall: () => {
      visit.outlet.backlog = 100;
      const partner = visit.session.partner;
      if (partner !== undefined && !partner.isAway) world.clock.advance(6_000);
    },
    return: () => {
      if (isGone) visits[who] = world.comeBack(visit);
    },
    "take over": () => visits[who] = world.comeBack(visit),
    pass: () => world.clock.advance(10_000),
  };
  acts[what]!();
}

function assertSound(world: World, visits: Visit[]): void {
  const here = visits.filter(({ link }) => link.session !== undefined);
  const sessions = new Set(visits.map(({ session }) => session));
  const away = [...sessions].filter(({ awayUntil, state: doing }) =>
    awayUntil !== undefined && doing !== "ended"
  );
  for (const session of [...here.map(({ session }) => session), ...away]) {
    const { partner } = session;
    if (partner !== undefined) assert.equal(world.sessions.session(partner.id)?.partner, session);
    assert.equal(world.sessions.session(session.id), session);
  }
  assert.deepEqual([world.sessions.online, world.sessions.disconnected], [
    here.length,
    away.length,
  ]);
  const searching = here.filter(({ session }) => session.state === "searching");
  assert.equal(world.matchmaker.searching, searching.length);
  assert.ok(searching.length < 2, "two who would take each other both wait");
  assert.ok(
    away.every(({ state: doing }) => doing !== "searching"),
    "somebody who is away searches",
  );
}
