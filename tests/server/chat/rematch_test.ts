/** "Chat again": for a while after a chat, both partners may ask for another one, and it takes both. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { AGAIN_WINDOW, type ServerMessage } from "../../../protocol.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { MIN_CHAT_TIME, PARTNERS_PER_REPORT } from "../../../server/admission/reputation.ts";
import { ExternalRoutes } from "../../../server/chat/call_routes.ts";
import type { Link } from "../../../server/chat/link.ts";
import { isSolution, type ProofOfWorkGate, WORK_BITS } from "../../../server/chat/proof_of_work.ts";
import { Relay } from "../../../server/chat/relay.ts";
import type { Session } from "../../../server/chat/session.ts";
import { SessionRegistry } from "../../../server/chat/session_registry.ts";
import { TurnCredentials } from "../../../server/chat/turn.ts";
import { ADDRESS_LIMITS } from "../../../server/limits/rate_limits.ts";
import { MemoryBackend } from "../../../server/matching/backend.ts";
import { Matchmaker } from "../../../server/matching/matchmaker.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeOutlet } from "../../support/fake_outlet.ts";
import { newAddressRecord } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";
import { NO_RATES } from "../../support/server.ts";

const FIND = { type: "find", mode: "text", interests: [] as string[] } as const;
const LEAVE = { type: "leave" } as const;
const AGAIN = { type: "again" } as const;
const REPORT = { type: "report", reason: "spam" } as const;

/** One visitor, whose session follows a resume. */
class Visit {
  readonly outlet = new FakeOutlet();
  readonly record: AddressRecord;
  readonly link: Link;
  readonly id: Session["id"];
  readonly #world: World;

  constructor(world: World, record = newAddressRecord(world.clock.now())) {
    this.#world = world;
    this.record = record;
    this.link = world.sessions.enter(this.outlet, record);
    this.id = this.link.session!.id;
  }

  get session(): Session {
    return this.#world.sessions.session(this.id)!;
  }

  say(...messages: readonly unknown[]): void {
    for (const message of messages) this.link.receiveText(JSON.stringify(message));
  }

  /** What was sent since the last call. */
  heard(): ServerMessage[] {
    const { messages } = this.outlet;
    this.outlet.sent.length = 0;
    return messages;
  }
}

class World {
  readonly clock = new FakeClock();
  readonly chats: number[] = [];
  readonly proofOfWork = { isRequired: false, entered: () => {} } as
    & { isRequired: boolean }
    & ProofOfWorkGate;
  readonly matchmaker = new Matchmaker({
    clock: this.clock,
    backend: new MemoryBackend(),
    onError: (error) => assert.fail(String(error)),
  });
  readonly sessions: SessionRegistry;

  constructor() {
    const { clock, matchmaker, proofOfWork } = this;
    let tokens = 0;
    this.sessions = new SessionRegistry({
      clock,
      relay: new Relay(clock),
      matchmaker,
      proofOfWork,
      statistics: { message: () => {}, chatEnded: (duration) => void this.chats.push(duration) },
      rates: NO_RATES,
      callRoutes: new ExternalRoutes(new TurnCredentials({ urls: [], secret: "", clock })),
      newToken: () => `token ${++tokens}`,
    });
  }

  /** Two visitors whose chat is over, because the first one left. */
  async parted(interests: string[] = []): Promise<[Visit, Visit]> {
    const pair: [Visit, Visit] = [new Visit(this), new Visit(this)];
    for (const visit of pair) visit.say({ ...FIND, interests, search: 1 });
    await settled();
    assert.equal(pair[0].session.partner, pair[1].session);
    pair[0].say(LEAVE);
    for (const visit of pair) visit.heard();
    return pair;
  }

