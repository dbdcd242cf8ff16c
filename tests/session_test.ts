import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_FRAME_BYTES, TOO_FAST_REASON } from "../protocol.ts";
import { MemoryBackend } from "../server/backend.ts";
import { LIMITS } from "../server/limits.ts";
import { Lobby, MAX_IDLE } from "../server/lobby.ts";
import { Matchmaker } from "../server/matchmaker.ts";
import { MAX_STALL, Relay } from "../server/relay.ts";
import { type HumanCheck, isSolution, WORK_BITS } from "../server/proof_of_work.ts";
import { MAX_RECENT, type Session } from "../server/session.ts";
import { newConduct } from "./conduct.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeOutlet } from "./fake_outlet.ts";

interface Visit {
  session: Session;
  outlet: FakeOutlet;
  say: (message: unknown) => void;
  frame: (...bytes: number[]) => void;
}

class World {
  readonly clock = new FakeClock();
  readonly relay = new Relay(this.clock);
  readonly matchmaker = new Matchmaker({
    clock: this.clock,
    backend: new MemoryBackend(),
    onError: (error) => assert.fail(String(error)),
  });
  /** Whether a search must be worked for. */
  readonly human = { isDue: false, entered: () => {} } as { isDue: boolean } & HumanCheck;
  /** What was counted: messages, and how long each chat lasted. */
  readonly counted = { messages: 0, durations: [] as number[] };
  readonly lobby = new Lobby({
    clock: this.clock,
    relay: this.relay,
    matchmaker: this.matchmaker,
    tally: {
      message: () => void this.counted.messages++,
      chatEnded: (duration) => void this.counted.durations.push(duration),
    },
    rates: LIMITS,
    humanCheck: this.human,
    newToken: () => "a token",
  });

  constructor() {
    this.clock.every(250, () => this.matchmaker.widen());
    this.clock.every(500, () => this.relay.sweep());
    this.clock.every(30_000, () => this.lobby.dismissIdle());
  }

  /** Somebody comes, from an address of their own. */
  visit(conduct = newConduct(this.clock.now())): Visit {
    const outlet = new FakeOutlet();
    const session = this.lobby.enter(outlet, conduct);
    return {
      session,
      outlet,
      say: (message) => session.receiveText(JSON.stringify(message)),
      frame: (...bytes) => session.receiveFrame(Uint8Array.from(bytes)),
    };
  }

