/** The contract of every statistics store, and the specifics of the file, Deno KV and Redis stores. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { type DayCounts, emptyDay } from "../../../server/statistics/day.ts";
import { decoded, KvStatisticsStore } from "../../../server/statistics/kv_store.ts";
import { MAX_ATTEMPTS } from "../../../server/statistics/optimistic_write.ts";
import { RedisStatisticsStore } from "../../../server/cluster/redis_statistics.ts";
import type { Log } from "../../../server/base/log.ts";
import { MIN_CHATS_PUBLISHED } from "../../../server/limits/privacy_limits.ts";
import { SqliteStatisticsStore, STATISTICS_FILE } from "../../../server/statistics/sqlite_store.ts";
import {
  MAX_DAYS_IN_MEMORY,
  MemoryStatisticsStore,
  type StatisticsStore,
} from "../../../server/statistics/store.ts";

import { startLink } from "../../support/cluster.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { trials } from "../../support/repeats.ts";

const DAY = "2026-06-01";
const root = new URL("../../../", import.meta.url);

/** Figures of a day with one sample of the number of people online. */
function figures(chats: number, more: Partial<DayCounts> = {}): DayCounts {
  return { ...emptyDay(DAY), chats, samples: 1, onlineSum: 2, peakOnline: 2, ...more };
}

function publishedChats(store: StatisticsStore, day = DAY): number | undefined {
  return store.read(day, day)[0]?.published?.chats;
}

/** A log that appends its warnings to `lines`. */
function logTo(lines: string[]): Log {
  return { warn: (line: string) => lines.push(line) } as unknown as Log;
}