  /** Both ask. Returns whether they are in a chat with each other. */
  bothAsk([a, b]: readonly [Visit, Visit]): boolean {
    a.say(AGAIN);
    b.say(AGAIN);
    return this.sessions.session(a.id)?.partner?.id === b.id;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

Deno.test("Two partners who both ask are paired again, in a chat like any other", async () => {
  const world = new World();
  const [a, b] = await world.parted(["chess"]);
  a.say(AGAIN);
  assert.deepEqual([a.heard(), b.heard()], [[], [{ type: "partner-again" }]]);
  b.say(AGAIN);
  const paired = { type: "paired", interests: ["chess"], met: true, again: true, search: 1 };
  assert.deepEqual(a.heard(), [{ ...paired, role: "caller" }]);
  assert.deepEqual(b.heard(), [{ ...paired, role: "callee" }]);
  assert.deepEqual([a.session.partner, b.session.partner], [b.session, a.session]);
  assert.equal(world.matchmaker.pairings.text, 2, "it is counted like any other");

  world.clock.advance(3_000);
  b.say(LEAVE);
  assert.deepEqual(a.heard(), [{ type: "partner-left" }]);
  assert.deepEqual(world.chats, [0, 3_000]);
  assert.ok(world.bothAsk([a, b]), "and may be followed by another one");
});

Deno.test("A request for another chat is told once, and is nothing without the partner's", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  a.say(AGAIN, AGAIN, AGAIN);
  assert.deepEqual([a.heard(), b.heard()], [[], [{ type: "partner-again" }]]);
  world.clock.advance(10 * AGAIN_WINDOW);
  assert.deepEqual([a.heard(), b.heard()], [[], []]);
  assert.deepEqual([a.session.state, b.session.state], ["idle", "idle"]);
});

Deno.test("Both may ask for another chat until AGAIN_WINDOW is over, and no longer", async () => {
  for (const [when, isLate] of [[AGAIN_WINDOW - 1, false], [AGAIN_WINDOW, true]] as const) {
    const world = new World();
    const [a, b] = await world.parted();
    a.say(AGAIN);
    world.clock.advance(when);
    b.say(AGAIN);
    assert.equal(b.session.state, isLate ? "idle" : "chatting");
    assert.equal(a.session.state, b.session.state);
    const late = await world.parted();
    world.clock.advance(when);
    assert.equal(world.bothAsk(late), !isLate);
    assert.equal(late[1].heard().length, isLate ? 0 : 2);
  }
});

Deno.test("Two who search already return to each other, and their searches end", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  a.say({ ...FIND, interests: ["a"], search: 2 }, AGAIN);
  b.say({ ...FIND, mode: "video", search: 7 }, AGAIN);
  await settled();
  assert.equal(a.session.partner, b.session);
  assert.equal(world.matchmaker.searching, 0);
  const [toA, toB] = [a.outlet.told("paired"), b.outlet.told("paired")];
  assert.deepEqual([toA, toB].map(([message]) => message?.type === "paired" && message.search), [
    2,
    7,
  ]);
  assert.deepEqual([a.session.mode, b.session.mode], ["text", "text"], "as in the last chat");
  const stranger = new Visit(world);
  stranger.say({ ...FIND, mode: "video" });
  await settled();
  assert.equal(stranger.session.state, "searching", "no search is left behind");
});

Deno.test("A leave that crosses the partner's does not end the way back", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  b.say(LEAVE);
  assert.ok(world.bothAsk([a, b]));
});

/** What ends the way back, after the first visitor has asked or before. */
const ENDS: Readonly<
  Record<string, (world: World, asker: Visit, partner: Visit) => void | Promise<void>>
> = {
  "a report by the one who asks": (_, asker) => asker.say(REPORT),
  "a report by the other": (_, __, partner) => partner.say(REPORT),
  "another chat of the one who asks": (world, asker) => meetAnother(world, asker),
  "another chat of the other": (world, _, partner) => meetAnother(world, partner),
  "a dropped connection of the one who asks": (_, asker) => asker.link.disconnected(),
  "a dropped connection of the other": (_, __, partner) => partner.link.disconnected(),
  "the end of the asking session": (_, asker) => asker.link.closed(),
  "the end of the other session": (_, __, partner) => partner.link.closed(),
};

async function meetAnother(world: World, visit: Visit): Promise<void> {
  visit.say({ ...FIND, interests: ["somebody else"] });
  new Visit(world).say({ ...FIND, interests: ["somebody else"] });
  await settled();
  assert.equal(visit.session.state, "chatting");
  visit.say(LEAVE);
}

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`There is no way back after ${name}, and nobody hears why`, async () => {
    for (const isBefore of [true, false]) {
      const world = new World();
      const [a, b] = await world.parted();
      if (!isBefore) a.say(AGAIN);
      await end(world, a, b);
      for (const visit of [a, b]) visit.heard();
      a.say(AGAIN);
      b.say(AGAIN);
      await settled();
      const states = [a, b].map(({ id }) => world.sessions.session(id)?.state ?? "ended");
      assert.ok(!states.includes("chatting"), `${name}: ${states}`);
      const told = [a, b].flatMap(({ outlet }) => outlet.types);
      assert.deepEqual(told.filter((type) => type !== "partner-again"), []);
    }
  });
}

Deno.test("A request is withdrawn by leaving, for good", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  a.say(AGAIN, LEAVE);
  b.say(AGAIN);
  a.say(AGAIN);
  assert.deepEqual([a.session.state, b.session.state], ["idle", "idle"]);
  assert.deepEqual([a.heard(), b.heard()], [[], [{ type: "partner-again" }]]);
});

