import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, parseAddress } from "../../../server/admission/address.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { type Clock, HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { gcFunction } from "../../../server/base/gc.ts";
import {
  type Entry,
  IpRegistry,
  type IpRegistryOptions,
  MAX_DISCONNECTED,
  PURGE_SLICE,
} from "../../../server/admission/ip_registry.ts";
import { MAX_ADDRESS_RETENTION } from "../../../server/limits/privacy_limits.ts";
import { newAddressRecord } from "../../support/fixtures.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { trials } from "../../support/repeats.ts";

interface Mark {
  readonly mark: "record";
}

interface World {
  clock: FakeClock;
  registry: IpRegistry<Mark>;
}

/** A registry that is purged only when the test does it. */
function idleWorld(options: Partial<IpRegistryOptions<Mark>> = {}): World {
  const clock = new FakeClock();
  const newRecord = (): Mark => ({ mark: "record" });
  const registry = new IpRegistry({ clock, retention: HOUR, newRecord, ...options });
  return { clock, registry };
}

/** A registry that is purged at its own interval. */
function world(options: Partial<IpRegistryOptions<Mark>> = {}): World {
  const { clock, registry } = idleWorld(options);
  clock.every(registry.purgeInterval, () => registry.purge());
  return { clock, registry };
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

const A = address("192.0.2.1");
const B = address("2001:db8::");
const C = address("192.0.2.3");
const D = address("192.0.2.4");

/** How much earlier than its retention of an hour an entry may be deleted. */
const AHEAD = 10 * MINUTE;

function counts({ held, connected }: IpRegistry<Mark>): [held: number, connected: number] {
  return [held, connected];
}

Deno.test("Registry holds an address while it is connected, and for an hour after", () => {
  const { clock, registry } = world();
  const leave = registry.touch(A).connect();
  clock.advance(100 * HOUR);
  assert.deepEqual(counts(registry), [1, 1]);
  leave();
  assert.deepEqual(counts(registry), [1, 0]);
  clock.advance(HOUR - AHEAD - 1);
  assert.deepEqual(counts(registry), [1, 0]);
  clock.advance(AHEAD + 1);
  assert.deepEqual(counts(registry), [0, 0]);
});

Deno.test("Registry promises an hour, and purges, each with a garbage collection, no more often than necessary", () => {
  assert.equal(MAX_ADDRESS_RETENTION, HOUR);
  assert.equal(idleWorld().registry.purgeInterval, 5 * MINUTE);
});

Deno.test("Registry removes an address in time, even if a purge is late by a whole interval", () => {
  for (const retention of [SECOND, 5 * SECOND, 10 * MINUTE, HOUR]) {
    const { clock, registry } = idleWorld({ retention });
    const interval = registry.purgeInterval;
    registry.touch(A);
    clock.advance(retention - 2 * interval - 1);
    registry.purge();
    assert.equal(registry.held, 1, "gone early");
    clock.advance(2 * interval);
    registry.purge();
    assert.equal(registry.held, 0, "a late purge finds nobody whose time is up already");
    assert.ok(clock.now() - new FakeClock().now() < retention);
  }
});

Deno.test("Registry keeps a short retention, too", () => {
  const { clock, registry } = world({ retention: 5 * SECOND });
  registry.touch(A).connect()();
  clock.advance(3 * SECOND);
  assert.equal(registry.held, 1);
  clock.advance(2 * SECOND - 1);
  assert.equal(registry.held, 0);
});

Deno.test("Registry treats a refused address as just disconnected, and each attempt restarts the hour", () => {
  const { clock, registry } = world();
  for (let attempt = 0; attempt < 5; attempt++) {
    registry.touch(A);
    assert.deepEqual([...counts(registry), registry.oldestDisconnected], [1, 0, 0]);
    clock.advance(HOUR - AHEAD - 1);
    assert.equal(registry.held, 1);
  }
  clock.advance(AHEAD + 1);
  assert.equal(registry.held, 0);
});

Deno.test("Registry changes nothing for a connected address on another attempt", () => {
  const { registry } = world();
  const leave = registry.touch(A).connect();
  registry.touch(A);
  assert.deepEqual([...counts(registry), registry.oldestDisconnected], [1, 1, undefined]);
  leave();
  assert.deepEqual(counts(registry), [1, 0]);
});

Deno.test("Registry considers an address connected until its last connection closes", () => {
  const { clock, registry } = world();
  const entry = registry.touch(A);
  const leave = [entry.connect(), entry.connect(), registry.touch(A).connect()];
  assert.equal(entry.connections, 3);
  leave[1]!();
  leave[0]!();
  clock.advance(2 * HOUR);
  assert.deepEqual([entry.connections, ...counts(registry)], [1, 1, 1]);
  leave[2]!();
  assert.deepEqual([entry.connections, ...counts(registry)], [0, 1, 0]);
  clock.advance(HOUR);
  assert.deepEqual(counts(registry), [0, 0]);
});

Deno.test("Registry holds an address for a relayed client, which takes up no place of a page", () => {
  const told: number[] = [];
  const { clock, registry } = world({ onCount: (_, connections) => void told.push(connections) });
  const entry = registry.touch(A);
  const [leave, end] = [entry.connect(), entry.connect(undefined, "relayed")];
  assert.deepEqual([entry.connections, told], [1, [1]]);
  leave();
  registry.touch(A); // A further attempt doesn't make it disconnected.
  clock.advance(2 * HOUR);
  assert.deepEqual([entry.connections, told, ...counts(registry)], [0, [1, 0], 1, 1]);
  end();
  end();
  assert.deepEqual([told, ...counts(registry)], [[1, 0], 1, 0]);
  clock.advance(HOUR);
  assert.deepEqual(counts(registry), [0, 0]);
});

Deno.test("Registry counts a connection that is closed twice as closed once", () => {
  const { clock, registry } = world();
  const entry = registry.touch(A);
  const leave = entry.connect();
  entry.connect();
  leave();
  leave();
  assert.deepEqual([entry.connections, ...counts(registry)], [1, 1, 1]);
  const other = registry.touch(B).connect();
  other();
  clock.advance(MINUTE);
  other();
  assert.equal(registry.oldestDisconnected, MINUTE, "closing again starts no new hour");
});

Deno.test("Registry returns the same record within the hour, and a new one later", () => {
  const { clock, registry } = world();
  const { record, connect } = registry.touch(A);
  connect()();
  clock.advance(HOUR - AHEAD - 1);
  assert.equal(registry.touch(A).record, record);
  registry.touch(A).connect()();
  clock.advance(HOUR);
  assert.notEqual(registry.touch(A).record, record);
});

Deno.test("Registry has a separate record for each address", () => {
  const { registry } = world();
  const a = registry.touch(A);
  const b = registry.touch(B);
  a.connect();
  assert.notEqual(a.record, b.record);
  assert.deepEqual([a.connections, b.connections, ...counts(registry)], [1, 0, 2, 1]);
});

Deno.test("Registry states how long ago the longest-disconnected address left", () => {
  const { clock, registry } = idleWorld();
  assert.equal(registry.oldestDisconnected, undefined);
  const [leaveA, leaveB] = [registry.touch(A).connect(), registry.touch(B).connect()];
  assert.equal(registry.oldestDisconnected, undefined);
  leaveB();
  clock.advance(5 * SECOND);
  leaveA();
  clock.advance(2 * SECOND);
  assert.equal(registry.oldestDisconnected, 7 * SECOND);
  registry.touch(B);
  assert.equal(registry.oldestDisconnected, 2 * SECOND);
  registry.touch(A).connect();
  assert.equal(registry.oldestDisconnected, 0);
});

Deno.test("Registry without a purge for hours says so, and the next purge removes everything expired", () => {
  const { clock, registry } = idleWorld();
  registry.touch(A);
  clock.advance(5 * HOUR);
  assert.equal(registry.oldestDisconnected, 5 * HOUR);
  registry.purge();
  assert.deepEqual([registry.held, registry.oldestDisconnected], [0, undefined]);
});

Deno.test("Registry without a purge for hours removes expired addresses on the next contact", () => {
  for (const next of [A, B]) {
    const { clock, registry } = idleWorld();
    const { record } = registry.touch(A);
    clock.advance(5 * HOUR);
    assert.notEqual(registry.touch(next).record, record);
    assert.equal(registry.held, 1);
  }
});

Deno.test("Registry restores a removed record that is still referenced, once", () => {
  const { clock, registry } = world();
  const entry = registry.touch(A);
  clock.advance(HOUR);
  assert.equal(registry.held, 0);
  const leave = entry.connect();
  assert.deepEqual([entry.connections, ...counts(registry)], [1, 1, 1]);
  assert.equal(registry.touch(A), entry);
  leave();
  clock.advance(HOUR);
  assert.equal(registry.held, 0);
});

Deno.test("Registry never has two records of an address: a connection counts on the one held", () => {
  const { clock, registry } = world();
  const former = registry.touch(A);
  clock.advance(HOUR);
  const present = registry.touch(A);
  const leave = former.connect();
  assert.deepEqual([former.connections, present.connections], [0, 1]);
  assert.deepEqual(counts(registry), [1, 1]);
  leave();
  leave();
  assert.deepEqual([former.connections, present.connections], [0, 0]);
  assert.deepEqual(counts(registry), [1, 0]);
});

Deno.test("Registry removes addresses earlier, never later, when the system clock is set forward", () => {
  const { clock, registry } = world();
  registry.touch(A);
  clock.jump(HOUR / 2);
  registry.touch(B);
  assert.equal(registry.oldestDisconnected, HOUR / 2);
  clock.advance(HOUR / 2);
  assert.equal(registry.held, 1);
  clock.jump(HOUR / 2);
  registry.purge();
  assert.equal(registry.held, 0);
});

Deno.test("Registry keeps no address longer when the system clock is set back", () => {
  const { clock, registry } = world();
  registry.touch(A);
  for (let minute = 0; minute < 60; minute++) {
    clock.jump(-48 * HOUR);
    clock.advance(MINUTE);
  }
  assert.equal(registry.held, 0);
});

Deno.test("Registry removes everything that expired while the computer was asleep", () => {
  const { clock, registry } = world();
  registry.touch(A);
  registry.touch(B).connect();
  clock.jump(8 * HOUR); // The monotonic clock stood still.
  clock.advance(registry.purgeInterval);
  assert.deepEqual(counts(registry), [1, 1]);
});

Deno.test("Registry ages an address by no more than the correction of the system clock, however often it is seen", () => {
  const { clock, registry } = idleWorld();
  registry.touch(A);
  for (let step = 0; step < 10_000; step++) {
    clock.jump(step % 2 === 0 ? 1 : -1); // As happens when the two clocks tick at different moments.
    registry.touch(B);
  }
  assert.ok(registry.oldestDisconnected! < SECOND, `${registry.oldestDisconnected} ms`);
  for (let step = 0; step < 60_000; step++) {
    clock.jump(1);
    registry.touch(B);
  }
  assert.ok(registry.oldestDisconnected! > MINUTE - SECOND, "a slow drift counts as well");
});

Deno.test("Registry keeps a limited number of disconnected addresses, the latest ones", () => {
  const { registry } = idleWorld();
  const connected = registry.touch(address("192.0.2.1"));
  connected.connect();
  for (let n = 0; n < 1_000_000; n++) {
    registry.touch(`10.${n >> 16}.${(n >> 8) & 0xff}.${n & 0xff}` as Address);
    if (registry.held > MAX_DISCONNECTED + 1) assert.fail(`${registry.held} are held`);
  }
  assert.deepEqual(counts(registry), [MAX_DISCONNECTED + 1, 1]);
  assert.equal(registry.touch(address("192.0.2.1")), connected);
});

Deno.test("Registry at its limit removes the longest-disconnected address first", () => {
  const { registry } = idleWorld({ capacity: 2 });
  const first = { a: registry.touch(A).record, b: registry.touch(B).record };
  assert.equal(registry.touch(A).record, first.a); // By now B has been disconnected longer.
  const c = registry.touch(C).record;
  assert.equal(registry.held, 2);
  assert.equal(registry.touch(A).record, first.a);
  assert.equal(registry.touch(C).record, c);
  assert.notEqual(registry.touch(B).record, first.b);
});

Deno.test("Registry keeps its limit when everybody disconnects at the same time, and affects no connected address", () => {
  const { registry } = idleWorld({ capacity: 2 });
  const leave = [A, B, C, D].map((one) => registry.touch(one).connect());
  assert.deepEqual(counts(registry), [4, 4]);
  for (const one of leave.slice(0, 3)) one();
  assert.deepEqual(counts(registry), [3, 1]);
});

Deno.test("Purge requests a garbage collection only if something was removed since the last one", () => {
  let collections = 0;
  const { clock, registry } = idleWorld({ collect: () => collections++, capacity: 2 });
  const purge = (): number => {
    collections = 0;
    registry.purge();
    registry.purge();
    return collections;
  };
  assert.equal(purge(), 0);
  registry.touch(A).connect()();
  clock.advance(MINUTE);
  assert.equal(purge(), 0, "nobody's time was up");
  clock.advance(HOUR);
  registry.touch(B);
  assert.equal(collections, 0, "only a purge collects");
  assert.equal(purge(), 1, "A was let go when B was seen");
  registry.touch(C);
  registry.touch(D);
  assert.equal(purge(), 1, "B had to make room");
  clock.advance(HOUR);
  assert.equal(purge(), 1, "C's and D's time was up");
});

Deno.test("Purge leaves no trace of an address in memory, even while its record is still referenced", async () => {
  const { clock, registry } = world({ collect: gcFunction() });
  const comeAndGo = (one: Address): { record: WeakRef<Mark>; leave: () => void } => {
    const entry = registry.touch(one);
    const leave = entry.connect();
    leave();
    return { record: new WeakRef(entry.record), leave };
  };
  const { record, leave } = comeAndGo(A);
  await new Promise((resolve) => setTimeout(resolve)); // A weak reference lasts until the end of the task that made it.
  clock.advance(HOUR);
  assert.equal(record.deref(), undefined);
  leave();
  assert.equal(registry.held, 0);
});

Deno.test("Record does not reveal its address", () => {
  type Told = Exclude<keyof Entry<Mark>, "record" | "connections" | "connect">;
  const told: Told[] = []; // A type error here means that an entry exposes more.
  assert.deepEqual(told, []);
});

/** Smaller jumps of the calendar may be noticed only once they have added up, in milliseconds. */
const NOTICED_LATE = 10;

/** An event in a registry's life. `part` is the part of a retention that passes, or by which the calendar is set. */
interface Step {
  readonly what: "attempt" | "connect" | "connect late" | "close" | "advance" | "jump";
  readonly who: number;
  readonly part: number;
}

/** One address, as seen from outside. */
interface Visitor {
  entry: Entry<Mark> | undefined;
  readonly open: (() => void)[];
  /** The clock, the calendar, and the clock plus every jump of the calendar, as of its last disconnect. */
  left: { now: number; date: number; latest: number };
}

/** Runs steps, and checks the promise at every moment that matters. */
class Trial {
  readonly #retention: number;
  readonly #clock = new FakeClock();
  readonly #registry: IpRegistry<Mark>;
  readonly #visitors = new Map<number, Visitor>();
  readonly #lateness: () => number;
  #leaps = 0;
  #due = 0;

  /** `lateness` returns the fraction of an interval by which the next purge is late. */
  constructor(retention: number, lateness: () => number) {
    this.#retention = retention;
    this.#lateness = lateness;
    this.#registry = new IpRegistry({
      clock: this.#clock,
      retention,
      newRecord: () => ({ mark: "record" }),
    });
    this.#schedule();
  }

  take({ what, who, part }: Step): void {
    if (what === "advance") this.#pass(Math.round(part * 1.5 * this.#retention));
    else if (what === "jump") this.#jump(Math.round((part - 0.5) * 3 * this.#retention));
    else if (this.#act(what, who, part)) this.#visitor(who).left = this.#instant();
    this.#check();
  }

  /** Performs a visitor's action. Returns false if there was nothing to do. */
  #act(what: Exclude<Step["what"], "advance" | "jump">, who: number, part: number): boolean {
    const visitor = this.#visitor(who);
    const { entry, open } = visitor;
    switch (what) {
      case "attempt":
        visitor.entry = this.#see(who);
        return true;
      case "connect":
        visitor.entry = this.#see(who);
        open.push(visitor.entry.connect());
        return true;
      case "connect late":
        if (entry !== undefined) open.push(entry.connect());
        return entry !== undefined;
      case "close": {
        const leave = open.splice(Math.floor(part * open.length), 1)[0];
        leave?.();
        leave?.();
        return leave !== undefined;
      }
    }
  }

  #visitor(who: number): Visitor {
    const visitor = this.#visitors.get(who) ??
      { entry: undefined, open: [], left: { now: -Infinity, date: -Infinity, latest: -Infinity } };
    this.#visitors.set(who, visitor);
    return visitor;
  }

  #see(who: number): Entry<Mark> {
    return this.#registry.touch(address(`192.0.2.${who}`));
  }

  #jump(ms: number): void {
    this.#clock.jump(ms);
    this.#leaps += Math.max(ms, 0);
  }

  #pass(ms: number): void {
    const end = this.#clock.now() + ms;
    while (this.#due <= end) {
      this.#clock.advance(this.#due - this.#clock.now());
      this.#check();
      this.#registry.purge();
      this.#checkPurged();
      this.#schedule();
    }
    this.#clock.advance(end - this.#clock.now());
  }

  #schedule(): void {
    this.#due = this.#clock.now() + this.#registry.purgeInterval * (1 + this.#lateness());
  }

  #instant(): Visitor["left"] {
    const now = this.#clock.now();
    return { now, date: this.#clock.date().getTime(), latest: now + this.#leaps };
  }

  /** At any moment: by the monotonic clock, no address is held for too long or too short a time. */
  #check(): void {
    const connected = this.#count((visitor) => visitor.open.length > 0);
    assert.equal(this.#registry.connected, connected, "who is connected is held");
    const disconnected = this.#registry.held - connected;
    const { now, latest } = this.#instant();
    const mayBeHeld = this.#left(({ left }) => now - left.now <= this.#retention);
    assert.ok(disconnected <= mayBeHeld, `${disconnected} are held, only ${mayBeHeld} may be`);
    const kept = this.#retention - 2 * this.#registry.purgeInterval - NOTICED_LATE;
    const mustBeHeld = this.#left(({ left }) => latest - left.latest < kept);
    assert.ok(disconnected >= mustBeHeld, `${disconnected} are held, but ${mustBeHeld} should be`);
  }

  /** After a purge: by the calendar, no address is held for too long, either. */
  #checkPurged(): void {
    this.#check();
    const { date } = this.#instant();
    const mayBeHeld = this.#left(({ left }) => date - left.date <= this.#retention);
    assert.ok(this.#registry.held - this.#registry.connected <= mayBeHeld, "held by the calendar");
  }

  #left(found: (visitor: Visitor) => boolean): number {
    return this.#count((visitor) => visitor.open.length === 0 && found(visitor));
  }

  #count(found: (visitor: Visitor) => boolean): number {
    return [...this.#visitors.values()].filter(found).length;
  }
}