function inFolder(test: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir();
    try {
      await test(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

function openFile(folder: string, warnings: string[] = []): SqliteStatisticsStore {
  return SqliteStatisticsStore.open(folder, logTo(warnings));
}

const STORES: [
  name: string,
  open: (folder: string) => StatisticsStore | Promise<StatisticsStore>,
][] = [
  ["MemoryStatisticsStore", () => new MemoryStatisticsStore()],
  ["SqliteStatisticsStore", (folder) => openFile(folder)],
  ["KvStatisticsStore", async () => await KvStatisticsStore.open(await Deno.openKv(":memory:"))],
];

/** What may stand in place of a stored day. */
const GARBAGE: [what: string, text: string][] = [
  ["no JSON", "{"],
  ["no object", "null"],
  ["no figures", `{"counted":{},"published":{}}`],
  ["a text as a figure", JSON.stringify({ counted: figures(10, { chats: "10" as never }) })],
  ["the number Infinity", JSON.stringify({ counted: figures(10) }).replace(":10", ":1e999")],
  ["a prototype", `{"__proto__":${JSON.stringify({ counted: figures(10) })}}`],
];

if (await isRedisThere()) {
  const redis = await Redis.start();
  const link = await startLink(redis.url);
  Deno.test.afterAll(async () => {
    link.close();
    await redis[Symbol.asyncDispose]();
  });
  STORES.push(["RedisStatisticsStore", async (folder) => {
    await redis.ask("flushall");
    return new RedisStatisticsStore(link, openFile(folder));
  }]);

  Deno.test(
    "RedisStatisticsStore: racing nodes lose nothing, publish the same, and restore a Redis that lost its data",
    inFolder(async (folder) => {
      await redis.ask("flushall");
      const [a, b] = ["a", "b"].map((name) =>
        new RedisStatisticsStore(link, openFile(`${folder}/${name}`))
      ) as [RedisStatisticsStore, RedisStatisticsStore];
      await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? a : b).add([figures(3)])),
      );
      await Promise.all([a, b].map((store) => store.refresh("")));
      const published = publishedChats(a)!;
      assert.ok(published > 20 && published <= 30, `${published}`);
      assert.equal(publishedChats(b), published);
      await redis.ask("flushall");
      await b.add([figures(1)]);
      await a.refresh("");
      await b.refresh("");
      assert.deepEqual([publishedChats(a), publishedChats(b)], [published, published]);
      await a.add([figures(10)]);
      assert.equal(publishedChats(a), 41);
      await Promise.all([a.close(), b.close()]);
      const again = new RedisStatisticsStore(link, openFile(`${folder}/a`));
      assert.equal(publishedChats(again), 41, "there is a copy on the machine");
      await again.close();
    }),
  );

  Deno.test(
    "RedisStatisticsStore loses no figures when Redis loses its data and every node adds before it refreshes",
    inFolder(async (folder) => {
      await redis.ask("flushall");
      const [a, b] = ["a", "b"].map((name) =>
        new RedisStatisticsStore(link, openFile(`${folder}/${name}`))
      ) as [RedisStatisticsStore, RedisStatisticsStore];
      await a.add([figures(20)]);
      await b.add([figures(20)]);
      await redis.ask("flushall");
      await b.add([figures(5)]);
      await a.add([figures(5)]);
      await Promise.all([a, b].map((store) => store.refresh("")));
      assert.deepEqual([publishedChats(a), publishedChats(b)], [50, 50]);
      await Promise.all([a.close(), b.close()]);
    }),
  );

  Deno.test(
    "RedisStatisticsStore counts nothing twice while its copy can't be written, reports it, and repairs the copy",
    inFolder(async (folder) => {
      await redis.ask("flushall");
      const copy = openFile(folder);
      const store = new RedisStatisticsStore(link, copy);
      const upsert = copy.upsert.bind(copy);
      copy.upsert = () => {
        throw new Error("database or disk is full");
      };
      for (let batch = 0; batch < 3; batch++) await store.add([figures(10)]);
      assert.match(store.failure ?? "", /the copy on this node: database or disk is full/);
      assert.deepEqual([publishedChats(store), copy.readSince("").length], [30, 0]);
      copy.upsert = upsert;
      await store.refresh("");
      assert.deepEqual([store.failure, copy.readSince("")[0]?.counted.chats], [undefined, 30]);
      await store.close();
    }),
  );

  for (const [what, garbage] of GARBAGE) {
    Deno.test(
      `RedisStatisticsStore restores a day from its copy when Redis holds ${what} instead`,
      inFolder(async (folder) => {
        await redis.ask("flushall");
        const store = new RedisStatisticsStore(link, openFile(folder));
        await store.add([figures(10)]);
        for (const field of [DAY, "2026-06-02", "no day", "__proto__"]) {
          await redis.ask("hset", "anonymous-chat:statistics", field, garbage);
        }
        await store.refresh("");
        assert.deepEqual(store.read("", "9999-12-31").map(({ day }) => day), [DAY]);
        await store.add([figures(10), figures(10, { day: "2026-06-02" })]);
        assert.deepEqual([publishedChats(store), publishedChats(store, "2026-06-02")], [20, 10]);
        await store.close();
      }),
    );
  }
}

