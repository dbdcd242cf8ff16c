/**
 * What colluding addresses achieve with their reports, and whether offenders are still blocked. 300 honest people and a
 * group of colluders chat for an hour. Partners are drawn at random. The records of the addresses are real.
 *
 * Honest people report half of the offenders they meet, and one in a hundred of the others. Colluders follow one of
 * several strategies, each in several sessions at the same time.
 */

import assert from "node:assert/strict";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { MAX_CREDIT, MIN_CHAT_TIME } from "../../../server/admission/reputation.ts";
import { HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { DEFAULT_RULES, newAddressRecord } from "../../support/fixtures.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { Simulation } from "../../support/simulation.ts";

const { threshold } = DEFAULT_RULES;

/** Number of honest people. */
const INNOCENT = 300;

/** How many sessions of one colluding address chat at the same time. */
const SESSIONS = 10;

/** Mean duration of a chat between two people who don't leave early. */
const CHAT = 4 * MINUTE;

/** How likely an honest person reports an offender, and somebody else. */
const REPORTS_OFFENDER = 0.5;
const REPORTS_INNOCENT = 0.01;

type Role = "innocent" | "offender" | "colluder";

/** One address. */
class Person {
  readonly record: AddressRecord = newAddressRecord(0, { lifetime: 2 * HOUR });
  readonly role: Role;
  /** After how many chats with innocent people it was blocked first. */
  blockedAfter: number | undefined;
  chats = 0;

  constructor(role: Role) {
    this.role = role;
    this.record.onBlocked({ blocked: () => this.blockedAfter ??= this.chats, denied: () => {} });
  }
}

/** How long a colluder stays in a chat, and whether it reports this partner. */
interface Strategy {
  readonly stay: number;
  readonly reports: (partner: Person, chance: number) => boolean;
}

const STRATEGIES: Record<string, Strategy> = {
  "report everybody immediately": { stay: 5 * SECOND, reports: () => true },
  "report everybody after a chat that counts": { stay: MIN_CHAT_TIME, reports: () => true },
  "report one in five": { stay: MIN_CHAT_TIME, reports: (_, chance) => chance < 0.2 },
  "report one in twenty": { stay: MIN_CHAT_TIME, reports: (_, chance) => chance < 0.05 },
};

/** Reports only people on a list, whom the colluders are somehow able to recognize. */
function targeted(targets: ReadonlySet<Person>): Strategy {
  return { stay: MIN_CHAT_TIME, reports: (partner) => targets.has(partner) };
}

interface Scenario {
  readonly seed: number;
  readonly colluders: number;
  readonly offenders?: number;
  readonly strategy: Strategy | ((innocent: readonly Person[]) => Strategy);
  /** Whether the colluders chat with themselves before. */
  readonly chatsWithItself?: boolean;
}

/** An hour of chats: everybody who is free is paired with somebody at random. */
class Site {
  readonly people: Person[] = [];
  readonly #simulation: Simulation;
  readonly #strategy: Strategy;
  readonly #free: Person[] = [];

  constructor({ seed, colluders, offenders = 0, strategy, chatsWithItself }: Scenario) {
    this.#simulation = new Simulation(seed);
    this.#add(INNOCENT - offenders, "innocent");
    this.#add(offenders, "offender");
    const innocent = [...this.people];
    this.#add(colluders, "colluder");
    this.#strategy = typeof strategy === "function" ? strategy(innocent) : strategy;
    for (const person of this.people) {
      const isColluder = person.role === "colluder";
      if (isColluder && chatsWithItself) person.record.chattedWith(person.record, 0);
      for (let n = 0; n < (isColluder ? SESSIONS : 1); n++) this.#search(person);
    }
  }

  async run(): Promise<this> {
    this.#simulation.every(SECOND, () => this.#pair());
    await this.#simulation.runUntil(HOUR);
    return this;
  }

  /** The share of innocent people that were blocked. */
  get blockedInnocent(): number {
    const all = this.people.filter(({ role }) => role === "innocent");
    return all.filter(({ blockedAfter }) => blockedAfter !== undefined).length / all.length;
  }

  /** The share of offenders that were blocked within so many chats, among those who had as many. */
  blockedOffenders(chats: number): number {
    const within = ({ blockedAfter = Infinity }: Person): boolean => blockedAfter <= chats;
    const offenders = this.people.filter(({ role }) => role === "offender");
    const judged = offenders.filter((one) => one.chats >= chats || within(one));
    return judged.filter(within).length / judged.length;
  }

  #add(count: number, role: Role): void {
    for (let n = 0; n < count; n++) this.people.push(new Person(role));
  }

  #search(person: Person): void {
    this.#free.splice(Math.floor(this.#simulation.random() * (this.#free.length + 1)), 0, person);
  }

  #pair(): void {
    for (let tries = this.#free.length; tries > 1 && this.#free.length > 1; tries--) {
      const [a, b] = [this.#free.shift()!, this.#free.shift()!];
      if (a !== b) this.#chat(a, b);
      else this.#free.push(a, b);
    }
  }

  #chat(a: Person, b: Person): void {
    const { later, duration } = {
      later: this.#simulation.later,
      duration: this.#simulation.duration(CHAT),
    };
    const impatient = [a, b].some(({ role }) => role === "colluder") ? this.#strategy.stay : CHAT;
    const lasts = impatient === CHAT ? duration : impatient;
    later(lasts, () => {
      for (const [one, other] of [[a, b], [b, a]] as const) {
        if (other.role === "innocent") one.chats++;
        if (lasts >= MIN_CHAT_TIME) one.record.chattedWith(other.record, this.#simulation.now());
      }
      this.#judge(a, b);
      this.#judge(b, a);
      for (const person of [a, b]) later(this.#gap(person), () => this.#search(person));
    });
  }

  #judge(by: Person, of: Person): void {
    const chance = this.#simulation.random();
    const likelihood = of.role === "offender" ? REPORTS_OFFENDER : REPORTS_INNOCENT;
    const reports = by.role === "colluder"
      ? of.role !== "colluder" && this.#strategy.reports(of, chance)
      : by.role === "innocent" && chance < likelihood;
    if (reports) of.record.report(by.record, "spam", this.#simulation.now());
  }

  /** A blocked address stays away until its block has ended. */
  #gap({ record }: Person): number {
    return record.blockedFor(this.#simulation.now()) + this.#simulation.random() * 20 * SECOND;
  }
}

