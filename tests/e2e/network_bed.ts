/**
 * Two pages in a chat, each on a network that behaves badly, and what that costs them.
 *
 *   page ──> UnreliableProxy ──> server <── UnreliableProxy <── page
 *
 * A schedule is random: both visitors write, while each network fails in several ways. Then the networks recover, and
 * every message must be on both pages exactly once, in the order in which it was sent.
 */

import { deepEqual } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { delay } from "../../server/base/timeout.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { type Direction, UnreliableProxy } from "../support/unreliable_proxy.ts";
import type { EngineFixture } from "./site_fixture.ts";
import type { AnyVisitor } from "./visitor.ts";

/** How many messages each visitor sends in a schedule. */
const MESSAGES = 4;
/** How many faults each network has in a schedule. */
const FAULTS = 3;
/** The longest pauses between messages and between faults, in milliseconds. */
const LONGEST = { pause: 700, fault: 1_500, stall: 3_000, delay: 400 } as const;

/** Measured durations, in milliseconds. */
export interface Figures {
  /** From when a page could notice that its connection is dead until it said so. */
  readonly toNotice: number[];
  /** From the recovery of the networks until every message had arrived. */
  readonly toResume: number[];
}

/** Records when the page begins to say that its connection has dropped. */
const RECORDER = `((text) => {
  globalThis.drops = [];
  const look = (changes) => {
    if (changes.some(({ target }) => target.textContent === text)) drops.push(Date.now());
  };
  new MutationObserver(look)
    .observe(document.body, { subtree: true, childList: true, characterData: true });
})(${JSON.stringify(en.words.Dropped)})`;

/** One page and its network. */
class End {
  readonly visitor: AnyVisitor;
  readonly proxy: UnreliableProxy;
  readonly #name: string;
  /** When the page could have noticed something. */
  readonly #hints: number[] = [];
  #sent = 0;

  constructor(visitor: AnyVisitor, proxy: UnreliableProxy, name: string) {
    this.visitor = visitor;
    this.proxy = proxy;
    this.#name = name;
  }

  /** Texts of the messages sent so far, in order. */
  get sent(): string[] {
    return Array.from({ length: this.#sent }, (_, index) => `${this.#name} ${index + 1}`);
  }

  async say(): Promise<void> {
    this.#sent++;
    await this.visitor.say(this.sent.at(-1)!);
  }

  /** Does something that ends the connection in a way that the page can see. */
  breakBy(fault: () => void): void {
    this.#hints.push(Date.now());
    fault();
  }

  /** The network works, and the device says so. */
  async recover(): Promise<void> {
    this.proxy.setDelay(0);
    this.proxy.recover();
    this.proxy.restore();
    this.#hints.push(Date.now());
    await this.visitor.evaluate(`dispatchEvent(new Event("online"))`);
  }

  /** The time from the last hint to each drop that the page has shown since the last call. */
  async toNotice(): Promise<number[]> {
    const drops = await this.visitor.evaluate<number[]>("globalThis.drops.splice(0)");
    const latest = (drop: number): number => this.#hints.findLast((hint) => hint <= drop) ?? drop;
    return drops.map((drop) => drop - latest(drop));
  }

  /** Waits until the page shows `count` messages. */
  async shows(count: number): Promise<void> {
    await this.visitor.until(`document.querySelectorAll("[role=log] .message").length >= ${count}`);
  }

  /** Asserts that the page shows exactly the messages of both, each visitor's in order. */
  async hasOnce(...ends: readonly End[]): Promise<void> {
    const shown = await this.visitor.messages();
    for (const end of ends) {
      deepEqual(shown.filter((text) => text.startsWith(`${end.#name} `)), end.sent, this.#name);
    }
    deepEqual(shown.length, ends.flatMap(({ sent }) => sent).length, this.#name);
  }
}

/** A pair of pages in a chat. */
export class NetworkBed implements Disposable {
  readonly ann: End;
  readonly bob: End;

  private constructor(ann: End, bob: End) {
    this.ann = ann;
    this.bob = bob;
  }

  static async open(fixture: EngineFixture): Promise<NetworkBed> {
    const [one, other] = [portOf(fixture), portOf(fixture)].map((port) =>
      new UnreliableProxy(port)
    );
    const [ann, bob] = await fixture.pair({ site: one!.site }, { site: other!.site });
    for (const visitor of [ann, bob]) await visitor.evaluate(RECORDER);
    return new NetworkBed(new End(ann, one!, "ann"), new End(bob, other!, "bob"));
  }

  get ends(): readonly [End, End] {
    return [this.ann, this.bob];
  }

  /** Runs one random schedule, recovers, and asserts that nothing is lost or duplicated. */
  async run(seed: number): Promise<Figures> {
    const random = seededRandom(seed);
    const parts = this.ends.flatMap((end) => [talk(end, random), fail(end, random)]);
    await Promise.all(parts);
    return await this.recover();
  }

  /** The networks recover, and all that was sent arrives. */
  async recover(): Promise<Figures> {
    const start = performance.now();
    const count = this.ends.flatMap(({ sent }) => sent).length;
    await Promise.all(this.ends.map((end) => end.recover()));
    await Promise.all(this.ends.map((end) => end.shows(count)));
    const toResume = [performance.now() - start];
    for (const end of this.ends) await end.hasOnce(...this.ends);
    return {
      toResume,
      toNotice: (await Promise.all(this.ends.map((end) => end.toNotice()))).flat(),
    };
  }

  [Symbol.dispose](): void {
    for (const { proxy } of this.ends) proxy[Symbol.dispose]();
  }
}

function portOf({ url }: EngineFixture): number {
  return Number(new URL(url).port);
}

async function talk(end: End, random: () => number): Promise<void> {
  const pauses = Array.from({ length: MESSAGES }, () => random() * LONGEST.pause);
  for (const pause of pauses) {
    await delay(pause);
    await end.say();
  }
}

async function fail(end: End, random: () => number): Promise<void> {
  const faults = Array.from({ length: FAULTS }, () => faultOf(random));
  for (const fault of faults) await fault(end);
}

type Fault = (end: End) => Promise<void>;

/** Everything random is drawn now, so that a seed always leads to the same schedule. */
function faultOf(random: () => number): Fault {
  const wait = random() * LONGEST.fault;
  const stall = random() * LONGEST.stall;
  const ms = random() * LONGEST.delay;
  const direction: Direction = random() < 0.5 ? "up" : "down";
  const faults: readonly ((end: End) => void)[] = [
    ({ proxy }) => proxy.stall(),
    ({ proxy }) => proxy.stall(direction),
    ({ proxy }) => proxy.setDelay(ms),
    ({ proxy }) => proxy.setDelay(ms, direction),
    ({ proxy }) => proxy.strand(),
    (end) => end.breakBy(() => end.proxy.drop()),
    (end) => end.breakBy(() => end.proxy.cut()),
    (end) => end.breakBy(() => end.proxy.halfClose(direction)),
  ];
  const start = faults[Math.floor(random() * faults.length)]!;
  return async (end) => {
    await delay(wait);
    start(end);
    await delay(stall);
    end.proxy.recover();
    end.proxy.restore();
  };
}
