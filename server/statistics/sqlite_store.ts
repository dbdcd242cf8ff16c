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
 * and publishing are one transaction (`day.ts` explains publishing).
 *
 * A file that turns out to be corrupt when it is opened is renamed for the operator to examine, never deleted, and a
 * new one is created. A file made by a newer version of this program is not touched: opening it fails.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { DayCounts, DayRecord } from "./day.ts";
import type { Log } from "../base/log.ts";
import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import type { StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** File name in the data directory. */
export const STATISTICS_FILE = "statistics.db";

/** How long to wait for a lock of another process, in milliseconds. */
export const MAX_LOCK_WAIT = 200;

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
  readonly #database: DatabaseSync;
  readonly #count: StatementSync;
  readonly #publish: StatementSync;
  readonly #read: StatementSync;
  readonly #firstDay: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#count = database.prepare(COUNT);
    this.#publish = database.prepare(PUBLISH);
    this.#read = database.prepare(READ);
    this.#firstDay = database.prepare("SELECT min(day) AS day FROM counted");
  }

  /** Opens or creates the file in `folder`; throws an error that says why that is impossible. */
  static open(folder: string, log: Log): SqliteStatisticsStore {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, STATISTICS_FILE);
    return new SqliteStatisticsStore(openIntact(path) ?? recreate(path, log));
  }

  add(figures: readonly DayCounts[]): Promise<void> {
    const write = (): void => {
      for (const one of figures) {
        this.#count.run({ ...one });
        this.#publish.run(one.day);
      }
    };
    return Promise.try(() => transact(this.#database, write));
  }

  /** Nothing to do: every read goes to the file. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }

  read(from: string, to: string): StoredRow[] {
    return this.#read.all(from, to).map(storedDay);
  }

  /** The days since `from`, inclusive, as stored. */
  readSince(from: string): DayRecord[] {
    return this.#database.prepare(KEPT).all(from).map(keptDay);
  }

  /** Replaces what is stored of these days: here this file is only a copy of another store. */
  upsert(days: readonly DayRecord[]): void {
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
    const day = this.#firstDay.get()?.["day"];
    return typeof day === "string" ? day : undefined;
  }

  close(): Promise<void> {
    return Promise.try(() => this.#database.close());
  }
}

/** Opens a file with its tables; `undefined` if it is corrupt. */
function openIntact(path: string): DatabaseSync | undefined {
  if (!existsSync(path)) createPrivate(path);
  const database = new DatabaseSync(path, { timeout: MAX_LOCK_WAIT });
  try {
    if (isIntact(database)) return prepared(database);
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return undefined;
}

/** Only the server's user may read the file. SQLite gives the files next to it the same permissions. */
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
  const aside = moveAside(path);
  log.warn("The statistics database was corrupt. It was renamed and a new one created.", {
    aside,
  });
  const database = openIntact(path);
  if (database === undefined) throw new Error("the new database is corrupt, too");
  return database;
}

/** Renames a file, and the files that SQLite keeps next to it, to unused names. */
function moveAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.broken-${number}`)) number++;
  const aside = `${path}.broken-${number}`;
  for (const part of ["", "-wal", "-shm"]) {
    if (existsSync(path + part)) renameSync(path + part, aside + part);
  }
  return aside;
}

/** Runs all of `work` or nothing, with no other process in between. */
function transact(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
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
