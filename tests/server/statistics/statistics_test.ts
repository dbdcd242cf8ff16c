import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import type { DayCounts } from "../../../server/statistics/day.ts";
import type { Log } from "../../../server/base/log.ts";
import { MIN_CHATS_PUBLISHED } from "../../../server/limits/privacy_limits.ts";
import {
  MAX_PENDING_DAYS,
  type PublishedDay,
  Statistics,
} from "../../../server/statistics/statistics.ts";
import { MemoryStatisticsStore } from "../../../server/statistics/store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { trials } from "../../support/repeats.ts";

const TODAY = "2026-06-01";
const TOMORROW = "2026-06-02";

/** A store whose writes fail while `state` is set. */
class FailingStore extends MemoryStatisticsStore {
  state: string | undefined;

  override add(figures: readonly DayCounts[]): Promise<void> {
    if (this.state !== undefined) return Promise.reject(new Error(this.state));
    return super.add(figures);
  }
}

/** A slow, remote store: a test decides when each write ends, and how. */
class SlowStore extends MemoryStatisticsStore {
  readonly batches: (readonly DayCounts[])[] = [];
  isClosed = false;
  #come = Promise.withResolvers<void>();
  #end = Promise.withResolvers<void>();

  override async add(figures: readonly DayCounts[]): Promise<void> {
    this.batches.push(figures);
    this.#come.resolve();
    await this.#end.promise;
    await super.add(figures);
  }

  override close(): Promise<void> {
    this.isClosed = true;
    return super.close();
  }

  /** Ends the current write, with an error if `state` is given. Resolves when the next batch arrives. */
  async end(state?: string): Promise<void> {
    const { resolve, reject } = this.#end;
    this.#end = Promise.withResolvers();
    this.#come = Promise.withResolvers();
    if (state === undefined) resolve();
    else reject(new Error(state));
    await this.#come.promise;
  }

  get chats(): (number | undefined)[] {
    return this.batches.map(([figures]) => figures?.chats);
  }
}

/** A log that appends every line to `lines`. */
function logTo(lines: string[]): Log {
  const note = (...line: unknown[]): number => lines.push(JSON.stringify(line));
  return { info: note, warn: note, error: note } as unknown as Log;
}

interface World {
  readonly clock: FakeClock;
  readonly store: FailingStore;
  readonly log: Log;
  readonly lines: string[];
  readonly statistics: Statistics;
}

function world(): World {
  const [clock, store, lines] = [new FakeClock(), new FailingStore(), []];
  const log = logTo(lines);
  return { clock, store, log, lines, statistics: new Statistics({ clock, store, log }) };
}

function chats(statistics: Statistics, number: number, duration = MINUTE): void {
  for (let chat = 0; chat < number; chat++) statistics.chatEnded(duration);
}

/** The published figures of a day, after everything has been written. */
async function told(statistics: Statistics, day = TODAY): Promise<PublishedDay | undefined> {
  await statistics.flush();
  return statistics.published(day, day)[0];
}

Deno.test("Statistics contain the chats, messages, average chat length and peak online of a day", async () => {
  const { statistics } = world();
  for (const online of [4, 10, 7]) statistics.sample(online);
  for (let message = 0; message < 25; message++) statistics.message();
  chats(statistics, 5, 1000.4);
  chats(statistics, 5, 2000.4);
  assert.deepEqual(await told(statistics), {
    kind: "counted",
    day: TODAY,
    complete: false,
    figures: { chats: 10, messages: 25, averageChat: 1500, peakOnline: 10, averageOnline: 7 },
  });
});

Deno.test("Statistics withhold a day with fewer than ten chats", async () => {
  const { clock, statistics } = world();
  statistics.sample(300);
  statistics.message();
  chats(statistics, MIN_CHATS_PUBLISHED - 1);
  assert.deepEqual(await told(statistics), { kind: "withheld", day: TODAY, complete: false });
  clock.advance(DAY);
  assert.deepEqual(await told(statistics), { kind: "withheld", day: TODAY, complete: true });
});

Deno.test("Statistics publish nothing that is not written yet", () => {
  const { statistics } = world();
  statistics.sample(1);
  chats(statistics, 100);
  assert.deepEqual(statistics.published(TODAY, TODAY), []);
});

Deno.test("Statistics count an event on the day on which it happens, even if it is written later", async () => {
  const { clock, statistics } = world();
  statistics.sample(3);
  chats(statistics, 10);
  clock.advance(12 * HOUR);
  statistics.sample(5);
  chats(statistics, 20);
  const days = [await told(statistics), await told(statistics, TOMORROW)];
  assert.deepEqual(days.map((day) => day?.kind === "counted" && day.figures.chats), [10, 20]);
  assert.deepEqual(days.map((day) => day?.complete), [true, false]);
});