/** Lets `count` addresses connect and leave. */
function leaveAll(registry: IpRegistry<Mark>, count: number): void {
  for (let n = 0; n < count; n++) {
    registry.touch(address(`10.${n >> 16}.${n >> 8 & 255}.${n & 255}`)).connect()();
  }
}

Deno.test("Registry purges many addresses in slices, collects the garbage once, and is done in time", () => {
  let collected = 0;
  const gone: number[] = [];
  const { clock, registry } = world({
    collect: () => collected++,
    onGone: () => gone.push(clock.now()),
  });
  leaveAll(registry, 30_000);
  const left = clock.now();
  clock.advance(HOUR);
  assert.deepEqual([registry.held, gone.length, collected], [0, 30_000, 1]);
  assert.ok(Math.max(...gone) - left < HOUR);
  const slices = Map.groupBy(gone, (at) => at);
  assert.ok([...slices.values()].every(({ length }) => length <= PURGE_SLICE), "one was too large");
});

Deno.test("Registry never finds an expired address that the purge has not reached yet", () => {
  const { clock, registry } = idleWorld();
  leaveAll(registry, 3 * PURGE_SLICE);
  const last = address(`10.0.${(3 * PURGE_SLICE - 1) >> 8}.${(3 * PURGE_SLICE - 1) & 255}`);
  const before = registry.find(last)?.record;
  clock.advance(HOUR);
  assert.equal(registry.find(last), undefined);
  assert.notEqual(registry.touch(last).record, before);
});

