/**
 * A soak test of the real program, to which something happens every few seconds: its machine, its operator or the
 * network fails (`faults.ts`).
 *
 *   actors          connect, chat, drop and misbehave, and check what they receive (`actor.ts`)
 *   a steady chat   must survive everything on one pair of connections
 *   another chat    loses a connection before each fault, and must continue afterwards
 *
 * Each fault has its own promise. In addition, no client is ever disconnected without a cause, and no error is
 * unhandled. After each fault, `/healthz` reports "ok", the two chats continue, and two new clients find each other.
 * At the end, when all clients have left, nothing of them remains: no session, address, descriptor or memory. The
 * statistics have counted every chat, and the program exits with code 0.
 */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RESUME_WINDOW } from "../../protocol.ts";
import { SECOND } from "../../server/base/clock.ts";
import { delay } from "../../server/base/timeout.ts";
import { STATISTICS_FILE } from "../../server/statistics/sqlite_store.ts";
import { TempFolder } from "../support/files.ts";
import { residentBytes } from "../support/process_memory.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { waitUntil, within } from "../support/wait_until.ts";
import { Actor } from "./actor.ts";
import type { Fault, Scene } from "./fault.ts";
import { faultSequence } from "./faults.ts";
import { openDescriptors } from "./machine_faults.ts";
import { SoakedProgram, type Surroundings } from "./soaked_program.ts";
import { WitnessChat } from "./witness_chat.ts";

/** The size of a soak test with faults. */
export interface FaultSoakOptions extends Surroundings {
  readonly seconds: number;
  readonly actors: number;
  readonly seed: number;
  /** The faults to choose from. */
  readonly faults: readonly Fault[];
  /** Seconds from the beginning of a fault to the beginning of the next. A long fault delays the next. */
  readonly interval: number;
  /** Called after each fault, with its name and the seconds it took. */
  readonly onFault?: (name: string, seconds: number) => void;
}

/** What happened in all faults of a kind. */
export interface FaultFigures {
  readonly count: number;
  /** The longest time of a message of the steady chat, there and back, in milliseconds. */
  readonly slowestMessage: number;
}

/** A figure before, during and after a test. */
export interface Course {
  readonly before: number;
  readonly peak: number;
  readonly after: number;
}

/** The result. */
export interface FaultSoakReport {
  readonly faults: Readonly<Record<string, FaultFigures>>;
  /** Violated invariants and broken promises, each once. */
  readonly violations: readonly string[];
  readonly chats: number;
  readonly resumes: number;
  readonly frames: number;
  /** Resident memory, in bytes. */
  readonly memory: Course;
  /** JavaScript heap in use, in bytes. */
  readonly heap: Course;
  readonly descriptors: Course;
  readonly exitCode: number;
}

/** How often each actor acts, per second. It stays below the rate limits of a session. */
const ACTS_PER_SECOND = 2;

/** How long after its connection was dropped a client waits at most before it resumes, in milliseconds. */
const LATEST_RESUME = RESUME_WINDOW / 2;

const MEASURE_INTERVAL = SECOND;

/** How long the program may take to forget everybody, in seconds. */
const FORGET_SECONDS = 90;

/** How many more descriptors may be open afterwards, such as those of files that are opened on demand. */
const DESCRIPTOR_ALLOWANCE = 5;

/** How many characters of the log are reported when the program ends too early. */
const LOG_END = 2_000;

/** In place of the exit code of a program that does not end. */
const NO_EXIT = -1;

/** Log lines that must not appear. */
const UNHANDLED = /.*unhandled error.*/gi;

/** Runs a soak test with faults. */
export async function soakWithFaults(options: FaultSoakOptions): Promise<FaultSoakReport> {
  await using folder = new TempFolder();
  await using target = await SoakedProgram.start(folder.path, options);
  const soak = new FaultSoak(target, options);
  try {
    await soak.run();
    return await soak.finish();
  } finally {
    soak.abandon();
  }
}

class FaultSoak {
  readonly #target: SoakedProgram;
  readonly #options: FaultSoakOptions;
  readonly #violations = new Set<string>();
  readonly #figures = new Map<string, FaultFigures>();
  readonly #actors: readonly Actor[];
  readonly #scene: Scene;
  readonly #measured: Measurement[] = [];
  #isOver = false;
  #hasEnded = false;
  #isStopping = false;

