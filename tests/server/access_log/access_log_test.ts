import assert from "node:assert/strict";
import { Batch, MAX_BATCH_BYTES } from "../../../server/access_log/batch.ts";
import {
  type AccessRecord,
  formatNotice,
  formatRecord,
  MAX_LINE_LENGTH,
  timeOf,
} from "../../../server/access_log/line.ts";
import {
  AccessLog,
  type AccessLogOptions,
  FLUSH_INTERVAL,
  NOTICE_INTERVAL,
  readLines,
  SWEEP_DELAY,
  SWEEP_INTERVAL,
} from "../../../server/access_log/access_log.ts";
import { MIB, NOTICE_RESERVE } from "../../../server/access_log/day_limit.ts";
import { QUOTA_BYTES, QUOTA_PERIOD } from "../../../server/access_log/address_quota.ts";
import { sweepFolder } from "../../../server/access_log/sweep.ts";
import { parseAddress } from "../../../server/admission/address.ts";
import { DAY, dayOf, HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { delay } from "../../../server/base/timeout.ts";
import type { Log } from "../../../server/base/log.ts";
import { MAX_ACCESS_LOG_RETENTION } from "../../../server/limits/privacy_limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const VISIT: AccessRecord = {
  address: parseAddress("203.0.113.9"),
  method: "GET",
  target: "/",
  version: "1.1",
  status: 200,
  bytes: 5120,
  userAgent: "Mozilla/5.0",
};

/** A log line written at `date`, with its line feed. */
function lineAt(date: Date | string, target = "/"): string {
  return formatRecord({ ...VISIT, target }, new Date(date));
}

function visit(target: string): AccessRecord {
  return { ...VISIT, target };
}

/** A visit from one of many addresses, all of the same length. */
function visitFrom(number: number): AccessRecord {
  const address = `203.0.${110 + Math.floor(number / 10)}.${number % 10}`;
  return { ...VISIT, address: parseAddress(address) };
}

/** A folder for logs that is deleted after the test, and a clock set to noon on 1 June 2026. */
class World {
  readonly clock = new FakeClock();
  /** Every warning and error that was logged. */
  readonly told: { message: string; details: unknown }[] = [];
  /** Every other message. */
  readonly recoveries: string[] = [];
  readonly folder: string;

  constructor(root: string) {
    this.folder = `${root}/logs`;
  }

  /** Their messages, in order. */
  get complaints(): string[] {
    return this.told.map(({ message }) => message);
  }

  log(options: Partial<AccessLogOptions> = {}): AccessLog {
    const tell = (message: string, details: unknown): void => {
      this.told.push({ message, details });
    };
    const { clock, folder } = this;
    const info = (message: string): number => this.recoveries.push(message);
    const log = { info, warn: tell, error: tell } as unknown as Log;
    return new AccessLog({
      clock,
      folder,
      retention: MAX_ACCESS_LOG_RETENTION,
      mode: "full",
      maxDaySize: 64 * MIB,
      newToken: () => "0123456789abcdef",
      log,
      ...options,
    });
  }

  /** The calendar date `ms` milliseconds ago. */
  ago(ms: number): Date {
    return new Date(this.clock.date().getTime() - ms);
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  async put(name: string, text: string): Promise<void> {
    await Deno.mkdir(this.folder, { recursive: true });
    await Deno.writeTextFile(this.path(name), text);
  }

  /** Writes a file with one line for each of `dates`. The first date names the file. */
  async putLines(...dates: Date[]): Promise<void> {
    const text = dates.map((date) => lineAt(date)).join("");
    await this.put(`access-${dayOf(dates[0]!)}.log`, text);
  }

  /** The files in the folder, with their contents. */
  async files(): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    const entries = await Array.fromAsync(Deno.readDir(this.folder));
    for (const { name } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
      files[name] = await Deno.readTextFile(this.path(name));
    }
    return files;
  }

  /** The age of every line in every file, in milliseconds. */
  async ages(): Promise<number[]> {
    const lines = Object.values(await this.files()).flatMap((text) => text.match(/.+/g) ?? []);
    return lines.map((line) => this.clock.date().getTime() - timeOf(line)!.getTime());
  }
}