/** The mean of a figure over several hours. */
async function mean(seed: number, figure: (seed: number) => Promise<number>): Promise<number> {
  const hours = repeats({ sample: 2, long: 25 });
  let sum = 0;
  for (let n = 0; n < hours; n++) sum += await figure(seed + n);
  return sum / hours;
}

/** The largest share of innocent people that a group may get blocked, at the default threshold. */
const BOUNDS = [[3, 0.01], [10, 0.02], [30, 0.1]] as const;

for (const [colluders, bound] of BOUNDS) {
  Deno.test(`Collusion of ${colluders} addresses gets at most ${bound * 100} % of innocent people blocked in an hour`, () =>
    seeded(async (seed) => {
      for (const [name, strategy] of Object.entries(STRATEGIES)) {
        for (const chatsWithItself of [false, true]) {
          const blocked = await mean(seed, async (seed) => {
            const scenario = { seed, colluders, strategy, chatsWithItself };
            return (await new Site(scenario).run()).blockedInnocent;
          });
          assert.ok(blocked <= bound, `${name}: ${blocked}`);
        }
      }
    }));

  Deno.test(`Collusion of ${colluders} addresses that recognize their victims stays within the bound that is stated`, () =>
    seeded(async (seed) => {
      const most = Math.floor(colluders * MAX_CREDIT / threshold);
      const strategy = (innocent: readonly Person[]): Strategy =>
        targeted(new Set(innocent.slice(0, most + 2)));
      const blocked = await mean(
        seed,
        async (seed) => (await new Site({ seed, colluders, strategy }).run()).blockedInnocent,
      );
      assert.ok(blocked <= bound && blocked <= (most + 0.5) / INNOCENT, `${blocked}`);
    }));
}

Deno.test("Collusion doesn't protect anybody: an offender reported by half of the people is blocked within 10 chats", () =>
  seeded(async (seed) => {
    for (const colluders of [0, 30]) {
      const strategy = STRATEGIES["report everybody after a chat that counts"]!;
      const share = await mean(
        seed,
        async (seed) =>
          (await new Site({ seed, colluders, offenders: 15, strategy }).run()).blockedOffenders(10),
      );
      assert.ok(share > 0.8, `${colluders} colluders: ${share}`);
    }
  }));
