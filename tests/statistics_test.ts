import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, HOUR, MINUTE, SECOND } from "../server/clock.ts";
import type { Log } from "../server/log.ts";
import { LEAST_CHATS_PUBLISHED } from "../server/promises.ts";
import { MAX_PENDING_DAYS, type PublishedDay, Statistics } from "../server/statistics.ts";
import { type DayFigures, MemoryStatisticsStore } from "../server/statistics_store.ts";
import { FakeClock } from "./fake_clock.ts";

const TODAY = "2026-06-01";
const TOMORROW = "2026-06-02";

/** A store that fails for as long as it is told to. */
class FailingStore extends MemoryStatisticsStore {
  state: string | undefined;

  override add(figures: readonly DayFigures[]): void {
    if (this.state !== undefined) throw new Error(this.state);
    super.add(figures);
  }
}

/** A log that writes everything into `lines`. */
function logTo(lines: string[]): Log {
  const note = (...line: unknown[]): number => lines.push(JSON.stringify(line));
  return { info: note, warn: note, error: note } as unknown as Log;
}

interface World {
  readonly clock: FakeClock;
  readonly store: FailingStore;
  readonly log: Log;
  /** What has been logged. */
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

/** What is told of a day once everything has been written. */
function told(statistics: Statistics, day = TODAY): PublishedDay | undefined {
  statistics.flush();
  return statistics.published(day, day)[0];
}

Deno.test("Statistics tells of a day its chats, messages, average chat and people at once", () => {
  const { statistics } = world();
  for (const online of [4, 10, 7]) statistics.sample(online);
  for (let message = 0; message < 25; message++) statistics.message();
  chats(statistics, 5, 1000.4);
  chats(statistics, 5, 2000.4);
  assert.deepEqual(told(statistics), {
    kind: "counted",
    day: TODAY,
    complete: false,
    figures: { chats: 10, messages: 25, averageChat: 1500, peakOnline: 10, averageOnline: 7 },
  });
});

Deno.test("Statistics withholds a day with fewer than ten chats", () => {
  const { clock, statistics } = world();
  statistics.sample(300);
  statistics.message();
  chats(statistics, LEAST_CHATS_PUBLISHED - 1);
  assert.deepEqual(told(statistics), { kind: "withheld", day: TODAY, complete: false });
  clock.advance(DAY);
  assert.deepEqual(told(statistics), { kind: "withheld", day: TODAY, complete: true });
});

Deno.test("Statistics tells nothing of what is not written yet", () => {
  const { statistics } = world();
  statistics.sample(1);
  chats(statistics, 100);
  assert.deepEqual(statistics.published(TODAY, TODAY), []);
});

Deno.test("Statistics counts what happens on the day on which it happens, though it is written later", () => {
  const { clock, statistics } = world();
  statistics.sample(3);
  chats(statistics, 10);
  clock.advance(12 * HOUR);
  statistics.sample(5);
  chats(statistics, 20);
  const days = [told(statistics), told(statistics, TOMORROW)];
  assert.deepEqual(days.map((day) => day?.kind === "counted" && day.figures.chats), [10, 20]);
  assert.deepEqual(days.map((day) => day?.complete), [true, false]);
});

Deno.test("Statistics follows the calendar when it is set back", () => {
  const { clock, statistics } = world();
  clock.jump(DAY);
  statistics.sample(1);
  chats(statistics, 10);
  clock.jump(-DAY);
  statistics.sample(1);
  chats(statistics, 30);
  assert.equal(told(statistics)?.kind, "counted");
  assert.equal(told(statistics, TOMORROW), undefined);
});

Deno.test("Statistics takes a duration below zero as none", () => {
  const { statistics } = world();
  statistics.sample(1);
  chats(statistics, 10, -5 * SECOND);
  const day = told(statistics);
  assert.equal(day?.kind === "counted" && day.figures.averageChat, 0);
});

Deno.test("Statistics tells of every day from the first to today, also of one without data, and of no other", () => {
  const { clock, statistics } = world();
  statistics.sample(2);
  chats(statistics, 10);
  statistics.flush();
  clock.advance(2 * DAY);
  statistics.sample(2);
  statistics.flush();
  const days = statistics.published("2020-01-01", "2030-01-01");
  assert.deepEqual(days.map(({ day, kind }) => [day, kind]), [
    [TODAY, "counted"],
    [TOMORROW, "no-data"],
    ["2026-06-03", "withheld"],
  ]);
  assert.deepEqual(statistics.publishedLately(2), days.slice(1));
  assert.deepEqual(statistics.published(TOMORROW, TODAY), []);
});

Deno.test("Statistics says once that the store fails, keeps everything and writes it when it can", () => {
  const { statistics, store, lines } = world();
  store.state = "database or disk is full";
  statistics.sample(2);
  for (let chat = 0; chat < 10; chat++) {
    statistics.chatEnded(MINUTE);
    statistics.flush();
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /Cannot write the statistics.*database or disk is full/);
  store.state = undefined;
  const day = told(statistics);
  assert.equal(day?.kind === "counted" && day.figures.chats, 10);
  assert.equal(lines.length, 2);
  store.state = "database is locked";
  statistics.message();
  statistics.flush();
  assert.match(lines[2]!, /database is locked/);
});

Deno.test("Statistics writes nothing twice", () => {
  const { statistics } = world();
  statistics.sample(2);
  chats(statistics, 10);
  const day = told(statistics);
  for (let again = 0; again < 5; again++) assert.deepEqual(told(statistics), day);
});

Deno.test("Statistics keeps figures of a bounded number of days for a store that fails, the latest ones", () => {
  const { clock, statistics, store } = world();
  store.state = "attempt to write a readonly database";
  for (let day = 0; day < MAX_PENDING_DAYS + 5; day++) {
    statistics.sample(2);
    chats(statistics, 10);
    statistics.flush();
    assert.ok(statistics.pendingDays <= MAX_PENDING_DAYS);
    clock.advance(DAY);
  }
  store.state = undefined;
  statistics.flush();
  assert.equal(statistics.pendingDays, 0);
  assert.equal(statistics.published(TODAY, "9999-12-31")[0]?.day, "2026-06-06");
});

Deno.test("Statistics writes what is left when it is closed", () => {
  const { clock, statistics, store, log } = world();
  statistics.sample(2);
  chats(statistics, 10);
  statistics.close();
  assert.equal(told(new Statistics({ clock, store, log }))?.kind, "counted");
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

function take(step: Step, { clock, store, log, statistics }: World): Statistics {
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
      statistics.flush();
      break;
    case "hours":
      clock.advance(5 * HOUR);
      break;
    case "restart":
      statistics.close();
      return new Statistics({ clock, store, log });
  }
  return statistics;
}

Deno.test("Statistics never tells by two readings about fewer than ten chats, whatever happens in between", () => {
  const step = fc.oneof(
    ...STEPS.map(({ weight, step }) => ({ weight, arbitrary: fc.constant(step) })),
  );
  let changes = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 250 }), (steps) => {
      let now = world();
      const seen = new Map<string, PublishedDay>();
      for (const step of steps) {
        now = { ...now, statistics: take(step, now) };
        for (const day of now.statistics.published("2026-01-01", "2027-01-01")) {
          if (changed(seen.get(day.day), day)) changes++;
          seen.set(day.day, day);
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(changes > 200, "The test has seen too little.");
});

/** Whether a reading tells more of a day than the one before; then it must be about ten chats at least. */
function changed(before: PublishedDay | undefined, after: PublishedDay): boolean {
  const earlier = before?.kind === "counted" ? before.figures : undefined;
  const later = after.kind === "counted" ? after.figures : undefined;
  if (JSON.stringify(earlier) === JSON.stringify(later)) return false;
  assert.ok(later!.chats - (earlier?.chats ?? 0) >= LEAST_CHATS_PUBLISHED);
  return true;
}