Deno.test("A partner reported during the chat can ask, but is not answered", async () => {
  const world = new World();
  const pair: [Visit, Visit] = [new Visit(world), new Visit(world)];
  for (const visit of pair) visit.say(FIND);
  await settled();
  const [a, b] = pair;
  a.say(REPORT, LEAVE);
  for (const visit of pair) visit.heard();
  assert.equal(world.bothAsk(pair), false);
  assert.deepEqual([a.heard(), b.heard()], [[], []]);
});

Deno.test("A resumed session has no way back, although its partner left meanwhile", async () => {
  const world = new World();
  const pair: [Visit, Visit] = [new Visit(world), new Visit(world)];
  for (const visit of pair) visit.say(FIND);
  await settled();
  const [a, b] = pair;
  const token = a.outlet.messages[0]!;
  a.link.disconnected();
  b.say(LEAVE);
  const back = new Visit(world);
  back.say({ type: "resume", token: token.type === "welcome" && token.token });
  back.say(AGAIN);
  b.say(AGAIN);
  assert.deepEqual([a.session.state, b.session.state], ["idle", "idle"]);
  assert.ok(!b.outlet.types.includes("partner-again"));
});

Deno.test("A search that waits for its proof of work ends when partners return to each other", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  world.proofOfWork.isRequired = true;
  a.say(FIND);
  const [challenge] = a.outlet.told("challenge");
  assert.ok(challenge?.type === "challenge");
  assert.ok(world.bothAsk([a, b]));
  let nonce = 0;
  while (!isSolution(challenge.salt, nonce, WORK_BITS)) nonce++;
  a.say({ type: "solution", nonce });
  assert.equal(a.session.partner, b.session);
});

Deno.test("A request counts as a search of its address, and one too many gets no answer", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  const now = world.clock.now();
  for (let n = 1; n < ADDRESS_LIMITS.searches.burst - 1; n++) a.record.search(now);
  a.say(AGAIN);
  assert.deepEqual(b.heard(), [{ type: "partner-again" }], "the last one that is allowed");
  assert.ok(a.record.search(now) > 0, "it has counted");

  const [c, d] = await world.parted();
  while (c.record.search(world.clock.now()) === 0);
  assert.equal(world.bothAsk([c, d]), false);
  assert.deepEqual([c.heard(), d.heard()], [[{ type: "partner-again" }], []]);
});

Deno.test("Chats with the same partner, again and again, count as one for reports", async () => {
  const world = new World();
  const [a, b] = await world.parted();
  for (let n = 0; n < 2 * PARTNERS_PER_REPORT; n++) {
    assert.ok(world.bothAsk([a, b]));
    world.clock.advance(MIN_CHAT_TIME);
    a.say(LEAVE);
  }
  const { weight } = a.record.fileReport("underage", world.clock.now());
  assert.ok(Math.abs(weight - (1 + 1 / PARTNERS_PER_REPORT)) < 0.01, `${weight}`);
});

/** How often each happens. */
const ACTIONS = { find: 4, leave: 5, again: 9, report: 1, drop: 1, wait: 1 } as const;
const CROWD = 4;

Deno.test("Whatever the order of requests, nobody is in two chats, and each partner is a mutual one", async () => {
  const actions = Object.entries(ACTIONS) as [keyof typeof ACTIONS, number][];
  const step = fc.tuple(
    fc.nat(CROWD - 1),
    fc.oneof(...actions.map(([action, weight]) => ({ arbitrary: fc.constant(action), weight }))),
  );
  let rematches = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const world = new World();
      const visits = Array.from({ length: CROWD }, () => new Visit(world));
      for (const visit of visits) visit.say(FIND);
      await settled();
      for (const [n, action] of steps) {
        const visit = visits[n]!;
        if (action === "wait") world.clock.advance(AGAIN_WINDOW / 8);
        else if (action === "drop") visit.link.disconnected();
        else visit.say({ find: FIND, leave: LEAVE, again: AGAIN, report: REPORT }[action]);
        if (n % 2 === 0) await settled();
        assertMutual(world);
      }
      await settled();
      assertMutual(world);
      for (const { outlet } of visits) {
        rematches += outlet.told("paired").filter((told) => "again" in told).length;
      }
    }),
    trials({ sample: 300, long: 3_000 }),
  );
  assert.ok(rematches > 100, `only ${rematches} of the chats were rematches`);
});

/** Asserts that partners have each other, and that only those who search are offered to others. */
function assertMutual({ sessions, matchmaker }: World): void {
  let searching = 0;
  for (const session of sessions.sessions) {
    const { partner } = session;
    if (partner !== undefined) assert.equal(sessions.session(partner.id)?.partner, session);
    searching += Number(session.state === "searching");
    assert.equal(session.state === "searching", session.search !== undefined);
  }
  assert.equal(matchmaker.searching, searching);
}