  /** Two who are chatting. */
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

/** The first number that solves the challenge whose salt is "a token". */
const SOLUTION = firstSolution();

function firstSolution(): number {
  for (let nonce = 0;; nonce++) if (isSolution("a token", nonce, WORK_BITS)) return nonce;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("Session welcomes with a token and the number of people here", () => {
  const world = new World();
  world.visit();
  const { outlet } = world.visit();
  assert.deepEqual(outlet.messages, [{ type: "welcome", token: "a token", online: 2 }]);
});

Deno.test("Session tells who waits that they wait, and both when they are paired", async () => {
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

Deno.test("Session drops a frame that comes after the partner has left, and does not mind", async () => {
  const [a, b] = await new World().pair();
  a.say(LEAVE);
  b.frame(1, 65);
  assert.deepEqual([a.outlet.frames, b.outlet.closed], [[], undefined]);
});

Deno.test("Session tells the partner, once, when one leaves and when both leave at the same time", async () => {
  const [a, b] = await new World().pair();
  a.say(LEAVE);
  b.say(LEAVE);
  a.say(LEAVE);
  assert.equal(b.outlet.types.at(-1), "partner-left");
  assert.equal(a.outlet.types.includes("partner-left"), false);
  assert.deepEqual([a.session.doing, b.session.doing], ["idle", "idle"]);
});

Deno.test("Session pairs people anew after a simultaneous leave (several peers hang here)", async () => {
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

Deno.test("Session lets one search at once after the partner has left (omegle.lol refuses)", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.session.disconnected();
  b.say(FIND);
  const c = world.visit();
  c.say(FIND);
  await settled();
  assert.equal(b.session.partner, c.session);
});

Deno.test("Session leaves its chat when it looks for somebody else", async () => {
  const [a, b] = await new World().pair();
  a.say(FIND);
  assert.deepEqual([a.session.doing, b.outlet.types.at(-1)], ["searching", "partner-left"]);
});

Deno.test("Session avoids its last sixteen partners and forgets the one before", async () => {
  const world = new World();
  const [a, first] = await world.pair();
  first.session.disconnected();
  for (let n = 0; n < MAX_RECENT; n++) {
    assert.equal(a.session.hasMet(first.session.id), true);
    const next = world.visit();
    a.say(FIND);
    next.say(FIND);
    await settled();
    next.session.disconnected();
  }
  assert.equal(a.session.hasMet(first.session.id), false);
});

Deno.test("Session stops waiting when told to, and can't be paired any more", async () => {
  const world = new World();
  const [a, b] = [world.visit(), world.visit()];
  a.say(FIND);
  a.say(LEAVE);
  b.say(FIND);
  await settled();
  assert.deepEqual([a.session.doing, b.session.doing], ["idle", "searching"]);
});

Deno.test("Session takes one report a chat, during it or until the next search", async () => {
  const [a, b] = await new World().pair();
  a.say(REPORT);
  a.say(REPORT);
  assert.deepEqual(a.outlet.messages.slice(-2), [
    { type: "reported" },
    { type: "error", code: "already-reported", message: "This chat has been reported." },
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

Deno.test("Session closes with 1008 on an invalid control message, and tells the partner", async () => {
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

Deno.test("Session closes with 1008 on a frame of an unknown kind, even when alone", () => {
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
  a.frame(2, 67); // A signal is no message.
  world.clock.advance(90_000);
  a.say(LEAVE);
  a.frame(1, 68); // Nobody is there to hear it.
  b.say(LEAVE);
  b.session.disconnected();
  assert.deepEqual(world.counted, { messages: 2, durations: [90_000] });
});

Deno.test("Lobby that drains tells everybody, lets chats go on, and sends the others away", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  const idle = world.visit();
  const searching = world.visit();
  searching.say(FIND);
  world.lobby.drain();
  for (const { outlet } of [a, b, idle, searching]) assert.equal(outlet.told("draining").length, 1);
  assert.deepEqual([idle, searching].map(({ outlet }) => outlet.closed?.code), [1001, 1001]);
  a.frame(1, 65);
  assert.equal(b.outlet.frames.length, 1);
  assert.deepEqual([world.lobby.isDraining, world.lobby.online], [true, 2]);
});

Deno.test("Lobby counts a chat that ends because the server stops once", async () => {
  const world = new World();
  await world.pair();
  world.lobby.close();
  assert.deepEqual(world.counted.durations, [0]);
});

Deno.test("Session is closed with 1008 when it sends faster than a person can, and its partner goes on", async () => {
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
    assert.equal(b.session.doing, "idle");
    assert.equal(b.outlet.closed, undefined);
  }
});

Deno.test("Session of somebody who types fast for an hour is never closed", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  for (let second = 0; second < 3600; second++) {
    for (let n = 0; n < 4; n++) a.frame(1, 65);
    for (let n = 0; n < 4; n++) a.frame(2, 65);
    b.outlet.sent.length = 0;
    world.clock.advance(1000);
  }
  assert.equal(a.session.doing, "chatting");
});

Deno.test("Session that searches too fast is told when to try again, and has left its chat", async () => {
  const world = new World();
  const conduct = newConduct(world.clock.now());
  const visits = Array.from({ length: 3 }, () => world.visit(conduct));
  for (let n = 0; n < LIMITS.searches.burst; n++) visits[n % 2]!.say(FIND);
  await settled();
  visits[2]!.say(FIND);
  const [error] = visits[2]!.outlet.told("error");
  assert.deepEqual(error, {
    type: "error",
    code: "too-fast",
    message: "You are looking for people faster than is allowed.",
    seconds: 1,
  });
  assert.equal(visits[2]!.session.doing, "idle");
  world.clock.advance(1000);
  visits[2]!.say(FIND);
  assert.notEqual(visits[2]!.session.doing, "idle");
});

Deno.test("Session that must work for its search begins it with the solution, and then needs no other", async () => {
  const world = new World();
  Object.assign(world.human, { isDue: true });
  const visit = world.visit();
  visit.say(FIND);
  const [challenge] = visit.outlet.told("challenge");
  assert.deepEqual(challenge, { type: "challenge", salt: "a token", bits: WORK_BITS });
  assert.equal(world.matchmaker.searching, 0);
  visit.say({ type: "solution", nonce: SOLUTION });
  await settled();
  assert.equal(visit.session.doing, "searching");
  visit.say(LEAVE);
  visit.say(FIND);
  assert.equal(visit.outlet.told("challenge").length, 1);
});

Deno.test("Session is closed with 1008 for a wrong solution, and not for one that comes too late", () => {
  const world = new World();
  Object.assign(world.human, { isDue: true });
  const [late, wrong, unasked] = [world.visit(), world.visit(), world.visit()];
  late.say(FIND);
  late.say(LEAVE);
  late.say({ type: "solution", nonce: SOLUTION });
  assert.equal(late.session.doing, "idle");
  wrong.say(FIND);
  wrong.say({ type: "solution", nonce: SOLUTION + 1 });
  assert.equal(wrong.outlet.closed?.code, 1008);
  unasked.say({ type: "solution", nonce: SOLUTION });
  assert.equal(unasked.session.doing, "idle");
});

Deno.test("Session of an address that several others have reported is told so and closed with 4003", async () => {
  const world = new World();
  const conduct = newConduct(world.clock.now());
  const troll = world.visit(conduct);
  const bystander = world.visit(conduct);
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
    assert.equal(session.doing, "ended");
  }
});

Deno.test("Session says nothing and hears nothing once it has ended", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  a.session.fail();
  assert.deepEqual(a.outlet.closed?.code, 1011);
  const sent = a.outlet.sent.length;
  a.say(FIND);
  a.frame(1, 65);
  a.session.disconnected();
  a.session.fail();
  assert.deepEqual([a.outlet.sent.length, b.outlet.frames.length, world.lobby.online], [
    sent,
    0,
    1,
  ]);
});

Deno.test("Session closes a reader that does not read with 4008 and tells its partner within 11 s", async () => {
  const world = new World();
  const [a, b] = await world.pair();
  b.outlet.backlog = 1000;
  a.frame(1, 65);
  world.clock.advance(MAX_STALL + 500);
  assert.equal(b.outlet.closed?.code, 4008);
  assert.equal(a.outlet.types.at(-1), "partner-left");
});

Deno.test("Lobby sends away who asks for nothing for ten minutes, and nobody else", async () => {
  const world = new World();
  const idle = world.visit();
  const waiting = world.visit();
  const [a] = await world.pair();
  waiting.say({ ...FIND, mode: "video" });
  world.clock.advance(MAX_IDLE + 30_000);
  assert.deepEqual(idle.outlet.closed, { code: 1001, reason: "idle" });
  assert.deepEqual([waiting.outlet.closed, a.outlet.closed, world.lobby.online], [
    undefined,
    undefined,
    3,
  ]);
});

Deno.test("Lobby tells how many are here to who isn't chatting, when that has changed", async () => {
  const world = new World();
  const idle = world.visit();
  const [a] = await world.pair();
  world.lobby.announce();
  world.lobby.announce();
  assert.deepEqual(idle.outlet.messages.slice(1), [{ type: "online", count: 3 }]);
  assert.equal(a.outlet.types.includes("online"), false);
});

Deno.test("Lobby is symmetric and holds no ghost after any sequence of events", async () => {
  const event = fc.tuple(
    fc.nat(5),
    fc.constantFrom("find", "leave", "report", "frame", "garbage", "vanish", "stall", "enter"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const world = new World();
      const visits = Array.from({ length: 6 }, () => world.visit());
      for (const [who, what] of events) {
        act(world, visits, who, what);
        await settled();
        assertSound(world, visits);
      }
      for (const { session } of visits) session.disconnected();
      await settled();
      assert.deepEqual([world.lobby.online, world.matchmaker.searching, world.relay.behind], [
        0,
        0,
        0,
      ]);
    }),
    { numRuns: 300 },
  );
});

function act(world: World, visits: Visit[], who: number, what: string): void {
  const visit = visits[who]!;
  const acts: Record<string, () => void> = {
    find: () => visit.say(FIND),
    leave: () => visit.say(LEAVE),
    report: () => visit.say(REPORT),
    frame: () => visit.frame(1, 65),
    garbage: () => visit.session.receiveText("garbage"),
    vanish: () => visit.session.disconnected(),
    stall: () => {
      visit.outlet.backlog = 100;
      visit.session.partner?.outlet && world.clock.advance(6_000);
    },
    enter: () => {
      if (visit.session.doing === "ended") visits[who] = world.visit();
    },
  };
  acts[what]!();
}

function assertSound(world: World, visits: Visit[]): void {
  const here = visits.filter(({ session }) => session.doing !== "ended");
  for (const { session } of here) {
    if (session.partner !== undefined) assert.equal(session.partner.partner, session);
    assert.equal(world.lobby.session(session.id), session);
  }
  assert.equal(world.lobby.online, here.length);
  const searching = here.filter(({ session }) => session.doing === "searching");
  assert.equal(world.matchmaker.searching, searching.length);
  assert.ok(searching.length < 2, "two who would take each other both wait");
}
