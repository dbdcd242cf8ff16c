/**
 * Three whole pages and the whole session registry, with visitors who keep changing their minds. They start, cancel,
 * stop, report, call and ask each other back at any moment, over connections that deliver each direction late, get cut, fall silent and are
 * resumed. Whatever happens, two pages never disagree about who is talking to whom:
 *
 * - Everything that a page hears in one chat was said by one other page, in one chat of that page.
 * - When everything has arrived, each page is in a chat if and only if its session is, and with the same partner.
 *
 * The sealed channel would only hide who said something, so here each frame names its page and its chat instead.
 */

import assert from "node:assert/strict";
import { FrameKind, RESUME_WINDOW } from "../../../protocol.ts";
import { GRACE } from "../../../client/state/grace.ts";
import { isTalking } from "../../../client/state/state.ts";
import { type Channel, SimulatedPage, SimulatedServer } from "../../support/simulated_pages.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const PAGES = 3;
const STEPS = 60;

/** One chat, as one page sees it. */
class NamedChannel implements Channel {
  static readonly SIZE = 4;
  /** The partner that this page hears: the name of a page and of its chat. */
  partner: string | undefined;
  readonly name: string;
  readonly #frame: Uint8Array<ArrayBuffer>;
  readonly #onFrame: (frame: Uint8Array<ArrayBuffer>) => void;

  constructor(page: number, chat: number, onFrame: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.name = `${page}.${chat}`;
    this.#frame = Uint8Array.of(FrameKind.signal, page, chat >> 8, chat & 255);
    this.#onFrame = onFrame;
    this.resync();
  }

  receive(frame: Uint8Array): void {
    const [, page, high = 0, low = 0] = frame;
    const name = `${page}.${high << 8 | low}`;
    this.partner ??= name;
    assert.equal(name, this.partner, `chat ${this.name} hears two partners`);
  }

  inTurn(task: () => void): void {
    task();
  }

  send(): void {
    this.#onFrame(this.#frame);
  }

  resync(): void {
    this.#onFrame(this.#frame);
  }

  close(): void {}
}

/** A page, its visitor, and its last channel. */
class Visitor {
  readonly page: SimulatedPage;
  channel: NamedChannel | undefined;
  readonly #server: SimulatedServer;
  readonly #roll: () => number;
  #chats = 0;