function test(name: string, run: (world: World) => Promise<void>, ignore = false): void {
  Deno.test({
    name: `Access log ${name}`,
    ignore,
    fn: async () => {
      const root = await Deno.makeTempDir();
      try {
        await run(new World(root));
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

async function modeOf(path: string): Promise<number> {
  return (await Deno.stat(path)).mode! & 0o777;
}

test("writes a line for each visit to the file of the day", async (world) => {
  const log = world.log();
  log.record(visit("/a"));
  world.clock.advance(SECOND);
  log.record(visit("/b"));
  await log.flush();
  assert.deepEqual(await world.files(), {
    "access-2026-06-01.log":
      '203.0.113.9 - - [01/Jun/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 5120 "-" "Mozilla/5.0"\n' +
      '203.0.113.9 - - [01/Jun/2026:12:00:01 +0000] "GET /b HTTP/1.1" 200 5120 "-" "Mozilla/5.0"\n',
  });
});

test("truncates an address to its IPv4 /24 or IPv6 /48 when configured", async (world) => {
  const log = world.log({ mode: "truncated" });
  for (const address of ["203.0.113.9", "2001:db8:1:2:3:4:5:6", "nobody"]) {
    log.record({ ...VISIT, address: parseAddress(address) });
  }
  await log.flush();
  const text = Object.values(await world.files()).join();
  assert.deepEqual(text.match(/^\S+/gm), ["203.0.113.0", "2001:db8:1::", "-"]);
});

test("writes nothing and creates no folder when off", async (world) => {
  const log = world.log({ mode: "off" });
  await log.sweep();
  log.record(VISIT);
  await log.flush();
  await log.close();
  await assert.rejects(Deno.stat(world.folder), Deno.errors.NotFound);
  assert.deepEqual(world.told, []);
});

test("deletes old lines also when off", async (world) => {
  await world.putLines(world.ago(31 * DAY));
  await world.putLines(world.ago(DAY));
  await world.log({ mode: "off" }).sweep();
  assert.deepEqual(Object.keys(await world.files()), ["access-2026-05-31.log"]);
});

test("works without a folder until the first line", async (world) => {
  const log = world.log();
  await log.sweep();
  await log.flush();
  await assert.rejects(Deno.stat(world.folder), Deno.errors.NotFound);
  assert.deepEqual(world.told, []);
});

test("lets only the owner access its folder and files", async (world) => {
  const log = world.log();
  log.record(VISIT);
  await log.flush();
  assert.equal(await modeOf(world.folder), 0o700);
  assert.equal(await modeOf(world.path("access-2026-06-01.log")), 0o600);
}, Deno.build.os === "windows");

test("restricts a folder and a rewritten file that others could read", async (world) => {
  await world.putLines(world.ago(30 * DAY), world.ago(30 * DAY - 2 * HOUR));
  await Deno.chmod(world.folder, 0o755);
  await world.log().sweep();
  assert.equal(await modeOf(world.folder), 0o700);
  assert.equal(await modeOf(world.path("access-2026-05-02.log")), 0o600);
}, Deno.build.os === "windows");

test("leaves the permissions of a shared folder unchanged", async (world) => {
  await world.put("syslog", "");
  await Deno.chmod(world.folder, 0o755);
  await world.log().sweep();
  assert.equal(await modeOf(world.folder), 0o755);
}, Deno.build.os === "windows");

test("keeps the lines within the retention of files 0, 1, 29, 30, 31 and 400 days old", async (world) => {
  const limit = 30 * DAY - SWEEP_INTERVAL - SWEEP_DELAY;
  for (const days of [0, 1, 29, 31, 400]) await world.putLines(world.ago(days * DAY));
  await world.putLines(
    ...[30 * DAY, limit + SECOND, limit, limit - SECOND].map((ms) => world.ago(ms)),
  );
  const log = world.log();
  await log.sweep();
  assert.deepEqual(await world.files(), {
    "access-2026-05-02.log": lineAt(world.ago(limit)) + lineAt(world.ago(limit - SECOND)),
    "access-2026-05-03.log": lineAt(world.ago(29 * DAY)),
    "access-2026-05-31.log": lineAt(world.ago(DAY)),
    "access-2026-06-01.log": lineAt(world.clock.date()),
  });
  assert.equal(log.oldestDay, "2026-05-02");
  assert.deepEqual(world.told, []);
});

test("deletes everything when the server was off for a year", async (world) => {
  const before = world.log();
  before.record(VISIT);
  await before.close();
  world.clock.jump(365 * DAY);
  const after = world.log();
  await after.sweep();
  assert.deepEqual(await world.files(), {});
  assert.equal(after.oldestDay, undefined);
});

test("obeys a retention of one day", async (world) => {
  await world.putLines(world.ago(DAY), world.ago(22 * HOUR));
  await world.log({ retention: DAY }).sweep();
  assert.deepEqual(await world.ages(), [22 * HOUR]);
});

test("never keeps a line older than 30 days, even without visitors", async (world) => {
  const log = world.log();
  world.clock.every(SWEEP_INTERVAL, () => void log.sweep());
  for (let minutes = 0; minutes < 24 * 60; minutes += 6) { // Whole hours, like the sweeps.
    log.record(VISIT);
    world.clock.advance(6 * MINUTE);
  }
  await log.flush();
  for (let hour = 0; hour < 31 * 24; hour++) {
    world.clock.advance(HOUR - 1); // The very last moment before the next sweep.
    assert.ok((await world.ages()).every((age) => age <= MAX_ACCESS_LOG_RETENTION));
    if (hour === 28 * 24) assert.ok((await world.ages()).length > 0);
    world.clock.advance(1);
    await log.flush();
  }
  assert.deepEqual(await world.files(), {});
  assert.equal(log.oldestDay, undefined);
  assert.deepEqual(world.told, []);
});

test("deletes lines from the future: whole days, and the lines of today", async (world) => {
  await world.put(
    "access-2026-06-01.log",
    lineAt("2026-06-01T12:00:00Z") + lineAt("2026-06-01T12:00:01Z"),
  );
  await world.putLines(world.ago(-DAY));
  await world.putLines(world.ago(-400 * DAY));
  await world.log().sweep();
  assert.deepEqual(await world.files(), {
    "access-2026-06-01.log": lineAt("2026-06-01T12:00:00Z"),
  });
});

test("deletes its files that name an impossible day", async (world) => {
  for (const day of ["2026-02-31", "2026-13-01", "0000-00-00"]) {
    await world.put(`access-${day}.log`, lineAt(world.clock.date()));
  }
  await world.log().sweep();
  assert.deepEqual(await world.files(), {});
});

test("deletes the remains of an interrupted rewrite", async (world) => {
  await world.put("access-2026-05-20.log.new", lineAt("2026-05-20T12:00:00Z"));
  await world.put("access-2020-01-01.log.new", lineAt("2020-01-01T12:00:00Z"));
  await world.putLines(world.ago(30 * DAY), world.ago(30 * DAY - 2 * HOUR));
  await world.put("access-2026-05-02.log.new", "half a l");
  await world.log().sweep();
  assert.deepEqual(await world.files(), {
    "access-2026-05-02.log": lineAt(world.ago(30 * DAY - 2 * HOUR)),
  });
});

test("deletes empty files", async (world) => {
  await world.put("access-2026-05-20.log", "");
  const log = world.log();
  await log.sweep();
  assert.deepEqual([await world.files(), log.oldestDay], [{}, undefined]);
});

test("leaves foreign files alone", async (world) => {
  const old = lineAt("2020-01-01T12:00:00Z");
  const names = ["access.log", "access-2020-01-01.log.gz", "access-20200101.log", "notes.txt"];
  const foreign = Object.fromEntries(names.toSorted().map((name) => [name, old]));
  for (const name of names) await world.put(name, old);
  await world.log().sweep();
  assert.deepEqual(await world.files(), foreign);
});

test("deletes lines without a readable time with the first hour of their day, or from today's file", async (world) => {
  const living = lineAt(world.ago(30 * DAY - 2 * HOUR));
  await world.put("access-2026-05-02.log", `what is this?\n${living}${living.slice(0, 40)}`);
  await world.put("access-2026-05-20.log", "and this?\n");
  await world.put(
    "access-2026-06-01.log",
    lineAt(world.ago(0)) + "\x00\xff".repeat(MAX_LINE_LENGTH),
  );
  await world.log().sweep();
  assert.deepEqual(await world.files(), {
    "access-2026-05-02.log": living,
    "access-2026-05-20.log": "and this?\n",
    "access-2026-06-01.log": lineAt(world.ago(0)),
  });
});

test("starts a new line after a line that a crash cut short", async (world) => {
  await world.put("access-2026-06-01.log", lineAt(world.ago(SECOND)).slice(0, 30));
  const log = world.log();
  await log.sweep();
  log.record(VISIT);
  await log.flush();
  assert.deepEqual(await world.files(), { "access-2026-06-01.log": lineAt(world.ago(0)) });
});

test("sweeps a file larger than any chunk, line by line", async (world) => {
  const old = lineAt(world.ago(30 * DAY), "/old");
  const living = lineAt(world.ago(30 * DAY - 2 * HOUR), "/living");
  await world.put("access-2026-05-02.log", (old + living).repeat(5000));
  await world.log().sweep();
  assert.equal((await world.files())["access-2026-05-02.log"], living.repeat(5000));
});

test("loses no line at midnight, and puts each in the file of its date", async (world) => {
  const log = world.log();
  world.clock.advance(12 * HOUR - 1);
  log.record(visit("/before"));
  world.clock.advance(1);
  log.record(visit("/after"));
  await log.flush();
  assert.deepEqual(await world.files(), {
    "access-2026-06-01.log": lineAt("2026-06-01T23:59:59Z", "/before"),
    "access-2026-06-02.log": lineAt("2026-06-02T00:00:00Z", "/after"),
  });
});

test("loses no line when the system clock jumps ahead and back between two flushes", async (world) => {
  const log = world.log();
  log.record(visit("/1"));
  world.clock.jump(3 * DAY);
  log.record(visit("/2"));
  world.clock.jump(-3 * DAY);
  log.record(visit("/3"));
  world.clock.jump(3 * DAY);
  await log.flush();
  assert.deepEqual(await world.files(), {
    "access-2026-06-01.log": lineAt("2026-06-01T12:00:00Z", "/1") +
      lineAt("2026-06-01T12:00:00Z", "/3"),
    "access-2026-06-04.log": lineAt("2026-06-04T12:00:00Z", "/2"),
  });
});

test("sweeps with the next flush when the system clock has jumped ahead, as after a sleep", async (world) => {
  const log = world.log();
  await log.sweep();
  log.record(VISIT);
  await log.flush();
  world.clock.jump(31 * DAY);
  log.record(visit("/awake"));
  await log.flush();
  assert.deepEqual(await world.ages(), [0]);
});

test("sweeps with the next flush when the system clock was set back", async (world) => {
  const log = world.log();
  world.clock.jump(400 * DAY);
  await log.sweep();
  log.record(VISIT);
  await log.flush();
  world.clock.jump(-400 * DAY);
  log.record(visit("/corrected"));
  await log.flush();
  assert.deepEqual(await world.ages(), [0]);
  assert.equal(log.oldestDay, "2026-06-01");
});

test("doesn't sweep with every flush", async (world) => {
  const log = world.log();
  await log.sweep();
  await world.putLines(world.ago(31 * DAY));
  world.clock.advance(SWEEP_INTERVAL + FLUSH_INTERVAL);
  await log.flush();
  assert.equal((await world.ages()).length, 1);
  world.clock.advance(FLUSH_INTERVAL);
  await log.flush();
  assert.equal((await world.ages()).length, 0);
});

test("knows the oldest day that has lines", async (world) => {
  const log = world.log();
  assert.equal(log.oldestDay, undefined);
  log.record(VISIT);
  await log.flush();
  assert.equal(log.oldestDay, "2026-06-01");
  await world.putLines(world.ago(3 * DAY));
  await log.sweep();
  assert.equal(log.oldestDay, "2026-05-29");
  world.clock.advance(DAY);
  log.record(VISIT);
  await log.flush();
  assert.equal(log.oldestDay, "2026-05-29");
});

test("writes the remaining lines when it closes", async (world) => {
  const log = world.log();
  log.record(VISIT);
  const flush = log.flush();
  log.record(VISIT);
  await log.close();
  await flush;
  assert.equal((await world.ages()).length, 2);
});

test("loses and duplicates nothing when records, flushes and sweeps coincide", async (world) => {
  const log = world.log();
  await world.putLines(world.ago(30 * DAY), world.ago(29 * DAY - HOUR));
  for (let visits = 0; visits < 500; visits++) {
    log.record(visit(`/${visits}`));
    if (visits % 3 === 0) void log.flush();
    if (visits % 5 === 0) void log.sweep();
    if (visits % 7 === 0) await log.flush();
  }
  await log.close();
  const text = (await world.files())["access-2026-06-01.log"]!;
  const targets = [...text.matchAll(/GET \/(\d+) /g)].map(([, number]) => Number(number));
  assert.deepEqual(targets, Array.from({ length: 500 }, (_, number) => number));
});

test("lets no work queue up behind a slow disk", (world) => {
  const log = world.log();
  const [flush, sweep] = [log.flush(), log.sweep()];
  assert.equal(log.flush(), flush);
  assert.equal(log.sweep(), sweep);
  return sweep;
});

test("drops lines beyond the limit of a batch, and reports it once until it has recovered", async (world) => {
  const log = world.log();
  const fitting = Math.floor(MAX_BATCH_BYTES / lineAt(world.ago(0)).length);
  const written: number[] = [];
  for (const visits of [fitting + 3, fitting + 1, fitting, fitting + 5]) {
    for (let times = 0; times < visits; times++) log.record(visitFrom(Math.floor(times / 1000)));
    await log.flush();
    const requests = Object.values(await world.files()).join("").match(/GET/g);
    written.push(requests?.length ?? 0);
    world.clock.advance(QUOTA_PERIOD);
  }
  assert.deepEqual(written, [fitting, 2 * fitting, 3 * fitting, 4 * fitting]);
  assert.deepEqual(world.told.map(({ details }) => details), [{ lines: 3 }, { lines: 5 }]);
  assert.equal(world.complaints[0], "Access log is falling behind: some requests are not logged.");
});

/** An obstacle for the log, and how to remove it. */
interface Obstacle {
  readonly code: string;
  put(world: World): Promise<void>;
  clear(world: World): Promise<void>;
}

const OBSTACLES: Record<string, Obstacle> = {
  "its folder is a file": {
    code: "EEXIST",
    put: ({ folder }) => Deno.writeTextFile(folder, ""),
    clear: ({ folder }) => Deno.remove(folder),
  },
  "the day's file is a folder": {
    code: "EISDIR",
    put: (world) => Deno.mkdir(world.path("access-2026-06-01.log"), { recursive: true }),
    clear: (world) => Deno.remove(world.path("access-2026-06-01.log")),
  },
  "the disk is full": {
    code: "ENOSPC",
    async put(world): Promise<void> {
      await Deno.mkdir(world.folder);
      await Deno.symlink("/dev/full", world.path("access-2026-06-01.log"));
    },
    clear: (world) => Deno.remove(world.path("access-2026-06-01.log")),
  },
};

for (const [what, { code, put, clear }] of Object.entries(OBSTACLES)) {
  test(`drops lines while ${what}, reports it once, and again the next time`, async (world) => {
    const log = world.log();
    for (let times = 1; times <= 2; times++) {
      await put(world);
      for (let visits = 0; visits < 3; visits++) {
        log.record(visit("/lost"));
        await log.flush();
      }
      assert.equal(world.told.length, times);
      await clear(world);
      log.record(visit("/kept"));
      await log.flush();
      const now = world.ago(0);
      const notice = formatNotice({ lines: 3, since: now }, now);
      assert.deepEqual(Object.values(await world.files()), [lineAt(now, "/kept") + notice]);
      assert.deepEqual([log.lost.write, log.isFailing], [3 * times, false]);
      world.clock.advance(NOTICE_INTERVAL);
      await Deno.remove(world.folder, { recursive: true });
    }
    assert.deepEqual(world.recoveries, Array(2).fill("Access log can be written again."));
    for (const { message, details } of world.told) {
      assert.equal(message, "Access log can't be written: requests are not logged.");
      assert.equal((details as { code: string }).code, code);
    }
    assert.doesNotMatch(JSON.stringify(world.told), /203\.0|lost|Mozilla/);
  }, Deno.build.os !== "linux");
}

test("recreates its folder when it was deleted", async (world) => {
  const log = world.log();
  for (let times = 0; times < 2; times++) {
    log.record(VISIT);
    await log.flush();
    assert.equal((await world.ages()).length, 1);
    await Deno.remove(world.folder, { recursive: true });
    await log.sweep();
  }
  assert.deepEqual([world.told, log.oldestDay], [[], undefined]);
});

test("reports once that it can't sweep, until it can", async (world) => {
  const log = world.log();
  for (let times = 1; times <= 2; times++) {
    await Deno.writeTextFile(world.folder, "");
    await log.sweep();
    await log.sweep();
    assert.equal(world.told.length, times);
    await Deno.remove(world.folder);
    await log.sweep();
  }
  assert.equal(world.complaints[0], "Old access log lines can't be deleted.");
  assert.deepEqual(world.recoveries, Array(2).fill("Old access log lines can be deleted again."));
});

test("deletes a whole file if it can't remove its old lines, and sweeps the others", async (world) => {
  await world.putLines(world.ago(30 * DAY), world.ago(30 * DAY - 2 * HOUR));
  await world.putLines(world.ago(0), world.ago(-HOUR));
  await Deno.mkdir(world.path("access-2026-05-02.log.new"));
  const log = world.log();
  await log.sweep();
  await log.sweep();
  assert.deepEqual(await world.ages(), [0]);
  assert.equal(log.oldestDay, "2026-06-01");
  assert.deepEqual(world.complaints, ["Old access log lines can't be deleted."]);
});

test("leaves a file complete until its rewritten copy is in place", async (world) => {
  await world.putLines(world.ago(0), world.ago(-HOUR));
  const whole = (await world.files())["access-2026-06-01.log"];
  await Deno.mkdir(`${world.path("access-2026-06-01.log.new")}/full`, { recursive: true });
  await world.log().sweep();
  assert.equal(await Deno.readTextFile(world.path("access-2026-06-01.log")), whole);
});

test("replaces a file that is being read, instead of writing into it", async (world) => {
  await world.putLines(world.ago(30 * DAY), world.ago(30 * DAY - 2 * HOUR));
  using reader = await Deno.open(world.path("access-2026-05-02.log"));
  const before = await reader.stat();
  await world.log().sweep();
  const after = await Deno.stat(world.path("access-2026-05-02.log"));
  assert.equal((await reader.stat()).size, before.size);
  assert.ok(after.size < before.size && after.ino !== before.ino);
}, Deno.build.os === "windows");

Deno.test("Batch returns its lines by day, in order", () => {
  const batch = new Batch();
  for (const [day, line] of [["1", "a\n"], ["1", "b\n"], ["2", "c\n"], ["1", "d\n"]]) {
    batch.add(day!, line!);
  }
  const parts = [...batch].map(({ day, lines }) => [day, new TextDecoder().decode(lines)]);
  assert.deepEqual(parts, [["1", "a\nb\n"], ["2", "c\n"], ["1", "d\n"]]);
});

Deno.test("Batch leaves no byte of a line in memory when it is wiped", () => {
  const batch = new Batch();
  batch.add("2026-06-01", lineAt("2026-06-01"));
  const [part] = batch;
  batch.wipe();
  assert.ok(new Uint8Array(part!.lines.buffer).every((byte) => byte === 0));
  assert.deepEqual([[...batch], batch.isEmpty], [[], true]);
});

Deno.test("Batch accepts what fits to the byte, and counts what doesn't", () => {
  const batch = new Batch();
  const half = "x".repeat(MAX_BATCH_BYTES / 2);
  for (const line of [half, half, "x"]) batch.add("2026-06-01", line);
  assert.deepEqual([[...batch][0]!.lines.length, batch.dropped], [MAX_BATCH_BYTES, 1]);
  batch.wipe();
  assert.equal(batch.dropped, 0);
});

test("can be read for a period, excluding its end, by day", async (world) => {
  await world.putLines(new Date("2026-05-31T23:59:59Z"));
  await world.putLines(new Date("2026-05-29T09:59:59Z"), new Date("2026-05-29T10:00:00Z"));
  await world.putLines(new Date("2026-06-01T09:59:59Z"), new Date("2026-06-01T10:00:00Z"));
  await world.put("access-2026-05-30.log", "what is this?\n");
  await world.put("notes.txt", lineAt("2026-05-30"));
  const from = new Date("2026-05-29T10:00:00Z");
  const lines = await Array.fromAsync(
    readLines(world.folder, from, new Date("2026-06-01T10:00:00Z")),
  );
  const dates = ["2026-05-29T10:00:00Z", "2026-05-31T23:59:59Z", "2026-06-01T09:59:59Z"];
  assert.deepEqual(lines, dates.map((date) => lineAt(date).trimEnd()));
  assert.deepEqual(await Array.fromAsync(readLines(world.folder, from, from)), []);
});

test("can be read in part", async (world) => {
  await world.put("access-2026-06-01.log", lineAt(world.ago(0)).repeat(5000));
  for await (const line of readLines(world.folder, world.ago(DAY), world.ago(-DAY))) {
    assert.equal(`${line}\n`, lineAt(world.ago(0)));
    break; // The file must not stay open. Deno.test checks this.
  }
});

test("can be read while a sweep removes files", async (world) => {
  await world.putLines(world.ago(2 * DAY));
  await world.putLines(world.ago(DAY));
  const reading = readLines(world.folder, world.ago(3 * DAY), world.ago(0));
  await reading.next();
  await Deno.remove(world.path("access-2026-05-31.log"));
  assert.deepEqual(await reading.next(), { done: true, value: undefined });
});

test("can't be read where there is no folder", async (world) => {
  const reading = readLines(world.folder, world.ago(DAY), world.ago(0));
  await assert.rejects(reading.next(), Deno.errors.NotFound);
});

/** Writes today's file: hours of zeros that no sweep can read quickly, and then `end`. The disk doesn't store them. */
async function putLargeFile(world: World, end: string): Promise<string> {
  await world.put("access-2026-06-01.log", "");
  const path = world.path("access-2026-06-01.log");
  await Deno.truncate(path, 1024 * MIB);
  await Deno.writeTextFile(path, `\n${end}`, { append: true });
  return path;
}

test("doesn't read today's file except for its end, whatever its size", async (world) => {
  const line = lineAt(world.ago(0));
  const path = await putLargeFile(world, `${line}${line.slice(0, 20)}`);
  const log = world.log();
  await log.sweep();
  const { size } = await Deno.stat(path);
  assert.equal(
    size,
    1024 * MIB + 1 + line.length,
    "a reader would have deleted the first gibibyte",
  );
  assert.deepEqual([log.oldestDay, world.told], ["2026-06-01", []]);
});

test("checks the whole file of today after the clock was set back, even by minutes", async (world) => {
  const log = world.log();
  await log.sweep();
  world.clock.jump(10 * MINUTE);
  log.record(visit("/future"));
  await log.flush();
  world.clock.jump(-10 * MINUTE);
  log.record(visit("/correct"));
  await log.flush();
  assert.deepEqual(await world.files(), {
    "access-2026-06-01.log": lineAt(world.ago(0), "/correct"),
  });
});

test("ends a sweep when it closes, and leaves the file as it was for the next sweep", async (world) => {
  const old = world.ago(30 * DAY);
  await world.putLines(old, old, world.ago(30 * DAY - 2 * HOUR));
  const path = world.path("access-2026-05-02.log");
  const before = await Deno.readTextFile(path);
  const log = world.log();
  const sweep = log.sweep();
  log.record(VISIT);
  await log.close();
  await sweep;
  assert.equal(await Deno.readTextFile(path), before);
  assert.deepEqual([Object.keys(await world.files()).length, world.told], [2, []]);
  await world.log().sweep();
  assert.ok((await world.ages()).every((age) => age < 30 * DAY));
});

test("lets the event loop run while it reads a large file", async (world) => {
  await world.put("access-2026-05-02.log", lineAt(world.ago(30 * DAY - 2 * HOUR)).repeat(90_000));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  await world.log().sweep();
  clearInterval(timer);
  assert.ok(ticks > 20, `${ticks} times during 8 MB`);
});

test("knows its oldest day from the names of the files before the first sweep", async (world) => {
  await world.putLines(world.ago(40 * DAY));
  await world.putLines(world.ago(3 * DAY));
  const log = world.log();
  await log.open();
  assert.equal(log.oldestDay, "2026-05-29");
  assert.equal((await world.ages()).length, 2, "nothing is deleted yet");
});

test("keeps what one address writes within its quota, and says how many requests are missing", async (world) => {
  const log = world.log();
  const fitting = Math.floor(QUOTA_BYTES / lineAt(world.ago(0)).length);
  for (let times = 0; times < fitting + 100; times++) log.record(VISIT);
  log.record(visitFrom(1));
  await log.flush();
  const now = world.ago(0);
  const [text = ""] = Object.values(await world.files());
  assert.ok(text.endsWith(formatNotice({ lines: 100, since: now }, now)), text.slice(-300));
  assert.equal(text.match(/^203\.0\.113\.9 /gm)?.length, fitting);
  assert.match(text, /^203\.0\.110\.1 /m, "other addresses are logged");
  assert.deepEqual(log.lost, { address: 100, day: 0, overflow: 0, write: 0 });
  assert.deepEqual([log.isFailing, world.told], [false, []]);
  world.clock.advance(QUOTA_PERIOD);
  log.record(VISIT);
  assert.equal(log.lost.address, 100);
});

test("shares a quota among the addresses of an IPv6 /64, which one customer has", async (world) => {
  const log = world.log();
  const visits = 2 * QUOTA_BYTES / lineAt(world.ago(0)).length;
  for (let times = 0; times < visits; times++) {
    log.record({ ...VISIT, address: parseAddress(`2001:db8::${(times % 5000).toString(16)}`) });
  }
  assert.ok(log.lost.address > visits / 3);
  log.record({ ...VISIT, address: parseAddress("2001:db8:0:1::1") });
  await log.flush();
  assert.match(Object.values(await world.files()).join(), /^2001:db8:0:1::1 /m);
});

test("leaves out nothing of two hundred visitors behind one address who open the page together", async (world) => {
  const log = world.log();
  const userAgent =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1";
  for (let requests = 0; requests < 200 * 10; requests++) log.record({ ...VISIT, userAgent });
  await log.flush();
  assert.deepEqual(log.lost, { address: 0, day: 0, overflow: 0, write: 0 });
});

test("keeps a day within its limit, even from many addresses and across restarts", async (world) => {
  const [maxDaySize, perFlush] = [MIB, 2000];
  for (let hour = 0; hour < 12; hour++) {
    const log = world.log({ maxDaySize, newToken: () => `${hour}`.padStart(16, "0") });
    for (let flush = 0; flush < 2; flush++) {
      for (let times = 0; times < perFlush; times++) log.record(visitFrom(times % 100));
      await log.flush();
      const [text = ""] = Object.values(await world.files());
      const elapsed = (12 + hour) / 24;
      assert.ok(text.length <= (MIB - NOTICE_RESERVE) * (1 + elapsed) / 2 + 100 * 2 * (hour + 1));
    }
    await log.close();
    world.clock.advance(HOUR - 1);
  }
  const [text = ""] = Object.values(await world.files());
  const logged = text.match(/GET/g)?.length ?? 0;
  const missing = [...text.matchAll(/"(\d+) requests not logged since [^"]+"$/gm)];
  const lost = missing.reduce((sum, [, lines]) => sum + Number(lines), 0);
  assert.equal(logged + lost, 12 * 2 * perFlush, "the log says how many are missing");
  assert.ok(text.length <= MIB && text.length > (MIB - NOTICE_RESERVE) * 0.9);
  assert.ok(world.complaints.every((message) => message.includes("--access-log-max-mb")));
  assert.ok(text.split("\n").slice(0, -1).every((line) => timeOf(line) !== undefined));
});

test("writes a notice of missing lines at most once a minute, and when it closes", async (world) => {
  const log = world.log();
  for (let second = 0; second < 90; second++) {
    for (let times = 0; times < 200; times++) log.record(visit(`/${"x".repeat(1000)}`));
    await log.flush();
    world.clock.advance(SECOND);
  }
  await log.close();
  const [text = ""] = Object.values(await world.files());
  const stated = [...text.matchAll(/"(\d+) requests not logged/g)].map(([, lines]) =>
    Number(lines)
  );
  assert.equal(stated.length, 3);
  assert.equal(stated.reduce((sum, lines) => sum + lines), log.lost.address);
});

test("recovers from a broken disk without any request", async (world) => {
  const log = world.log();
  await Deno.writeTextFile(world.folder, "");
  log.record(VISIT);
  await log.flush();
  assert.deepEqual([log.isFailing, log.lost.write], [true, 1]);
  await log.flush();
  assert.equal(log.isFailing, true);
  await Deno.remove(world.folder);
  await log.flush();
  assert.equal(log.isFailing, false);
  const now = world.ago(0);
  assert.deepEqual(Object.values(await world.files()), [
    formatNotice({ lines: 1, since: now }, now),
  ]);
});

test("names copies of its files that other programs made, each only once", async (world) => {
  const names = [
    "access-2026-05-01.log-20260502",
    "access-2026-05-01.log.1",
    "access-2026-05-01.log.2.gz",
    "copy of access-2026-05-01.log",
  ];
  for (const name of ["notes.txt", ...names]) await world.put(name, lineAt("2026-05-01"));
  await world.putLines(world.ago(DAY));
  await Deno.symlink(world.path("notes.txt"), world.path("access-2026-05-03.log"));
  names.splice(3, 0, "access-2026-05-03.log");
  const log = world.log();
  await log.open();
  await log.sweep();
  assert.deepEqual(world.told, [{
    message: "The log folder contains copies of the access log. The server doesn't delete them.",
    details: { count: 5, names },
  }]);
  assert.deepEqual([log.copies, log.oldestDay], [5, "2026-05-31"]);
  for (const name of names) await Deno.remove(world.path(name));
  await log.sweep();
  assert.equal(log.copies, 0);
  await world.put(names[0]!, "");
  await log.sweep();
  assert.equal(world.told.length, 2);
});

test("leaves a file as it was if its sweep is aborted halfway", async (world) => {
  const [old, living] = [world.ago(30 * DAY), world.ago(30 * DAY - 2 * HOUR)];
  await world.put("access-2026-05-02.log", lineAt(living).repeat(90_000) + lineAt(old));
  const aborting = new AbortController();
  const period = { from: world.ago(30 * DAY - HOUR).getTime(), to: world.ago(-1).getTime() };
  const sweep = sweepFolder(world.folder, { period, signal: aborting.signal });
  await delay(0);
  aborting.abort();
  assert.deepEqual((await sweep).failures, []);
  assert.equal(
    (await Deno.stat(world.path("access-2026-05-02.log"))).size,
    90_001 * lineAt(old).length,
  );
  assert.deepEqual(Object.keys(await world.files()), ["access-2026-05-02.log"]);
});
