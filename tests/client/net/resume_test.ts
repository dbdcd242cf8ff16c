/**
 * Two whole pages (reducer, delivery, sealed channel, connection) and the whole session registry. The sockets between
 * them are cut at random: during the key agreement, between a resume and its answer, with messages on the way in both
 * directions, noticed by both ends at the same time, by one of them, or by neither. Whatever happens, both visitors
 * read what their partner wrote, once and in order, and no message is ever reported as tampered with.
 *
 *   Page ── Wire ──> Link ──> SessionRegistry <── Link <── Wire ── Page
 *            each direction is a queue that the schedule delivers or drops
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { nextDeadline, reduce } from "../../../client/state/reducer.ts";
import {
  type Effect,
  type Event,
  initialState,
  isTalking,
  type State,
} from "../../../client/state/state.ts";
import { Connection } from "../../../client/net/connection.ts";
import { CONFIRM_INTERVAL } from "../../../client/state/delivery.ts";
import { decodeEnvelope, encodeEnvelope } from "../../../client/crypto/envelope.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import { SealedChannel } from "../../../client/crypto/sealed_channel.ts";
import { MemoryBackend } from "../../../server/matching/backend.ts";
import type { Link } from "../../../server/chat/link.ts";
import { SessionRegistry } from "../../../server/chat/session_registry.ts";
import { Matchmaker } from "../../../server/matching/matchmaker.ts";
import { ProofOfWorkGate } from "../../../server/chat/proof_of_work.ts";
import { Relay } from "../../../server/chat/relay.ts";
import type { Outlet } from "../../../server/transport.ts";
import { TurnCredentials } from "../../../server/chat/turn.ts";
import { ENGLISH, newAddressRecord } from "../../support/fixtures.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { NO_RATES } from "../../support/server.ts";
import { trials } from "../../support/repeats.ts";

/** Time limit for anything on a busy computer, in milliseconds. Waiting ends as soon as the outcome is clear. */
const PATIENCE = 60_000;

type Data = string | Uint8Array;

/** A server with only the parts under test. */
class World {
  readonly clock = new FakeClock();
  readonly relay = new Relay(this.clock);
  readonly sessions: SessionRegistry;
  #tokens = 0;

  constructor() {
    const onError = (error: unknown): never => assert.fail(String(error));
    const { clock, relay } = this;
    this.sessions = new SessionRegistry({
      clock,
      relay,
      matchmaker: new Matchmaker({ clock, backend: new MemoryBackend(), onError }),
      statistics: { message: () => {}, chatEnded: () => {} },
      rates: NO_RATES,
      proofOfWork: new ProofOfWorkGate(clock, "off"),
      turn: new TurnCredentials({ urls: [], secret: "", clock, newToken: () => "" }),
      newToken: () => `token ${++this.#tokens}`,
    });
  }
}

/** A socket: what is on its way to either end, and whether each end knows that it is cut. */
class Wire {
  readonly up: Data[] = [];
  readonly down: Data[] = [];
  readonly #world: World;
  #link: Link | undefined;
  #isCut = false;
  #closedWith: { code: number; reason: string } | undefined;
  // The part of the WebSocket interface that a page uses.
  binaryType = "arraybuffer";
  onopen = (): void => {};
  onmessage = (_: { data: string | ArrayBuffer }): void => {};
  onclose = (_: { code: number; reason: string; wasClean: boolean }): void => {};

  constructor(world: World) {
    this.#world = world;
  }

  /** The page sends data. */
  send(data: Data): void {
    this.up.push(data);
  }