Deno.test("Statistics follow the system clock when it is set back", async () => {
  const { clock, statistics } = world();
  clock.jump(DAY);
  statistics.sample(1);
  chats(statistics, 10);
  clock.jump(-DAY);
  statistics.sample(1);
  chats(statistics, 30);
  assert.equal((await told(statistics))?.kind, "counted");
  assert.equal(await told(statistics, TOMORROW), undefined);
});

Deno.test("Statistics count a negative duration as zero", async () => {
  const { statistics } = world();
  statistics.sample(1);
  chats(statistics, 10, -5 * SECOND);
  const day = await told(statistics);
  assert.equal(day?.kind === "counted" && day.figures.averageChat, 0);
});

Deno.test("Statistics contain every day from the first to today, even without data, and no other", async () => {
  const { clock, statistics } = world();
  statistics.sample(2);
  chats(statistics, 10);
  await statistics.flush();
  clock.advance(2 * DAY);
  statistics.sample(2);
  await statistics.flush();
  const days = statistics.published("2020-01-01", "2030-01-01");
  assert.deepEqual(days.map(({ day, kind }) => [day, kind]), [
    [TODAY, "counted"],
    [TOMORROW, "no-data"],
    ["2026-06-03", "withheld"],
  ]);
  assert.deepEqual(statistics.publishedLately(2), days.slice(1));
  assert.deepEqual(statistics.published(TOMORROW, TODAY), []);
});

Deno.test("Statistics report a failing store once, keep everything and write it when possible", async () => {
  const { statistics, store, lines } = world();
  store.state = "database or disk is full";
  statistics.sample(2);
  for (let chat = 0; chat < 10; chat++) {
    statistics.chatEnded(MINUTE);
    await statistics.flush();
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /Statistics store failing.*database or disk is full/);
  store.state = undefined;
  const day = await told(statistics);
  assert.equal(day?.kind === "counted" && day.figures.chats, 10);
  assert.equal(lines.length, 2);
  store.state = "database is locked";
  statistics.message();
  await statistics.flush();
  assert.match(lines[2]!, /database is locked/);
});

Deno.test("Statistics write nothing twice", async () => {
  const { statistics } = world();
  statistics.sample(2);
  chats(statistics, 10);
  const day = await told(statistics);
  for (let again = 0; again < 5; again++) assert.deepEqual(await told(statistics), day);
});

Deno.test("Statistics keep a limited number of days for a failing store, the latest ones", async () => {
  const { clock, statistics, store } = world();
  store.state = "attempt to write a readonly database";
  for (let day = 0; day < MAX_PENDING_DAYS + 5; day++) {
    statistics.sample(2);
    chats(statistics, 10);
    await statistics.flush();
    assert.ok(statistics.pendingDays <= MAX_PENDING_DAYS);
    clock.advance(DAY);
  }
  store.state = undefined;
  await statistics.flush();
  assert.equal(statistics.pendingDays, 0);
  assert.equal(statistics.published(TODAY, "9999-12-31")[0]?.day, "2026-06-06");
});

Deno.test("Statistics write the remaining figures when they are closed", async () => {
  const { clock, statistics, store, log } = world();
  statistics.sample(2);
  chats(statistics, 10);
  await statistics.close();
  assert.equal((await told(new Statistics({ clock, store, log })))?.kind, "counted");
});

interface SlowWorld {
  readonly clock: FakeClock;
  readonly store: SlowStore;
  readonly lines: string[];
  readonly statistics: Statistics;
}

function slowWorld(): SlowWorld {
  const [clock, store, lines] = [new FakeClock(), new SlowStore(), [] as string[]];
  return { clock, store, lines, statistics: new Statistics({ clock, store, log: logTo(lines) }) };
}

Deno.test("Statistics keep counting while a batch is written, and write one batch after another", async () => {
  const { statistics, store } = slowWorld();
  chats(statistics, 3);
  const flush = statistics.flush();
  chats(statistics, 4);
  void statistics.flush();
  chats(statistics, 5);
  void statistics.flush();
  assert.deepEqual(store.chats, [3]);
  await store.end();
  assert.deepEqual(store.chats, [3, 9]);
  void store.end();
  await flush;
  assert.deepEqual(store.chats, [3, 9]);
  assert.equal(statistics.pendingDays, 0);
});