  constructor(number: number, server: SimulatedServer, roll: () => number) {
    this.#server = server;
    this.#roll = roll;
    this.page = new SimulatedPage(
      server,
      (_, { onFrame }) => this.channel = new NamedChannel(number, this.#chats++, onFrame),
    );
    this.page.wire.open();
  }

  get isTalking(): boolean {
    return isTalking(this.page.state);
  }

  /** Presses a button, once the page takes presses. */
  press(type: "start" | "stop"): void {
    this.page.pass(GRACE);
    this.page.on({ type });
  }

  /** Presses a button that is there. */
  act(): void {
    this.page.pass(GRACE);
    const { screen, rematch } = this.page.state;
    if (rematch !== undefined && this.#roll() < 0.7) {
      return rematch.asks ? undefined : this.page.on({ type: "rematch" });
    }
    if (screen.kind === "home") return this.page.on({ type: "start" });
    if (screen.kind !== "chat") return this.page.on({ type: "stop" });
    const { phase } = screen.chat;
    if (phase.kind === "over") return this.page.on({ type: this.#roll() < 0.5 ? "again" : "home" });
    if (phase.kind === "asking") return this.page.on({ type: "stop" });
    this.#inChat();
  }

  #inChat(): void {
    const { page } = this;
    const choice = this.#roll();
    if (choice < 0.5) return page.on({ type: "stop" });
    if (choice < 0.7) return page.say("something");
    if (choice < 0.8) return page.on({ type: "answer", answer: "want" });
    if (choice < 0.9) return page.on({ type: "answer", answer: "refuse" });
    page.on({ type: "choose-report" });
    page.on({ type: "report", reason: "spam" });
  }

  /** Something happens to the network, or time passes. */
  suffer(): void {
    const { wire } = this.page;
    const choice = this.#roll();
    if (choice < 0.2) return wire.cut();
    if (choice < 0.4) {
      wire.cut();
      return wire.serverNotices();
    }
    if (choice < 0.6) return wire.isCut ? wire.pageNotices() : undefined;
    if (choice < 0.9) return this.return();
    this.wait(choice < 0.97 ? 1_000 : RESUME_WINDOW + 1_000);
  }

  wait(ms: number): void {
    this.#server.clock.advance(ms);
    this.#server.sessions.sweep();
    this.page.pass(ms);
  }

  /** Reconnects successfully if the connection is down. */
  return(): void {
    if (this.page.wire.isCut) this.page.comeBack();
  }

  /** Delivers what is on its way. Returns whether there was anything. */
  deliver(): boolean {
    const { wire } = this.page;
    const { length } = [...wire.up, ...wire.down];
    while (wire.up.length > 0) wire.carry("server");
    while (wire.down.length > 0) wire.carry("page");
    return length > 0;
  }
}

/** Lets the matchmaker work, which is asynchronous. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

async function step(visitor: Visitor, roll: () => number): Promise<void> {
  const { page: { wire } } = visitor;
  const choice = roll();
  if (choice < 0.3) visitor.act();
  else if (choice < 0.55) wire.carry("server");
  else if (choice < 0.85) wire.carry("page");
  else visitor.suffer();
  await settled();
}

/** Brings every connection back, and delivers everything. */
async function calm(visitors: readonly Visitor[]): Promise<void> {
  let isBusy = true;
  for (let round = 0; round < 50 && isBusy; round++) {
    for (const visitor of visitors) visitor.return();
    const delivered = visitors.map((visitor) => visitor.deliver());
    await settled();
    for (const { page } of visitors) page.pass(1_000);
    isBusy = round < 10 || delivered.includes(true);
  }
  assert.equal(isBusy, false, "something is sent endlessly");
}

function assertAgreed(visitors: readonly Visitor[]): void {
  for (const { isTalking, channel, page } of visitors) {
    const session = page.wire.session!;
    assert.equal(
      isTalking,
      session.state === "chatting",
      `${page.state.screen.kind}, ${session.state}`,
    );
    if (!isTalking) continue;
    const partner = visitors.find(({ page }) => page.wire.session?.id === session.partner?.id)!;
    assert.deepEqual(
      [partner.isTalking, partner.channel?.name, partner.channel?.partner],
      [true, channel?.partner, channel?.name],
    );
  }
}

/** Two visitors meet, and one of them leaves, which the other hears only later. */
async function meetAndLeave([a, b]: readonly Visitor[]): Promise<void> {
  for (const presses of [["start"], ["stop", "stop"]] as const) {
    for (const visitor of presses[0] === "start" ? [a!, b!] : [a!]) {
      visitor.deliver();
      for (const type of presses) visitor.press(type);
      await settled();
    }
    for (const visitor of [a!, b!, a!]) {
      visitor.deliver();
      await settled();
    }
  }
}

async function run(seed: number): Promise<void> {
  const roll = seededRandom(seed);
  const server = new SimulatedServer();
  const visitors = Array.from({ length: PAGES }, (_, n) => new Visitor(n, server, roll));
  if (roll() < 0.5) await meetAndLeave(visitors);
  const steps = Math.ceil(roll() * STEPS);
  for (let n = 0; n < steps; n++) await step(visitors[Math.floor(roll() * PAGES)]!, roll);
  await calm(visitors);
  assertAgreed(visitors);
}

Deno.test("Two pages never disagree about who talks to whom, whatever crosses on the way", async () => {
  await seeded(async (seed) => {
    const schedules = repeats({ sample: 2_000, long: 10_000 });
    for (let n = 0; n < schedules; n++) {
      await run(seed + n).catch((cause) => {
        throw new Error(`schedule ${n}`, { cause });
      });
    }
  });
});