Deno.test("Registry purges 30,000 addresses in slices, between which chats continue", () => {
  let now = 0;
  const tasks = new Set<() => void>();
  const clock: Clock = {
    now: () => now,
    date: () => new Date(now),
    every: (_ms, task) => (tasks.add(task), () => void tasks.delete(task)),
  };
  const newRecord = (): AddressRecord => newAddressRecord(now);
  const onGone = (record: AddressRecord): void => record.dispose();
  const registry = new IpRegistry({ clock, retention: HOUR, newRecord, onGone });
  for (let n = 0; n < 30_000; n++) {
    registry.touch(address(`10.${n >> 16}.${n >> 8 & 255}.${n & 255}`)).connect()();
  }
  now = HOUR;
  const purged: number[] = [];
  for (let task: (() => void) | undefined = () => registry.purge(); task; [task] = tasks) {
    const { held } = registry;
    task();
    purged.push(held - registry.held);
  }
  assert.equal(registry.held, 0);
  assert.ok(Math.max(...purged) <= PURGE_SLICE, `${purged}`);
});

Deno.test("Registry holds no address longer than the retention, whatever happens and whenever a purge runs", () => {
  const aStep = fc.record<Step>({
    what: fc.constantFrom(
      ...["attempt", "connect", "connect late", "close", "advance", "advance", "jump"] as const,
    ),
    who: fc.integer({ min: 1, max: 4 }),
    part: fc.nat(999).map((n) => n / 1000),
  });
  const retention = fc.constantFrom(SECOND, 5 * SECOND, HOUR);
  const steps = fc.array(aStep, { maxLength: 60, size: "max" });
  const lateness = fc.array(fc.constantFrom(0, 0.001, 0.5, 0.999), { minLength: 1 });
  fc.assert(
    fc.property(retention, steps, lateness, (retention, steps, lateness) => {
      let purges = 0;
      const trial = new Trial(retention, () => lateness[purges++ % lateness.length]!);
      for (const step of steps) trial.take(step);
    }),
    trials({ sample: 2_000, long: 100_000 }),
  );
});
