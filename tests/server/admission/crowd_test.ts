/**
 * Up to 500 pages behind one address, for an hour of simulated time. The gate is real, and so is the page's connection
 * with its waiting. A visitor stays for a while, closes the page, and is followed by another.
 */

import assert from "node:assert/strict";
import { CloseCode, type ConnectionRefusal, type ServerMessage } from "../../../protocol.ts";
import { Connection } from "../../../client/net/connection.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { type Address, parseAddress } from "../../../server/admission/address.ts";
import { Gate } from "../../../server/admission/gate.ts";
import { IpRegistry } from "../../../server/admission/ip_registry.ts";
import { HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { CONNECTIONS_PER_ADDRESS, RETRIES } from "../../../server/limits/rate_limits.ts";
import { BROWSER_HANDSHAKE, newAddressRecord } from "../../support/fixtures.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { Simulation } from "../../support/simulation.ts";

const CAMPUS = parseAddress("192.0.2.1")!;

/** How long a visitor stays once connected, on average. */
const STAY = 10 * MINUTE;

/** Delay of one handshake or request. */
const TRIP = 50;

/** A server that stops and starts again, without any sockets. */
class Server {
  readonly sockets = new Set<FakeSocket>();
  readonly refused = { room: 0, blocked: 0 };
  isFull = false;
  readonly #simulation: Simulation;
  readonly #places: number;
  readonly #isShared: boolean;
  #gate: Gate;

  constructor(simulation: Simulation, places: number, isShared = false) {
    this.#simulation = simulation;
    this.#places = places;
    this.#isShared = isShared;
    this.#gate = this.#newGate();
  }

  /** Ends all connections, and forgets everything about addresses. */
  restart(): void {
    this.#gate = this.#newGate();
    for (const socket of [...this.sockets]) socket.drop(CloseCode.goingAway);
  }

  /** Returns what ends the connection, or `undefined` if it is refused. */
  handshake(address: Address = CAMPUS): (() => void) | undefined {
    const decision = this.#gate.evaluate({
      address,
      isSecure: true,
      header: (name) => BROWSER_HANDSHAKE[name],
    });
    if (decision.kind === "permitted") return decision.entry.connect();
    this.refused[decision.code === "blocked" ? "blocked" : "room"]++;
    return undefined;
  }

  refusal(address: Address = CAMPUS): ConnectionRefusal | "none" {
    return this.#gate.refusalFor(address) ?? "none";
  }

  #newGate(): Gate {
    const clock = this.#simulation;
    const rules = { places: this.#places, isShared: this.#isShared };
    const newRecord = (): AddressRecord => newAddressRecord(clock.now(), rules);
    const registry = new IpRegistry({ clock, retention: HOUR, newRecord });
    return new Gate({
      clock,
      registry,
      denials: { deniedFor: () => 0 },
      roomIn: () => this.isFull ? RETRIES.shortest : 0,
    });
  }
}

/** The browser's socket of a page. */
class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  binaryType = "";
  #resumes = false;
  #leave: (() => void) | undefined;
  readonly #server: Server;

  constructor(server: Server, later: Simulation["later"]) {
    this.#server = server;
    later(TRIP, () => this.#open());
  }

  #open(): void {
    this.#leave = this.#server.handshake();
    if (this.#leave === undefined) return this.onclose?.({ code: 1006, reason: "" });
    this.#server.sockets.add(this);
    this.onopen?.();
    this.#receive({ type: "welcome", token: "t", online: 1 });
    if (this.#resumes) this.#receive({ type: "resumed", chatting: false });
  }

  #receive(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  send(data: string): void {
    this.#resumes ||= data.includes('"resume"');
  }

  close(): void {
    this.#server.sockets.delete(this);
    this.#leave?.();
    this.#leave = undefined;
  }

  drop(code: number): void {
    this.close();
    this.onclose?.({ code, reason: "" });
  }
}