for (const [name, open] of STORES) {
  const withStore = (test: (store: StatisticsStore) => void | Promise<void>): () => Promise<void> =>
    inFolder(async (folder) => {
      const store = await open(folder);
      try {
        await test(store);
      } finally {
        await store.close();
      }
    });

  Deno.test(
    `${name} is empty at first`,
    withStore((store) => {
      assert.equal(store.firstDay(), undefined);
      assert.deepEqual(store.read("0000-01-01", "9999-12-31"), []);
    }),
  );

  Deno.test(
    `${name} adds up everything, and keeps the maximum of the peaks`,
    withStore(async (store) => {
      await store.add([
        figures(4, { chatDuration: 700, messages: 10, onlineSum: 9, peakOnline: 9 }),
      ]);
      await store.add([
        figures(6, { chatDuration: 300, messages: 5, onlineSum: 3, peakOnline: 3 }),
      ]);
      assert.deepEqual(store.read(DAY, DAY), [{
        day: DAY,
        published: {
          day: DAY,
          chats: 10,
          chatDuration: 1000,
          messages: 15,
          samples: 2,
          onlineSum: 12,
          peakOnline: 9,
        },
      }]);
    }),
  );

  Deno.test(
    `${name} publishes nothing of a day before its tenth chat`,
    withStore(async (store) => {
      await store.add([figures(MIN_CHATS_PUBLISHED - 1, { messages: 1000 })]);
      assert.deepEqual(store.read(DAY, DAY), [{ day: DAY, published: undefined }]);
      await store.add([figures(1)]);
      assert.equal(publishedChats(store), MIN_CHATS_PUBLISHED);
    }),
  );

  Deno.test(
    `${name} publishes again when ten further chats have ended, and nothing in between`,
    withStore(async (store) => {
      await store.add([figures(12, { messages: 100 })]);
      const [before] = store.read(DAY, DAY);
      await store.add([figures(9, { messages: 500, peakOnline: 70, chatDuration: 5 })]);
      assert.deepEqual(store.read(DAY, DAY), [before]);
      await store.add([figures(1)]);
      assert.equal(publishedChats(store), 22);
      assert.equal(store.read(DAY, DAY)[0]?.published?.messages, 600);
    }),
  );

  Deno.test(
    `${name} publishes a day only when people have been counted on it`,
    withStore(async (store) => {
      await store.add([{ ...emptyDay(DAY), chats: 50 }]);
      assert.equal(publishedChats(store), undefined);
      await store.add([figures(0)]);
      assert.equal(publishedChats(store), 50);
    }),
  );

  Deno.test(
    `${name} reads days in order, with both ends of a range`,
    withStore(async (store) => {
      const days = ["2026-06-03", "2025-12-31", "2026-06-01", "2026-06-02"];
      await store.add(days.map((day) => figures(10, { day })));
      const read = store.read("2025-12-31", "2026-06-02").map(({ day }) => day);
      assert.deepEqual(read, ["2025-12-31", "2026-06-01", "2026-06-02"]);
      assert.equal(store.firstDay(), "2025-12-31");
    }),
  );

  Deno.test(
    `${name} adds to many days in one batch`,
    withStore(async (store) => {
      const days = Array.from({ length: 40 }, (_, index) => {
        return new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
      });
      for (let round = 0; round < 2; round++) {
        await store.add(days.map((day) => figures(10, { day })));
      }
      await store.refresh("2026-01-01");
      assert.deepEqual(days.map((day) => publishedChats(store, day)), days.map(() => 20));
    }),
  );

  Deno.test(
    `${name} changes what is published by at least ten chats or not at all, whatever is added`,
    inFolder(async (folder) => {
      const batches = fc.array(fc.array(fc.nat({ max: 14 }), { maxLength: 3 }), { maxLength: 30 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(batches, async (sizes) => {
          const store = await open(`${folder}/${run++}`);
          let [counted, seen] = [0, 0];
          for (const batch of sizes) {
            await store.add(batch.map((chats) => figures(chats)));
            counted += batch.reduce((sum, chats) => sum + chats, 0);
            const shown = publishedChats(store) ?? 0;
            assert.ok(shown === seen || shown - seen >= MIN_CHATS_PUBLISHED);
            assert.ok(counted - shown < MIN_CHATS_PUBLISHED && shown <= counted);
            seen = shown;
          }
          await store.close();
        }),
        trials({ sample: 40, long: 1_000 }),
      );
    }),
  );
}

Deno.test("MemoryStatisticsStore removes the oldest day when it holds too many", async () => {
  const store = new MemoryStatisticsStore();
  const days = Array.from({ length: MAX_DAYS_IN_MEMORY + 1 }, (_, index) => {
    const day = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);
    return figures(10, { day });
  });
  await store.add(days);
  assert.equal(store.firstDay(), "2026-01-02");
  assert.equal(store.read("2026-01-01", "9999-12-31").length, MAX_DAYS_IN_MEMORY);
});

