/**
 * A text file that the operator may change while the program runs.
 *
 *     file ──read──> same at two checks? ──yes──> valid? ──yes──> in force
 *                         └──no──> next check        └──no──> logged once; the previous content stays in force
 *
 * The file is read at every check, so a change needs no signal. A change is applied once two checks in a row have read
 * the same, so that a file is not used while it is being written. An operator who sends a signal doesn't have to wait.
 *
 * A file that can't be used at the start is a mistake of the operator, and the program doesn't start. Later, the
 * previous content stays in force, and the file is reported as failing until it can be used again.
 */

import { SECOND } from "./clock.ts";
import type { Log } from "./log.ts";
import { type ReadResult, readTextFile } from "./text_file.ts";

/** Interval between checks of a file, in milliseconds. A change is applied after two of them. */
export const FILE_CHECK = 5 * SECOND;

/** The content of a file, or why it is invalid. The reason is the rest of a sentence, and repeats no content. */
export type Parsed<T> = { kind: "valid"; value: T } | { kind: "invalid"; reason: string };

/** What a kind of file may contain. */
export interface FileFormat<T> {
  /** What the file is, for messages: "deny file". */
  readonly name: string;
  readonly maxBytes: number;
  readonly parse: (text: string) => Parsed<T> | Promise<Parsed<T>>;
}

export interface WatchedFileOptions<T> extends FileFormat<T> {
  readonly path: string;
  readonly log: Log;
}

/** The file's content in force. */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  #text: string;
  #value: T;
  /** What the last check read, and what was last judged. */
  #seen: ReadResult;
  #judged: ReadResult;
  /** Why the file can't be used now; "" if it can. */
  #problem = "";
  #isChecking = false;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: WatchedFileOptions<T>, text: string, value: T) {
    this.#options = options;
    this.#text = text;
    this.#value = value;
    this.#seen = this.#judged = { kind: "read", text };
  }

  /** Reads the file. If it can't be used, throws an `Error` with a message for the operator. */
  static async open<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
    const found = await examine(options);
    if (found.kind === "invalid") throw new Error(problemOf(options, found.reason));
    return new WatchedFile(options, found.text, found.value);
  }

  get value(): T {
    return this.#value;
  }

  /** Whether the file has changed and can't be used. */
  get isFailing(): boolean {
    return this.#problem !== "";
  }

  /** Reads the file again, and applies a change that the previous check has read, too. Resolves with whether it did. */
  async check(): Promise<boolean> {
    if (this.#isChecking) return false; // A network file system may hang.
    return await this.#enqueue(false);
  }

  /** Reads the file again, and applies a change immediately. Resolves with whether there was one. */
  async reload(): Promise<boolean> {
    return await this.#enqueue(true);
  }

  /** Runs one check after the other, so that an older one can't undo a newer one. */
  #enqueue(isSettled: boolean): Promise<boolean> {
    this.#isChecking = true;
    const check = this.#last.then(() => this.#checkOnce(isSettled));
    this.#last = check;
    return check.finally(() => {
      if (this.#last === check) this.#isChecking = false;
    });
  }

  async #checkOnce(isSettled: boolean): Promise<boolean> {
    const { path, maxBytes } = this.#options;
    const found = await readTextFile(path, maxBytes);
    const isSame = isEqual(found, this.#seen);
    this.#seen = found;
    if (isEqual(found, this.#judged) || !isSame && !isSettled) return false;
    this.#judged = found;
    return await this.#judge(found);
  }

  async #judge(found: ReadResult): Promise<boolean> {
    if (found.kind === "unreadable") return this.#reject(found.reason);
    if (found.text === this.#text) return this.#recover();
    const parsed = await this.#options.parse(found.text);
    if (parsed.kind === "invalid") return this.#reject(parsed.reason);
    this.#problem = "";
    this.#text = found.text;
    this.#value = parsed.value;
    this.#options.log.info(`The ${this.#options.name} has changed: the new content is in force.`);
    return true;
  }

  #reject(reason: string): false {
    const { log, name } = this.#options;
    const problem = problemOf(this.#options, reason);
    if (problem !== this.#problem) {
      log.error(`Cannot use the changed ${name}: the previous content stays in force.`, {
        because: problem,
      });
    }
    this.#problem = problem;
    return false;
  }

  #recover(): false {
    const { log, name } = this.#options;
    if (this.isFailing) log.info(`The ${name} can be used again, and is unchanged.`);
    this.#problem = "";
    return false;
  }
}

/** Reads and parses a file once. */
export async function examine<T>(
  { path, maxBytes, parse }: Pick<WatchedFileOptions<T>, "path" | "maxBytes" | "parse">,
): Promise<{ kind: "valid"; text: string; value: T } | { kind: "invalid"; reason: string }> {
  const found = await readTextFile(path, maxBytes);
  if (found.kind === "unreadable") return { kind: "invalid", reason: found.reason };
  const parsed = await parse(found.text);
  return parsed.kind === "invalid" ? parsed : { ...parsed, text: found.text };
}

function problemOf<T>({ name, path }: WatchedFileOptions<T>, reason: string): string {
  return `Cannot use the ${name} ${path}: ${reason}.`;
}

function isEqual(one: ReadResult, other: ReadResult): boolean {
  if (one.kind === "read") return other.kind === "read" && one.text === other.text;
  return other.kind === "unreadable" && one.reason === other.reason;
}
