/** Statistics whose store can't be opened, or stops working, with real files. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MINUTE } from "../../../server/base/clock.ts";
import type { Log } from "../../../server/base/log.ts";
import { emptyDay } from "../../../server/statistics/day.ts";
import { ReopeningStore } from "../../../server/statistics/reopening_store.ts";
import { SqliteStatisticsStore, STATISTICS_FILE } from "../../../server/statistics/sqlite_store.ts";
import { Statistics } from "../../../server/statistics/statistics.ts";
import { MemoryStatisticsStore, type StatisticsStore } from "../../../server/statistics/store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TempFolder } from "../../support/files.ts";

/** `FakeClock` begins on this day. */
const TODAY = "2026-06-01";

/** A folder of statistics, and what counts into it. */
class World implements AsyncDisposable {
  readonly #temporary = new TempFolder();
  readonly folder = `${this.#temporary.path}/data`;
  readonly path = `${this.folder}/${STATISTICS_FILE}`;
  readonly lines: string[] = [];
  readonly #log: Log;
  #statistics: Statistics | undefined;

  constructor() {
    const note = (text: string, properties: object = {}): number =>
      this.lines.push([text, ...Object.values(properties)].join(" "));
    this.#log = { info: note, warn: note, error: note } as unknown as Log;
  }

  /** Starts counting. */
  async start(
    open: () => StatisticsStore = () => SqliteStatisticsStore.open(this.folder, this.#log),
  ): Promise<Statistics> {
    const store = await ReopeningStore.open(open);
    this.#statistics = new Statistics({ clock: new FakeClock(), store, log: this.#log });
    return this.#statistics;
  }

  /** The chats counted in the file, read as another program would. */
  get counted(): number {
    const database = new DatabaseSync(this.path, { readOnly: true });
    const row = database.prepare("SELECT sum(chats) AS chats FROM counted").get();
    database.close();
    return Number(row?.["chats"]);
  }

  /** The lines logged since the last call, without the part that depends on the platform. */
  said(): string[] {
    return this.lines.splice(0).map((line) => line.replace(/ \{state\}.*?\. Unwritten.*/s, ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#statistics?.close();
    await this.#temporary[Symbol.asyncDispose]();
  }
}

function count(statistics: Statistics, chats: number): void {
  statistics.sample(2);
  for (let chat = 0; chat < chats; chat++) statistics.chatEnded(MINUTE);
}

const FAILING = "Statistics store failing:";
const AGAIN = "Statistics are being written again.";

/** Ways to prevent a file from being opened. Each returns a function that undoes it. */
const OBSTACLES: [what: string, place: (world: World) => () => void][] = [
  ["is locked by another process", ({ folder, path }) => {
    Deno.mkdirSync(folder);
    const other = new DatabaseSync(path);
    other.exec("BEGIN EXCLUSIVE");
    return () => {
      other.exec("ROLLBACK");
      other.close();
    };
  }],
  ["has a folder in its place", ({ folder, path }) => {
    Deno.mkdirSync(path, { recursive: true });
    return () => Deno.removeSync(folder, { recursive: true });
  }],
  ["has a file in place of its folder", ({ folder }) => {
    Deno.writeTextFileSync(folder, "");
    return () => Deno.removeSync(folder);
  }],
  ["was created by a newer server", ({ folder, path }) => {
    Deno.mkdirSync(folder);
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 7");
    newer.close();
    return () => Deno.removeSync(path);
  }],
  ["is a link that leads nowhere", ({ folder, path }) => {
    Deno.mkdirSync(folder);
    Deno.symlinkSync("/nowhere/at/all", path);
    return () => Deno.removeSync(path);
  }],
];

for (const [what, place] of OBSTACLES) {
  Deno.test(`Statistics whose file ${what} at the start are failing until it can be opened, and then written once`, async () => {
    await using world = new World();
    const remove = place(world);
    const statistics = await world.start();
    assert.deepEqual([statistics.isFailing, statistics.availability], [true, "unavailable"]);
    for (let flush = 0; flush < 5; flush++) {
      count(statistics, 3);
      await statistics.flush();
    }
    assert.deepEqual([statistics.isFailing, world.said()], [true, [FAILING]]);
    assert.deepEqual(statistics.published(TODAY, TODAY), []);
    remove();
    await statistics.flush();
    assert.deepEqual([statistics.isFailing, statistics.availability], [false, "current"]);
    assert.deepEqual([world.counted, world.said()], [15, [AGAIN]]);
    await statistics.flush();
    assert.equal(world.counted, 15);
  });
}

Deno.test("Statistics retry a store that can't be opened even if nothing was counted", async () => {
  await using world = new World();
  let isThere = false;
  const statistics = await world.start(() => {
    if (!isThere) throw new Error("the disk is missing");
    return new MemoryStatisticsStore();
  });
  await statistics.flush();
  assert.equal(statistics.isFailing, true);
  isThere = true;
  await statistics.flush();
  assert.equal(statistics.isFailing, false);
});

/** The open files of a folder. Other test files, which run in the same process, open other folders. */
function filesOpenIn(folder: string): string[] {
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name);
  return descriptors.map(openFile).filter((path) => path.startsWith(`${folder}/`));
}

/** The path of a file descriptor, or "" if it was closed meanwhile. */
function openFile(descriptor: string): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "";
  }
}