Deno.test(
  "SqliteStatisticsStore has everything when it is opened again",
  inFolder(async (folder) => {
    const before = openFile(folder);
    await before.add([figures(15)]);
    await before.add([figures(4)]);
    await before.close();
    const after = openFile(folder);
    assert.equal(publishedChats(after), 15);
    await after.add([figures(6)]);
    assert.equal(publishedChats(after), 25);
    await after.close();
  }),
);

Deno.test({
  name: "SqliteStatisticsStore lets only the owner read its files",
  ignore: Deno.build.os === "windows",
  fn: inFolder(async (parent) => {
    const folder = `${parent}/data`;
    const store = openFile(folder);
    await store.add([figures(10)]);
    const mode = async (path: string): Promise<number> => (await Deno.stat(path)).mode! & 0o777;
    assert.equal(await mode(folder), 0o700);
    for (const suffix of ["", "-wal", "-shm"]) {
      assert.equal(await mode(`${folder}/${STATISTICS_FILE}${suffix}`), 0o600, suffix);
    }
    await store.close();
  }),
});

Deno.test(
  "SqliteStatisticsStore loses nothing that was written, and its file is intact, after kill -9",
  inFolder(async (folder) => {
    const written = await writeUntilKilled(folder, 25);
    const warnings: string[] = [];
    const store = openFile(folder, warnings);
    assert.ok(written >= 25);
    assert.ok(publishedChats(store)! >= written * MIN_CHATS_PUBLISHED);
    assert.deepEqual(warnings, []);
    await store.close();
  }),
);

/**
 * Runs a process that writes until it has reported `times` writes, then kills it. Returns the number of reported
 * writes.
 */
async function writeUntilKilled(folder: string, times: number): Promise<number> {
  const script = `
    import { SqliteStatisticsStore } from "${new URL("server/statistics/sqlite_store.ts", root)}";
    const store = SqliteStatisticsStore.open(${JSON.stringify(folder)}, console);
    const figures = ${JSON.stringify(figures(MIN_CHATS_PUBLISHED))};
    while (true) {
      await store.add([figures]);
      Deno.stdout.writeSync(new Uint8Array(1));
    }`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--ext=ts", script],
    cwd: root,
    stdout: "piped",
  });
  const child = command.spawn();
  let written = 0;
  for await (const bytes of child.stdout) {
    if (written < times && written + bytes.length >= times) child.kill("SIGKILL");
    written += bytes.length;
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return written;
}

const BREAKAGES: [what: string, damage: (path: string) => void][] = [
  [
    "is no database",
    (path) => Deno.writeTextFileSync(path, "These are not the figures.".repeat(99)),
  ],
  ["was cut short", (path) => Deno.truncateSync(path, 5000)],
  ["has a page of garbage", (path) => {
    using file = Deno.openSync(path, { write: true });
    file.seekSync(4096, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(4096).fill(0xaa));
  }],
];

for (const [what, damage] of BREAKAGES) {
  Deno.test(
    `SqliteStatisticsStore moves a file that ${what} aside, reports it and begins a new one`,
    inFolder(async (folder) => {
      const path = `${folder}/${STATISTICS_FILE}`;
      for (const number of [1, 2]) {
        const before = openFile(folder);
        await before.add([figures(10)]);
        await before.close();
        damage(path);
        const broken = Deno.readFileSync(path);
        const warnings: string[] = [];
        const store = openFile(folder, warnings);
        assert.equal(store.firstDay(), undefined);
        await store.add([figures(11)]);
        assert.equal(publishedChats(store), 11);
        await store.close();
        assert.deepEqual(Deno.readFileSync(`${path}.broken-${number}`), broken);
        assert.match(warnings.join(), /renamed/);
      }
    }),
  );
}

Deno.test(
  "SqliteStatisticsStore refuses a file of a newer version and leaves it unchanged",
  inFolder((folder) => {
    const path = `${folder}/${STATISTICS_FILE}`;
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 7");
    newer.close();
    const before = Deno.readFileSync(path);
    assert.throws(() => openFile(folder), /version 7 was created by a newer server/);
    assert.deepEqual(Deno.readFileSync(path), before);
  }),
);