Deno.test("Statistics restore a batch that could not be written, and add what was counted meanwhile", async () => {
  const { clock, statistics, store, lines } = slowWorld();
  statistics.sample(9);
  chats(statistics, 6);
  const flush = statistics.flush();
  statistics.sample(5);
  chats(statistics, 5);
  clock.advance(DAY);
  statistics.message();
  void store.end("the network is down");
  await flush;
  assert.match(lines.join(), /Statistics store failing.*the network is down/);
  void statistics.flush();
  const [first, second] = store.batches[1]!;
  assert.deepEqual([first?.day, first?.chats, first?.peakOnline, first?.samples], [
    TODAY,
    11,
    9,
    2,
  ]);
  assert.deepEqual([second?.day, second?.messages], [TOMORROW, 1]);
});

Deno.test("Statistics keep a limited number of days, the latest ones, even if a batch is restored late", async () => {
  const { clock, statistics, store } = slowWorld();
  const countDays = (days: number): void => {
    for (let day = 0; day < days; day++, clock.advance(DAY)) statistics.message();
  };
  countDays(20);
  const flush = statistics.flush();
  countDays(20);
  void store.end("the network is down");
  await flush;
  assert.equal(statistics.pendingDays, MAX_PENDING_DAYS);
  void statistics.flush();
  assert.equal(store.batches[1]?.[0]?.day, "2026-06-10");
});

Deno.test("Statistics release the store when everything is written, and not before", async () => {
  const { statistics, store } = slowWorld();
  chats(statistics, 3);
  void statistics.flush();
  chats(statistics, 4);
  const closing = statistics.close();
  await store.end();
  assert.deepEqual([store.chats, store.isClosed], [[3, 4], false]);
  void store.end();
  await closing;
  assert.equal(store.isClosed, true);
});

Deno.test("Statistics read what other nodes wrote, for all days that they may write, and survive a failing store", async () => {
  const { clock, store, log, lines } = world();
  const asked: string[] = [];
  const refresh = (from: string): Promise<void> => {
    asked.push(from);
    return Promise.reject(new Error("the network is down"));
  };
  await new Statistics({ clock, store: Object.assign(store, { refresh }), log }).refresh();
  assert.deepEqual([asked, lines], [["2026-05-01"], []]);
});

type Step = "chat" | "sample" | "message" | "flush" | "restart" | "hours";

const STEPS: readonly { readonly weight: number; readonly step: Step }[] = [
  { weight: 30, step: "chat" },
  { weight: 6, step: "message" },
  { weight: 3, step: "sample" },
  { weight: 8, step: "flush" },
  { weight: 1, step: "restart" },
  { weight: 1, step: "hours" },
];

async function take(
  step: Step,
  { clock, store, log, statistics }: World,
): Promise<Statistics> {
  switch (step) {
    case "chat":
      statistics.chatEnded(MINUTE);
      break;
    case "sample":
      statistics.sample(5);
      break;
    case "message":
      statistics.message();
      break;
    case "flush":
      await statistics.flush();
      break;
    case "hours":
      clock.advance(5 * HOUR);
      break;
    case "restart":
      await statistics.close();
      return new Statistics({ clock, store, log });
  }
  return statistics;
}

Deno.test("Statistics never reveal by two readings fewer than ten chats, whatever happens in between", async () => {
  const step = fc.oneof(
    ...STEPS.map(({ weight, step }) => ({ weight, arbitrary: fc.constant(step) })),
  );
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 100, maxLength: 250 }), async (steps) => {
      let now = world();
      const seen = new Map<string, PublishedDay>();
      for (const step of steps) {
        now = { ...now, statistics: await take(step, now) };
        for (const day of now.statistics.published("2026-01-01", "2027-01-01")) {
          if (changed(seen.get(day.day), day)) changes++;
          seen.set(day.day, day);
        }
      }
    }),
    trials({ sample: 200, long: 2_000 }),
  );
  assert.ok(changes > 200, "The test has seen too little.");
});

/**
 * Whether a reading publishes more about a day than the previous one. If so, the difference must be at least ten chats.
 */
function changed(before: PublishedDay | undefined, after: PublishedDay): boolean {
  const earlier = before?.kind === "counted" ? before.figures : undefined;
  const later = after.kind === "counted" ? after.figures : undefined;
  if (JSON.stringify(earlier) === JSON.stringify(later)) return false;
  assert.ok(later!.chats - (earlier?.chats ?? 0) >= MIN_CHATS_PUBLISHED);
  return true;
}