/** What happened in an hour. */
interface Outcome {
  /** The longest time that a visitor waited for a place, in milliseconds. */
  longestWait: number;
  /** Time that each visitor waited, in milliseconds. */
  readonly waits: number[];
  /** Time of connection, summed over all visitors, in milliseconds. */
  used: number;
  visits: number;
  readonly refused: Server["refused"];
  readonly codes: Set<string>;
}

/** A place in front of a screen: one visitor after another opens the page, stays and closes it. */
class Seat {
  readonly #simulation: Simulation;
  readonly #server: Server;
  readonly #outcome: Outcome;
  #startedAt = 0;

  constructor(simulation: Simulation, server: Server, outcome: Outcome) {
    this.#simulation = simulation;
    this.#server = server;
    this.#outcome = outcome;
  }

  open(): void {
    const { random } = this.#simulation;
    const now = (): number => this.#simulation.now();
    this.#startedAt = now();
    let isNew = true;
    let isClosed = false;
    let socket: FakeSocket | undefined;
    /** Nothing happens in a page that is closed. */
    const later = (ms: number, task: () => void): () => void =>
      this.#simulation.later(ms, () => isClosed || task());
    const close = (): void => {
      isClosed = true;
      socket?.close();
    };
    new Connection({
      ...{ now, later, random },
      dial: () => {
        socket = new FakeSocket(this.#server, later);
        return socket as unknown as WebSocket;
      },
      onMessage: ({ type }: ServerMessage) => {
        if (type !== "welcome" || !isNew) return;
        isNew = false;
        this.#stay(close);
      },
      onFrame: () => {},
      onDown: () => {},
      askRefusal: () => {
        const answered = Promise.withResolvers<ConnectionRefusal | "none">();
        later(TRIP, () => answered.resolve(this.#server.refusal()));
        return answered.promise;
      },
      onRefused: ({ code }) => void this.#outcome.codes.add(code),
      onFiltered: () => void this.#outcome.codes.add("filtered"),
    });
  }

  #stay(close: () => void): void {
    const { later } = this.#simulation;
    const wait = this.#simulation.now() - this.#startedAt;
    const stay = this.#simulation.duration(STAY);
    this.#outcome.waits.push(wait);
    this.#outcome.longestWait = Math.max(this.#outcome.longestWait, wait);
    this.#outcome.visits++;
    this.#outcome.used += Math.min(stay, HOUR - this.#simulation.now());
    later(stay, () => {
      close();
      later(this.#simulation.duration(10 * SECOND), () => this.open());
    });
  }
}

interface Scenario {
  readonly pages: number;
  readonly seed: number;
  readonly restarts?: boolean;
  readonly places?: number;
  readonly isShared?: boolean;
  readonly whatElse?: (simulation: Simulation, server: Server) => void;
}

/** An hour. All pages open within the first five minutes. */
async function hourOf(scenario: Scenario): Promise<Outcome> {
  const { pages, seed, restarts = false, isShared = false, whatElse } = scenario;
  const simulation = new Simulation(seed);
  const server = new Server(simulation, scenario.places ?? CONNECTIONS_PER_ADDRESS, isShared);
  const outcome: Outcome = {
    ...{ longestWait: 0, waits: [], used: 0, visits: 0, codes: new Set() },
    refused: server.refused,
  };
  for (let n = 0; n < pages; n++) {
    const seat = new Seat(simulation, server, outcome);
    simulation.later(simulation.random() * 5 * MINUTE, () => seat.open());
  }
  whatElse?.(simulation, server);
  if (restarts) simulation.later(20 * MINUTE, () => server.restart());
  await simulation.runUntil(HOUR);
  return outcome;
}

const SIZES = repeats({ sample: 1, long: 2 }) === 1
  ? [1, 80, 200, 500]
  : [1, 2, 10, 19, 20, 21, 40, 80, 150, 199, 200, 201, 250, 300, 350, 400, 450, 500];

for (const restarts of [false, true]) {
  const when = restarts ? "when the server restarts" : "in calm";
  Deno.test(`Crowd of 1 to 500 honest pages behind one address is never blocked, ${when}`, () =>
    seeded(async (seed) => {
      for (const pages of SIZES) {
        const { refused, codes, visits } = await hourOf({ pages, seed, restarts });
        const about = `${pages} pages: ${JSON.stringify(refused)}, ${[...codes]}`;
        assert.equal(refused.blocked, 0, about);
        assert.ok(!codes.has("flooding") && !codes.has("filtered"), about);
        assert.ok(visits >= pages, `${visits} visits, ${about}`);
        if (pages < CONNECTIONS_PER_ADDRESS) assert.equal(refused.room, 0, about);
      }
    }));
}

Deno.test("Crowd of 80 pages with 20 places is not blocked for waiting as told", () =>
  seeded(async (seed) => {
    const { refused, codes } = await hourOf({ pages: 80, places: 20, seed });
    assert.equal(refused.blocked, 0);
    assert.deepEqual([...codes], ["too-many-connections"]);
  }));

Deno.test("Crowd shares its places: all are in use, and every wait is as likely as if places were drawn", () =>
  seeded(async (seed) => {
    const { waits, used } = await hourOf({ pages: 400, seed });
    const share = used / (CONNECTIONS_PER_ADDRESS * HOUR);
    const late = waits.slice(CONNECTIONS_PER_ADDRESS).sort((a, b) => a - b);
    const quantile = (q: number): number => late[Math.floor(q * (late.length - 1))]! / MINUTE;
    const about = `${share} in use, median ${quantile(0.5)} min, 99 % ${quantile(0.99)} min`;
    assert.ok(share > 0.9, about);
    assert.ok(quantile(0.99) < 9 * quantile(0.5), about); // 6.6 times for an exponential distribution.
  }));

Deno.test("Crowd is not blocked when the whole server is full, or drains, for minutes", () =>
  seeded(async (seed) => {
    const whatElse = (simulation: Simulation, server: Server): void => {
      simulation.later(10 * MINUTE, () => void (server.isFull = true));
      simulation.later(30 * MINUTE, () => void (server.isFull = false));
    };
    const { refused, codes } = await hourOf({ pages: 300, seed, restarts: true, whatElse });
    assert.equal(refused.blocked, 0);
    assert.ok(codes.has("full") && !codes.has("flooding"));
  }));

/** Attempts `perSecond` handshakes a second, from the tenth minute on, for ten minutes. */
function flood(
  perSecond: number,
  answers: boolean[],
): (simulation: Simulation, server: Server) => void {
  return (simulation, server) => {
    simulation.later(10 * MINUTE, () => {
      const stop = simulation.every(SECOND / perSecond, () => {
        const leave = server.handshake();
        answers.push(leave !== undefined);
        leave?.();
      });
      simulation.later(10 * MINUTE, stop);
    });
  };
}

Deno.test("Flood from the address of a crowd is cut within two minutes, and the crowd returns after it", () =>
  seeded(async (seed) => {
    for (const pages of [1, 300]) {
      const answers: boolean[] = [];
      const whatElse = flood(50, answers);
      const { refused, visits } = await hourOf({ pages, seed, whatElse });
      assert.ok(refused.blocked > 0.8 * answers.length, `${refused.blocked} of ${answers.length}`);
      assert.ok(answers.filter(Boolean).length < 3_000, "few were let in");
      assert.ok(visits >= pages);
    }
  }));

Deno.test("Flood from a shared address is refused, and blocks nobody there", () =>
  seeded(async (seed) => {
    const answers: boolean[] = [];
    const { refused, codes } = await hourOf({
      ...{ pages: 300, seed, isShared: true, places: 500 },
      whatElse: flood(50, answers),
    });
    assert.equal(refused.blocked, 0);
    assert.ok(!codes.has("flooding"));
    const admitted = answers.filter(Boolean).length / answers.length;
    assert.ok(admitted < 0.25, `${admitted} of the flood was admitted`);
  }));