Deno.test(
  "SqliteStatisticsStore counts together with another process that has the same file open",
  inFolder(async (folder) => {
    const [one, other] = [openFile(folder), openFile(folder)];
    await one.add([figures(6)]);
    await other.add([figures(6)]);
    assert.equal(publishedChats(other), 12);
    await one.refresh(DAY);
    assert.equal(publishedChats(one), 12);
    await one.close();
    await other.close();
  }),
);

Deno.test(
  "SqliteStatisticsStore refuses to write while another process locks the file, still reads, and recovers",
  inFolder(async (folder) => {
    const store = openFile(folder);
    await store.add([figures(10)]);
    const other = new DatabaseSync(`${folder}/${STATISTICS_FILE}`);
    other.exec("BEGIN IMMEDIATE");
    await assert.rejects(() => store.add([figures(10)]), /locked/);
    assert.equal(publishedChats(store), 10);
    other.exec("ROLLBACK");
    other.close();
    await store.add([figures(10)]);
    assert.equal(publishedChats(store), 20);
    await store.close();
  }),
);

Deno.test(
  "SqliteStatisticsStore writes all of a batch or nothing",
  inFolder(async (folder) => {
    const store = openFile(folder);
    const impossible = figures(10, { day: "2026-06-02", messages: 0.5 });
    await assert.rejects(() => store.add([figures(10), impossible]));
    assert.equal(store.firstDay(), undefined);
    await store.add([figures(10)]);
    assert.equal(publishedChats(store), 10);
    await store.close();
  }),
);

/** Runs `test` with `stores` stores on one database. */
function onOneKv(
  stores: number,
  test: (stores: KvStatisticsStore[], kv: Deno.Kv) => Promise<void>,
): () => Promise<void> {
  return inFolder(async (folder) => {
    const open = (): Promise<Deno.Kv> => Deno.openKv(`${folder}/kv`);
    const kv = await open();
    const opened: KvStatisticsStore[] = [];
    for (let store = 0; store < stores; store++) {
      opened.push(await KvStatisticsStore.open(await open()));
    }
    await test(opened, kv);
    for (const store of opened) await store.close();
    kv.close();
  });
}

/** The counts of a day as another server would read them. */
async function counted(kv: Deno.Kv, day = DAY): Promise<DayCounts | undefined> {
  const { key, value } = await kv.get(["day", day]);
  return decoded(key, value)?.counted;
}

Deno.test(
  "KvStatisticsStore has everything when it is opened again",
  inFolder(async (folder) => {
    const open = async (): Promise<KvStatisticsStore> =>
      await KvStatisticsStore.open(await Deno.openKv(`${folder}/kv`));
    const before = await open();
    await before.add([figures(15), figures(3, { day: "2019-12-31" })]);
    await before.add([figures(4)]);
    await before.close();
    const after = await open();
    assert.equal(publishedChats(after), 15);
    assert.equal(after.firstDay(), "2019-12-31");
    await after.add([figures(6)]);
    assert.equal(publishedChats(after), 25);
    await after.close();
  }),
);

Deno.test(
  "KvStatisticsStore loses nothing when several instances write the same days at the same time",
  onOneKv(3, async (stores, kv) => {
    const rounds = 40;
    const write = async (store: KvStatisticsStore): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const batch = [figures(1, { messages: 3 }), figures(2, { day: "2026-06-02" })];
        while (!await store.add(batch).then(() => true, () => false)); // As `Statistics` does.
      }
    };
    await Promise.all(stores.map(write));
    const all = rounds * stores.length;
    assert.deepEqual(
      await counted(kv),
      figures(all, { messages: 3 * all, samples: all, onlineSum: 2 * all }),
    );
    assert.equal((await counted(kv, "2026-06-02"))?.chats, 2 * all);
    for (const store of stores) {
      await store.refresh(DAY);
      assert.equal(publishedChats(store, "2026-06-02"), 2 * all);
    }
  }),
);

