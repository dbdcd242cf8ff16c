/**
 * The statistics in an SQLite file, kept indefinitely.
 *
 * The journal is a write-ahead log with `synchronous = NORMAL`. A committed transaction has reached the operating
 * system, so `kill -9` loses nothing of it and never leaves half of it. Only a power cut may lose the last
 * transactions, and even that leaves an intact file. FULL would not lose those, but it waits for the disk every time,
 * and no message is relayed while this process waits: counting must not slow down chats.
 *
 * For the same reason a lock held by another process is waited for only briefly. What can't be written stays with the
 * caller, who retries. Several processes may count into one file: figures are added inside the database, and counting
 * and publishing are one transaction (`day.ts` explains publishing). Pages read published figures from memory, so they
 * can be read while the file fails. What another process wrote appears with the next `add` or `refresh`.
 *
 * A file that turns out to be corrupt when it is opened is renamed for the operator to examine, never deleted, and a
 * new one is created. A file made by a newer version of this program is not touched: opening it fails.
 *
 * SQLite would continue to write to a file that has been removed or replaced. So its identity is checked before every
 * write, and `add` fails if it has changed. `ReopeningStore` then opens what is there now, or creates it.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { DayCounts, DayRecord } from "./day.ts";
import type { Log } from "../base/log.ts";
import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** File name in the data directory. */
export const STATISTICS_FILE = "statistics.db";

/** How long to wait for a lock of another process, in milliseconds. No message is relayed in the meantime. */
export const MAX_LOCK_WAIT = 50;

/** Suffixes of the files that SQLite keeps next to the database: the log of the latest writes, and its index. */
const LOG_SUFFIXES = ["-wal", "-shm"] as const;

/** Version of the tables below. A change to them needs a new version, and a migration from the old one. */
const SCHEMA_VERSION = 1;

const SCHEMA = ["counted", "published"].map((table) => `
  CREATE TABLE ${table} (
    day TEXT NOT NULL PRIMARY KEY,
    chats INTEGER NOT NULL,
    chat_duration INTEGER NOT NULL, -- Milliseconds.
    messages INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    online_sum INTEGER NOT NULL,
    peak_online INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`).join("") + `PRAGMA user_version = ${SCHEMA_VERSION};`;

/** After every day that can be stored. */
const LAST_DAY = "9999-12-31";

const COUNT = `
  INSERT INTO counted
  VALUES (:day, :chats, :chatDuration, :messages, :samples, :onlineSum, :peakOnline)
  ON CONFLICT (day) DO UPDATE SET
    chats = chats + excluded.chats,
    chat_duration = chat_duration + excluded.chat_duration,
    messages = messages + excluded.messages,
    samples = samples + excluded.samples,
    online_sum = online_sum + excluded.online_sum,
    peak_online = max(peak_online, excluded.peak_online)
`;

const PUBLISH = `
  INSERT OR REPLACE INTO published
  SELECT counted.* FROM counted LEFT JOIN published USING (day)
  WHERE day = ? AND counted.samples > 0
    AND counted.chats - coalesce(published.chats, 0) >= ${MIN_CHATS_PUBLISHED}
`;

const READ = `
  SELECT counted.day, published.chats, published.chat_duration, published.messages,
    published.samples, published.online_sum, published.peak_online
  FROM counted LEFT JOIN published USING (day)
  WHERE day BETWEEN ? AND ?
  ORDER BY day
`;

const KEPT = `
  SELECT counted.*, published.chats AS p_chats, published.chat_duration AS p_chat_duration,
    published.messages AS p_messages, published.samples AS p_samples,
    published.online_sum AS p_online_sum, published.peak_online AS p_peak_online
  FROM counted LEFT JOIN published USING (day)
  WHERE day >= ?
  ORDER BY day
`;

const [KEEP_COUNTED, KEEP_PUBLISHED] = ["counted", "published"].map((table) => `
  INSERT OR REPLACE INTO ${table}
  VALUES (:day, :chats, :chatDuration, :messages, :samples, :onlineSum, :peakOnline)
`) as [string, string];