  constructor(target: SoakedProgram, options: FaultSoakOptions) {
    const { seed, actors } = options;
    this.#target = target;
    this.#options = options;
    const random = seededRandom(seed);
    this.#actors = Array.from({ length: actors }, (_, id) => {
      return new Actor(id, target.socketUrl, random, (problem) => this.#report(problem));
    });
    this.#scene = { target, random: seededRandom(seed + 1) };
  }

  /** Lets actors act and faults happen. */
  async run(): Promise<void> {
    void this.#target.program.ended.then(() => this.#onEnd());
    const { url, random } = { url: this.#target.socketUrl, random: this.#scene.random };
    this.#measured.push(await this.#measure());
    const steady = await WitnessChat.start(url, random);
    const dropping = await WitnessChat.start(url, random);
    steady.keepTalking((problem) => this.#report(problem));
    const background = [this.#act(), this.#keepMeasuring()];
    await this.#letFaultsHappen(steady, dropping);
    this.#isOver = true;
    await Promise.all(background);
    await Promise.all([steady.end(), dropping.end()]);
    for (const actor of this.#actors) actor.leave();
  }

  /** Ends everything that runs in the background, if something has failed. */
  abandon(): void {
    this.#isOver = true;
    for (const actor of this.#actors) actor.leave();
  }

  /** The program must not end before it is stopped. The end of its log has the reason. */
  #onEnd(): void {
    this.#hasEnded = true;
    if (this.#isStopping) return;
    this.#report(`the program has ended: ${this.#target.program.log.slice(-LOG_END)}`);
  }

  /** Checks what remains, stops the program and reports. */
  async finish(): Promise<FaultSoakReport> {
    const counted = await this.#leftovers();
    const last = await this.#measure().catch(() => undefined);
    if (last !== undefined) this.#measured.push(last);
    this.#isStopping = true;
    const exitCode = await within(this.#target.program.stop()).catch(() => NO_EXIT);
    this.#checkDrops();
    this.#checkLog();
    if (!this.#options.redis) this.#checkStatistics(counted);
    return this.#reportWith(exitCode);
  }

  async #letFaultsHappen(steady: WitnessChat, dropping: WitnessChat): Promise<void> {
    const { seconds, interval, faults } = this.#options;
    const sequence = faultSequence(faults, this.#scene.random);
    const start = performance.now();
    for (let n = 1; n * interval <= seconds; n++) {
      await delay(Math.max(0, start + n * interval * SECOND - performance.now()));
      if (performance.now() - start > seconds * SECOND) return;
      if (this.#hasEnded) return;
      const fault = sequence.next().value;
      steady.takeWorst();
      await this.#letHappen(fault, dropping);
      this.#count(fault, steady.takeWorst());
    }
  }

  async #letHappen(fault: Fault, dropping: WitnessChat): Promise<void> {
    const start = performance.now();
    const attempt = (what: string, work: Promise<unknown>): Promise<void> =>
      work.then(() => {}, (error) => this.#report(`${fault.name}, ${what}: ${messageOf(error)}`));
    dropping.drop();
    const happening = attempt(fault.promise, fault.happen(this.#scene));
    await Promise.race([happening, delay(LATEST_RESUME)]);
    await attempt("a chat is resumed", dropping.resume(this.#scene.random));
    await happening;
    await attempt("it recovers", this.#target.reports("ok"));
    await attempt("new clients find each other", this.#meet());
    this.#options.onFault?.(fault.name, (performance.now() - start) / SECOND);
  }

  async #meet(): Promise<void> {
    const chat = await WitnessChat.start(this.#target.socketUrl, this.#scene.random);
    await chat.talk();
    await chat.end();
  }

  #count({ name }: Fault, slowest: number): void {
    const { count, slowestMessage } = this.#figures.get(name) ?? { count: 0, slowestMessage: 0 };
    const slower = Math.round(Math.max(slowestMessage, slowest));
    this.#figures.set(name, { count: count + 1, slowestMessage: slower });
  }

  async #act(): Promise<void> {
    const random = seededRandom(this.#options.seed + 2);
    const interval = SECOND / ACTS_PER_SECOND / this.#actors.length;
    let due = performance.now();
    while (!this.#isOver) {
      for (; due <= performance.now(); due += interval) {
        this.#actors[Math.floor(random() * this.#actors.length)]?.act();
      }
      await delay(interval);
    }
  }

  async #keepMeasuring(): Promise<void> {
    while (!this.#isOver) {
      await delay(MEASURE_INTERVAL);
      const measured = await this.#measure().catch(() => undefined); // It has ended.
      if (measured !== undefined) this.#measured.push(measured);
    }
  }

  async #measure(): Promise<Measurement> {
    const { pid } = this.#target;
    const heap = await this.#target.metrics().then((all) => all.get("heap_bytes"), () => undefined);
    return {
      memory: await residentBytes(pid),
      heap: heap ?? 0,
      descriptors: openDescriptors(pid),
    };
  }

  /** Waits until the program has forgotten everybody, and returns the number of chats that it has counted. */
  async #leftovers(): Promise<number> {
    const left = ["connected_sessions", "disconnected_sessions", "slow_readers", "addresses_held"];
    let metrics = new Map<string, number>();
    const remaining = (): string[] => {
      const names = left.filter((name) => metrics.get(name) !== 0);
      return names.map((name) => `${metrics.get(name)} ${name}`);
    };
    await waitUntil(async () => {
      metrics = await this.#target.metrics().catch(() => new Map()); // It does not answer.
      return remaining().length === 0;
    }, FORGET_SECONDS).catch(() => this.#report(`left at the end: ${remaining().join()}`));
    await this.#descriptorsReturn();
    return metrics.get("chats_ended_total") ?? 0;
  }

  async #descriptorsReturn(): Promise<void> {
    const most = (this.#measured[0]?.descriptors ?? 0) + DESCRIPTOR_ALLOWANCE;
    await waitUntil(() => openDescriptors(this.#target.pid) <= most, FORGET_SECONDS)
      .catch(() => this.#report(`more than ${most} descriptors are open`));
  }

  #checkDrops(): void {
    const codes = this.#actors.flatMap(({ drops }) => drops);
    const counts = Object.groupBy(codes, (code) => code);
    for (const [code, drops = []] of Object.entries(counts)) {
      this.#report(`${drops.length} clients are disconnected with ${code}, without a cause`);
    }
  }

  #checkLog(): void {
    for (const [line] of this.#target.program.log.matchAll(UNHANDLED)) {
      this.#report(`logged: ${line}`);
    }
  }

  /** A moved data folder may still have its part of the counts. */
  #checkStatistics(counted: number): void {
    const { folder } = this.#target.program;
    const folders = [...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("data"));
    const stored = folders.reduce((sum, { name }) => sum + chatsIn(join(folder, name)), 0);
    if (stored !== counted) this.#report(`${stored} chats are stored, and ${counted} were counted`);
  }

  #reportWith(exitCode: number): FaultSoakReport {
    const sum = (of: (actor: Actor) => number): number =>
      this.#actors.reduce((total, actor) => total + of(actor), 0);
    return {
      faults: Object.fromEntries(this.#figures),
      violations: [...this.#violations],
      chats: sum(({ chats }) => chats) / 2,
      resumes: sum(({ resumes }) => resumes),
      frames: sum(({ received }) => received),
      memory: courseOf(this.#measured.map(({ memory }) => memory)),
      heap: courseOf(this.#measured.map(({ heap }) => heap)),
      descriptors: courseOf(this.#measured.map(({ descriptors }) => descriptors)),
      exitCode,
    };
  }

  #report(problem: string): void {
    this.#violations.add(problem);
  }
}

/** What the program uses at a moment. */
interface Measurement {
  readonly memory: number;
  /** 0 if the program did not answer. */
  readonly heap: number;
  readonly descriptors: number;
}

function courseOf(figures: readonly number[]): Course {
  return { before: figures[0] ?? 0, peak: Math.max(...figures), after: figures.at(-1) ?? 0 };
}

/** The chats that the statistics in a folder have counted. */
function chatsIn(folder: string): number {
  using database = new DatabaseSync(join(folder, STATISTICS_FILE));
  return Number(database.prepare("SELECT sum(chats) AS chats FROM counted").get()?.["chats"] ?? 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