Deno.test("Statistics leave no files open, however often opening fails", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using world = new World();
  const [place] = OBSTACLES.filter(([what]) => what.includes("newer")).map(([, place]) => place);
  place!(world);
  const statistics = await world.start();
  for (let flush = 0; flush < 20; flush++) await statistics.flush();
  assert.deepEqual(filesOpenIn(world.folder), []);
});

Deno.test("Statistics whose folder is removed while they count begin a new file, and report it once", async () => {
  await using world = new World();
  const statistics = await world.start();
  count(statistics, 10);
  await statistics.flush();
  Deno.removeSync(world.folder, { recursive: true });
  count(statistics, 11);
  await statistics.flush();
  assert.deepEqual([statistics.isFailing, statistics.availability], [true, "delayed"]);
  assert.equal(statistics.published(TODAY, TODAY)[0]?.kind, "counted", "as last known");
  await statistics.flush();
  assert.deepEqual([statistics.isFailing, world.counted], [false, 11]);
  assert.deepEqual(world.said(), [FAILING, AGAIN]);
});

Deno.test("Statistics whose file is replaced while they count continue in the new file, which keeps its figures", async () => {
  await using world = new World();
  const statistics = await world.start();
  count(statistics, 10);
  await statistics.flush();
  const backup = `${world.folder}/backup`;
  const source = new DatabaseSync(world.path);
  source.exec(`VACUUM INTO '${backup}'`);
  source.close();
  count(statistics, 500); // Written to the file that is about to be replaced, and to its log of latest writes.
  await statistics.flush();
  Deno.renameSync(backup, world.path);
  count(statistics, 20);
  for (let flush = 0; flush < 2; flush++) await statistics.flush();
  assert.deepEqual([statistics.isFailing, world.counted], [false, 30]);
  const day = statistics.published(TODAY, TODAY)[0];
  assert.equal(day?.kind === "counted" && day.figures.chats, 30);
});

Deno.test("Statistics whose file is moved away and back count nothing twice", async () => {
  await using world = new World();
  const statistics = await world.start();
  count(statistics, 10);
  await statistics.flush();
  Deno.renameSync(world.folder, `${world.folder}-moved`);
  Deno.writeTextFileSync(world.folder, "");
  count(statistics, 20);
  for (let flush = 0; flush < 3; flush++) await statistics.flush();
  assert.equal(statistics.isFailing, true);
  Deno.removeSync(world.folder);
  Deno.renameSync(`${world.folder}-moved`, world.folder);
  await statistics.flush();
  assert.deepEqual([statistics.isFailing, world.counted], [false, 30]);
});

Deno.test("Statistics that can't be written before the end say that they are lost", async () => {
  await using world = new World();
  const statistics = await world.start(() => {
    throw new Error("the disk is missing");
  });
  count(statistics, 1);
  await statistics.close();
  assert.deepEqual(world.said(), [FAILING, "Unwritten statistics are lost."]);
});

Deno.test("Statistics are failing while their store works only in part, and write nothing twice", async () => {
  await using world = new World();
  const state: { failure: string | undefined } = { failure: undefined };
  const memory = Object.defineProperty(new MemoryStatisticsStore(), "failure", {
    get: () => state.failure,
  });
  const statistics = await world.start(() => memory);
  state.failure = "the copy is full";
  count(statistics, 10);
  await statistics.flush();
  assert.deepEqual([statistics.isFailing, statistics.pendingDays], [true, 0]);
  state.failure = undefined;
  await statistics.flush();
  assert.deepEqual([statistics.isFailing, world.said()], [false, [FAILING, AGAIN]]);
  assert.equal(memory.read(TODAY, TODAY)[0]?.published?.chats, 10);
});

Deno.test("ReopeningStore closes a store that fails, and reads what it last knew", async () => {
  let closed = 0;
  class Broken extends MemoryStatisticsStore {
    override add(): Promise<void> {
      return Promise.reject(new Error("broken"));
    }
    override close(): Promise<void> {
      closed++;
      return Promise.resolve();
    }
  }
  const first = new MemoryStatisticsStore();
  await first.add([{ ...emptyDay(TODAY), chats: 10, samples: 1 }]);
  const broken = Object.assign(new Broken(), { read: first.read.bind(first) });
  const store = await ReopeningStore.open(() => broken);
  await assert.rejects(() => store.add([]), /broken/);
  assert.deepEqual([closed, store.failure], [1, "broken"]);
  assert.equal(store.read(TODAY, TODAY).length, 1);
});