  /** Completes the handshake on both sides. */
  open(): void {
    const { down } = this;
    const outlet: Outlet = {
      backlog: 0,
      send: (data) => void down.push(data),
      close: (code, reason) => void (this.#closedWith = { code, reason }),
      pause: () => {},
      resume: () => {},
    };
    this.#link = this.#world.sessions.enter(outlet, newAddressRecord(this.#world.clock.now()));
    this.onopen();
  }

  get isOpen(): boolean {
    return this.#link !== undefined;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Drops everything on the way, and everything that is sent from now on. */
  cut(): void {
    this.#isCut = true;
  }

  /** Delivers the next item to the server or to the page. */
  carry(to: "server" | "page"): void {
    const queue = to === "server" ? this.up : this.down;
    const data = queue.shift();
    if (this.#isCut || data === undefined) return;
    if (to === "page") {
      return this.onmessage({ data: typeof data === "string" ? data : copy(data) });
    }
    if (typeof data === "string") this.#link?.receiveText(data);
    else this.#link?.receiveFrame(data);
  }

  /** The server notices that the socket was cut. */
  serverNotices(): void {
    if (this.#isCut) this.#link?.disconnected();
  }

  /** The page notices the cut, or receives the close. */
  pageNotices(): void {
    const closing = this.#isCut ? { code: 1006, reason: "" } : this.#closedWith;
    if (closing !== undefined) this.onclose({ ...closing, wasClean: !this.#isCut });
  }
}

function copy(data: Uint8Array): ArrayBuffer {
  return Uint8Array.from(data).buffer;
}

/** A page without a browser. It connects the parts as `App` does. */
class Page {
  readonly said: string[] = [];
  readonly #world: World;
  readonly connection: Connection;
  /** Every socket it has had, the latest first. */
  readonly wires: Wire[] = [];
  state: State = initialState({ ...DEFAULT_PREFERENCES, adult: true, sound: false }, ENGLISH);
  now = 1_000_000;
  #channel: SealedChannel | undefined;
  #retry: (() => void) | undefined;

  constructor(world: World) {
    this.#world = world;
    this.connection = new Connection({
      dial: () => {
        this.wires.unshift(new Wire(this.#world));
        return this.wire as unknown as WebSocket;
      },
      random: () => 0,
      later: (_, task) => {
        this.#retry = task;
        return () => this.#retry = undefined;
      },
      onMessage: (message) => this.#inTurn({ type: "server", message }),
      onFrame: (frame) => this.#channel?.receive(frame),
      onDown: (mayResume) => this.#inTurn({ type: "down", mayResume }),
      askRefusal: () => Promise.resolve(undefined),
      onRefused: () => assert.fail(),
    });
  }

  on(event: Event): void {
    const { state, effects } = reduce(this.state, event, this.now);
    this.state = state;
    if (!isTalking(state)) this.#channel = undefined;
    effects.forEach((effect) => this.#perform(effect));
  }

  say(text: string): void {
    this.on({ type: "type", text });
    const before = this.lines.length;
    this.on({ type: "send" });
    if (this.lines.length > before) this.said.push(text);
  }

  /** Lets time pass, and runs everything that is due. */
  pass(ms: number): void {
    this.now += ms;
    const due = nextDeadline(this.state);
    if (due !== undefined && due <= this.now) this.on({ type: "tick" });
  }

  /** Reconnects successfully if the connection is down. */
  comeBack(): void {
    this.wire.pageNotices();
    const retry = this.#retry;
    this.#retry = undefined;
    retry?.();
    if (!this.wire.isOpen) this.wire.open();
  }

  get wire(): Wire {
    return this.wires[0]!;
  }

  get lines(): readonly { from: string; text?: string }[] {
    return this.state.screen.kind === "chat" ? this.state.screen.chat.lines : [];
  }

  get heard(): string[] {
    return this.lines.flatMap(({ from, text }) => from === "stranger" && text ? [text] : []);
  }

  get notices(): string[] {
    const { screen } = this.state;
    if (screen.kind !== "chat") return [screen.kind];
    return screen.chat.lines.flatMap((line) => line.from === "page" ? [line.notice.kind] : []);
  }

  /** Whether anything is still pending. */
  get isBusy(): boolean {
    const { screen } = this.state;
    if (screen.kind !== "chat") return false;
    const { isFlowing, waiting, received, confirmed } = screen.chat.delivery;
    const { up, down } = this.wire;
    const rests = isFlowing && waiting.length === 0 && received === confirmed;
    return !rests || up.length + down.length > 0;
  }

  get undelivered(): number {
    const { screen } = this.state;
    if (screen.kind !== "chat") return -1;
    return screen.chat.lines.filter((line) => line.from === "you" && !line.isDelivered).length;
  }

  #inTurn(event: Event): void {
    if (this.#channel === undefined) this.on(event);
    else this.#channel.inTurn(() => this.on(event));
  }

  #perform(effect: Effect): void {
    if (effect.type === "tell") this.connection.tell(effect.message);
    if (effect.type === "resync") this.#channel?.resync();
    if (effect.type === "say") {
      const { kind, content } = encodeEnvelope(effect.envelope);
      this.#channel?.send(kind, content);
    }
    if (effect.type !== "secure") return;
    this.#channel = new SealedChannel(effect.role, {
      onFrame: (frame) => this.connection.send(frame),
      onSecured: (pictures) => this.on({ type: "secured", pictures }),
      onTampered: () => this.on({ type: "tampered" }),
      onFailed: () => this.on({ type: "not-secured" }),
      onOpened: (kind, content) => {
        const envelope = decodeEnvelope({ kind, content });
        if (envelope !== undefined) this.on({ type: "partner", envelope });
      },
    });
  }
}

/** Waits until WebCrypto and promises have settled. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Two pages that have just been paired and have not yet agreed on keys. */
async function pair(world: World): Promise<[Page, Page]> {
  const pages: [Page, Page] = [new Page(world), new Page(world)];
  for (const page of pages) {
    page.wire.open();
    page.wire.carry("page");
    page.on({ type: "start" });
    page.wire.carry("server");
    await settled();
  }
  for (const { wire } of pages) while (wire.down.length > 0) wire.carry("page");
  assert.ok(pages.every(({ state }) => state.screen.kind === "chat"));
  return pages;
}

/** Delivers everything until both pages know that all has arrived, or until time runs out. */
async function calm(pages: readonly Page[]): Promise<void> {
  const end = performance.now() + PATIENCE;
  do {
    for (const page of pages) {
      const { up, down } = page.wire;
      while (up.length > 0) page.wire.carry("server");
      while (down.length > 0) page.wire.carry("page");
      page.pass(CONFIRM_INTERVAL);
    }
    await settled();
  } while (pages.some(({ isBusy }) => isBusy) && performance.now() < end);
}

const STEPS = {
  say: (page: Page, n: number) => page.say(`${n}`),
  "reach the server": ({ wire }: Page) => wire.carry("server"),
  "reach the page": ({ wire }: Page) => wire.carry("page"),
  cut: ({ wire }: Page) => wire.cut(),
  "cut, and the server notices": ({ wire }: Page) => {
    wire.cut();
    wire.serverNotices();
  },
  "the page notices": ({ wire }: Page) => wire.isCut && wire.pageNotices(),
  "come back": (page: Page) => page.wire.isCut && page.comeBack(),
  "time passes": (page: Page) => page.pass(100),
} satisfies Record<string, (page: Page, n: number) => unknown>;

type Step = [who: 0 | 1, what: keyof typeof STEPS, rest: boolean];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(0, 1),
  fc.oneof(
    { weight: 3, arbitrary: fc.constant("say" as const) },
    {
      weight: 6,
      arbitrary: fc.constantFrom("reach the server" as const, "reach the page" as const),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...Object.keys(STEPS).slice(3) as (keyof typeof STEPS)[],
      ),
    },
  ),
  fc.boolean(),
);

/** Asserts that both have read what their partner wrote, and no other messages. */
function assertSound([a, b]: readonly [Page, Page]): void {
  assert.deepEqual(b.heard, a.said);
  assert.deepEqual(a.heard, b.said);
  assert.deepEqual([a.undelivered, b.undelivered], [0, 0]);
  assert.deepEqual([a.notices, b.notices], [["began"], ["began"]]);
}

Deno.test("Messages are neither lost nor duplicated, however often and wherever connections are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: "max" }), async (steps) => {
      const world = new World();
      const pages = await pair(world);
      for (const [n, [who, what, rest]] of steps.entries()) {
        STEPS[what](pages[who], n);
        if (rest) await settled();
      }
      for (const page of pages) if (page.wire.isCut) page.comeBack();
      await calm(pages);
      assertSound(pages);
      for (const page of pages) page.say("and on it goes");
      await calm(pages);
      assertSound(pages);
      for (const { wires } of pages) wires.forEach((wire) => wire.serverNotices());
      assert.deepEqual([world.sessions.online, world.sessions.disconnected], [2, 0]);
    }),
    trials({ sample: 60, long: 1_000 }),
  );
});