Deno.test(
  "KvStatisticsStore shows what another instance wrote after a refresh, or with its next write",
  onOneKv(2, async ([one, other]) => {
    await one!.add([figures(10)]);
    assert.deepEqual(other!.read(DAY, DAY), []);
    await other!.refresh("2026-06-02");
    assert.deepEqual(other!.read(DAY, DAY), []);
    await other!.refresh(DAY);
    assert.equal(publishedChats(other!), 10);
    await one!.add([figures(10)]);
    await other!.add([figures(1)]);
    assert.equal(publishedChats(other!), 20);
  }),
);

Deno.test(
  "KvStatisticsStore never reveals in two readings of any instance fewer than ten more chats",
  onOneKv(2, async (stores, kv) => {
    const seen = new Set<number>();
    for (let chats = 0; chats < 200; chats++) {
      await stores[chats % 3 % 2]!.add([figures(chats % 4)]);
      if (chats % 7 === 0) await stores[0]!.refresh(DAY);
      for (const store of stores) seen.add(publishedChats(store) ?? 0);
    }
    const steps = [...seen].sort((a, b) => a - b);
    for (const [index, step] of steps.slice(1).entries()) {
      assert.ok(step - steps[index]! >= MIN_CHATS_PUBLISHED, `${steps}`);
    }
    assert.ok((await counted(kv))!.chats - steps.at(-1)! < MIN_CHATS_PUBLISHED);
  }),
);

Deno.test(
  "KvStatisticsStore fails, with nothing written, when others are always faster",
  onOneKv(1, async ([other], kv) => {
    let attempts = 0;
    const get = async (key: Deno.KvKey): Promise<Deno.KvEntryMaybe<unknown>> => {
      const entry = await kv.get(key);
      if (key[0] !== "turn") return entry;
      attempts++;
      await other!.add([figures(0)]);
      return entry;
    };
    const { list, atomic } = { list: kv.list.bind(kv), atomic: kv.atomic.bind(kv) };
    const slow = await KvStatisticsStore.open({ get, list, atomic } as unknown as Deno.Kv);
    await assert.rejects(
      () => slow.add([figures(10)]),
      /too many concurrent writes by other instances/,
    );
    assert.equal(attempts, MAX_ATTEMPTS);
    assert.equal((await counted(kv))?.chats, 0);
  }),
);

for (const [what, garbage] of GARBAGE) {
  Deno.test(
    `KvStatisticsStore begins a day again that holds ${what}, and reads the others`,
    onOneKv(0, async (_, kv) => {
      await kv.set(["day", DAY], new TextEncoder().encode(garbage));
      await kv.set(["day", "2026-06-02"], garbage);
      await kv.set(["day", "no day"], new Uint8Array([0xff, 0xfe]));
      await kv.set(["day", 7n], { counted: figures(10) });
      const store = await KvStatisticsStore.open(kv);
      assert.equal(store.firstDay(), undefined);
      await store.add([figures(10), figures(10, { day: "2026-06-02" })]);
      await store.refresh("");
      assert.deepEqual([publishedChats(store), publishedChats(store, "2026-06-02")], [10, 10]);
    }),
  );
}

Deno.test(
  "KvStatisticsStore rejects a write that could not be committed, and recovers",
  onOneKv(0, async (_, kv) => {
    let isDown = true;
    const commit = (): Promise<never> => Promise.reject(new Error("the network is down"));
    const atomic = (): Deno.AtomicOperation =>
      isDown ? Object.assign(kv.atomic(), { commit }) : kv.atomic();
    const { get, list } = { get: kv.get.bind(kv), list: kv.list.bind(kv) };
    const store = await KvStatisticsStore.open({ get, list, atomic } as unknown as Deno.Kv);
    await assert.rejects(() => store.add([figures(10)]), /the network is down/);
    assert.equal(await counted(kv), undefined);
    isDown = false;
    await store.add([figures(10)]);
    assert.equal(publishedChats(store), 10);
  }),
);