/** Keeps figures in a file. */
export class SqliteStatisticsStore implements StatisticsStore {
  readonly failure = undefined;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #count: StatementSync;
  readonly #publish: StatementSync;
  readonly #read: StatementSync;
  readonly #published = new PublishedDays();
  /** The identity of the database, and of SQLite's files next to it. */
  readonly #identity: string | undefined;
  readonly #logIdentities: ReadonlyMap<string, string | undefined>;

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
    this.#count = database.prepare(COUNT);
    this.#publish = database.prepare(PUBLISH);
    this.#read = database.prepare(READ);
    this.#load("");
    this.#identity = identityOf(path);
    this.#logIdentities = new Map(
      LOG_SUFFIXES.map((suffix) => [suffix, identityOf(path + suffix)]),
    );
  }

  /** Opens or creates the file in `folder`; throws an error that says why that is impossible. */
  static open(folder: string, log: Log): SqliteStatisticsStore {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, STATISTICS_FILE);
    const database = openIntact(path) ?? recreate(path, log);
    return orClose(database, () => new SqliteStatisticsStore(path, database));
  }

  add(figures: readonly DayCounts[]): Promise<void> {
    const write = (): StoredRow[] =>
      figures.flatMap((one) => {
        this.#count.run({ ...one });
        this.#publish.run(one.day);
        return this.#rows(one.day, one.day);
      });
    return Promise.try(() => {
      this.#checkFile();
      this.#take(transact(this.#database, write));
    });
  }

  /** Reads what other processes have written. */
  refresh(from: string): Promise<void> {
    return Promise.try(() => {
      this.#checkFile();
      this.#load(from);
    });
  }

  read(from: string, to: string): StoredRow[] {
    return this.#published.read(from, to);
  }

  /** The days since `from`, inclusive, as stored. */
  readSince(from: string): DayRecord[] {
    return this.#database.prepare(KEPT).all(from).map(keptDay);
  }

  /** Replaces what is stored of these days: here this file is only a copy of another store. */
  upsert(days: readonly DayRecord[]): void {
    this.#checkFile();
    const [counted, published] = [KEEP_COUNTED, KEEP_PUBLISHED].map((statement) =>
      this.#database.prepare(statement)
    ) as [StatementSync, StatementSync];
    transact(this.#database, () => {
      for (const kept of days) {
        counted.run({ ...kept.counted });
        if (kept.published !== undefined) published.run({ ...kept.published });
      }
    });
  }

  firstDay(): string | undefined {
    return this.#published.firstDay;
  }

  close(): Promise<void> {
    return Promise.try(() => {
      this.#database.close();
      this.#leaveLogs();
    });
  }

  #load(from: string): void {
    this.#take(this.#rows(from, LAST_DAY));
  }

  #rows(from: string, to: string): StoredRow[] {
    return this.#read.all(from, to).map(storedDay);
  }

  #take(rows: readonly StoredRow[]): void {
    for (const row of rows) this.#published.take(row);
  }

  #checkFile(): void {
    if (this.#isInPlace) return;
    throw new Error(`${this.#path} was removed or replaced`);
  }

  get #isInPlace(): boolean {
    return identityOf(this.#path) === this.#identity;
  }

  /**
   * Renames SQLite's files of a database that has been removed or replaced. Otherwise SQLite would apply the latest
   * writes of the previous file to the one that has taken its place.
   */
  #leaveLogs(): void {
    if (this.#isInPlace) return;
    const ours = LOG_SUFFIXES.filter((suffix) => {
      const identity = identityOf(this.#path + suffix);
      return identity !== undefined && identity === this.#logIdentities.get(suffix);
    });
    if (ours.length > 0) moveAside(this.#path, ours);
  }
}

/** The number of a file, which no other file has as long as it exists; `undefined` if the file is missing. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** Opens a file with its tables; `undefined` if it is corrupt. */
function openIntact(path: string): DatabaseSync | undefined {
  createPrivate(path);
  const database = new DatabaseSync(path, { timeout: MAX_LOCK_WAIT });
  const intact = orClose(database, () => isIntact(database) ? prepared(database) : undefined);
  if (intact === undefined) database.close();
  return intact;
}

/** Closes a database if `work` fails: opening is retried, and must not leave open files behind. */
function orClose<T>(database: DatabaseSync, work: () => T): T {
  try {
    return work();
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Creates the file if it is missing. Only the server's user may read it. SQLite gives the files next to it the same
 * permissions. If the file exists but can't be written, this throws an error that says why, unlike SQLite.
 */
function createPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

function isIntact(database: DatabaseSync): boolean {
  try {
    return database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] === "ok";
  } catch (error) {
    if (isCorruption(error)) return false;
    throw error;
  }
}

/** Whether SQLite reports SQLITE_CORRUPT or SQLITE_NOTADB. The low byte of an extended code is the plain one. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error && "errcode" in error)) return false;
  return [11, 26].includes(Number(error.errcode) & 0xff);
}

function prepared(database: DatabaseSync): DatabaseSync {
  transact(database, () => {
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > SCHEMA_VERSION) {
      throw new Error(`schema version ${version} was created by a newer server`);
    }
    if (version === 0) database.exec(SCHEMA);
  });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  return database;
}

function recreate(path: string, log: Log): DatabaseSync {
  const aside = moveAside(path, ["", ...LOG_SUFFIXES]);
  log.warn("The statistics database was corrupt. It was renamed and a new one created.", {
    aside,
  });
  const database = openIntact(path);
  if (database === undefined) throw new Error("the new database is corrupt, too");
  return database;
}

/** Renames the files with these suffixes to an unused name. */
function moveAside(path: string, suffixes: readonly string[]): string {
  let number = 1;
  const isUsed = (): boolean =>
    ["", ...LOG_SUFFIXES].some((suffix) => existsSync(`${path}.broken-${number}${suffix}`));
  while (isUsed()) number++;
  const aside = `${path}.broken-${number}`;
  for (const suffix of suffixes) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** Runs all of `work` or nothing, with no other process in between. */
function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function keptDay(row: Record<string, SQLOutputValue>): DayRecord {
  const day = String(row["day"]);
  const published = row["p_chats"] === null ? undefined : dayFigures(day, row, "p_");
  return { counted: dayFigures(day, row), published };
}

function storedDay(row: Record<string, SQLOutputValue>): StoredRow {
  const day = String(row["day"]);
  return { day, published: row["chats"] === null ? undefined : dayFigures(day, row) };
}

function dayFigures(day: string, row: Record<string, SQLOutputValue>, prefix = ""): DayCounts {
  return {
    day,
    chats: Number(row[`${prefix}chats`]),
    chatDuration: Number(row[`${prefix}chat_duration`]),
    messages: Number(row[`${prefix}messages`]),
    samples: Number(row[`${prefix}samples`]),
    onlineSum: Number(row[`${prefix}online_sum`]),
    peakOnline: Number(row[`${prefix}peak_online`]),
  };
}
