/**
 * Whole pages (reducer, delivery, connection) and a whole session registry, without a browser and without a network.
 * The sockets between them deliver what a test tells them to deliver, and can be cut at any moment.
 *
 *   SimulatedPage ── Wire ──> Link ──> SessionRegistry <── Link <── Wire ── SimulatedPage
 *                     each direction is a queue that the test delivers or drops
 */

import assert from "node:assert/strict";
import { nextDeadline, reduce } from "../../client/state/reducer.ts";
import {
  type Effect,
  type Event,
  initialState,
  isTalking,
  type State,
} from "../../client/state/state.ts";
import { Connection, DIAL_TIME } from "../../client/net/connection.ts";
import { decodeEnvelope, encodeEnvelope } from "../../client/crypto/envelope.ts";
import { ANSWER_TIME, QUICK_ANSWER_TIME, QUIET_TIME } from "../../client/net/liveness.ts";
import type { Role } from "../../protocol.ts";
import { DEFAULT_PREFERENCES } from "../../client/state/preferences.ts";
import { agreementParts, makeOffer } from "../../client/crypto/key_agreement.ts";
import { type ChannelEvents, SealedChannel } from "../../client/crypto/sealed_channel.ts";
import { MemoryBackend } from "../../server/matching/backend.ts";
import type { Link } from "../../server/chat/link.ts";
import { SessionRegistry } from "../../server/chat/session_registry.ts";
import { Matchmaker } from "../../server/matching/matchmaker.ts";
import { ProofOfWorkGate } from "../../server/chat/proof_of_work.ts";
import { Relay } from "../../server/chat/relay.ts";
import type { Session } from "../../server/chat/session.ts";
import type { Outlet } from "../../server/transport.ts";
import { ExternalRoutes } from "../../server/chat/call_routes.ts";
import { TurnCredentials } from "../../server/chat/turn.ts";
import { ENGLISH, newAddressRecord } from "./fixtures.ts";
import { FakeClock } from "./fake_clock.ts";
import { NO_RATES } from "./server.ts";

type Data = string | Uint8Array;

/** A server with only the parts under test. */
export class SimulatedServer {
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
      callRoutes: new ExternalRoutes(new TurnCredentials({ urls: [], secret: "", clock })),
      newToken: () => `token ${++this.#tokens}`,
    });
  }
}

/** A socket: what is on its way to either end, and whether each end knows that it is cut. */
export class Wire {
  readonly up: Data[] = [];
  readonly down: Data[] = [];
  readonly #server: SimulatedServer;
  #link: Link | undefined;
  #isCut = false;
  #closedWith: { code: number; reason: string } | undefined;
  // The part of the WebSocket interface that a page uses.
  binaryType = "arraybuffer";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;

  constructor(server: SimulatedServer) {
    this.#server = server;
  }

  /** The page sends data. */
  send(data: Data): void {
    this.up.push(data);
  }

  /** The page abandons it. The server does not learn that yet. */
  close(): void {
    this.#isCut = true;
  }

  /** The server's session on this socket. */
  get session(): Session | undefined {
    const id = this.#link?.session?.id;
    return id === undefined ? undefined : this.#server.sessions.session(id);
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
    this.#link = this.#server.sessions.enter(outlet, newAddressRecord(this.#server.clock.now()));
    this.onopen?.();
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
      return this.onmessage?.({ data: typeof data === "string" ? data : copy(data) });
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
    if (closing !== undefined) this.onclose?.({ ...closing, wasClean: !this.#isCut });
  }
}

function copy(data: Uint8Array): ArrayBuffer {
  return Uint8Array.from(data).buffer;
}

/** The channel between a page and its partner. */
export interface Channel {
  receive(frame: Uint8Array<ArrayBuffer>): void;
  /** Runs `task` after what arrived before it has been handled. */
  inTurn(task: () => void): void;
  send(kind: number, content: Uint8Array): void;
  resync(): void;
  close(): void;
}

/** Opens the channel of a chat. */
export type OpenChannel = (role: Role, events: ChannelEvents) => Channel;

/** The durations of the connection's deadlines, as opposed to its delays, which are 0. */
export const DEADLINES: readonly number[] = [DIAL_TIME, QUIET_TIME, ANSWER_TIME, QUICK_ANSWER_TIME];

/** A deadline of the connection, in milliseconds of the page's clock. */
interface Deadline {
  readonly due: number;
  readonly task: () => void;
}

/** A page without a browser. It connects the parts as `App` does. */
export class SimulatedPage {
  readonly said: string[] = [];
  readonly #server: SimulatedServer;
  readonly connection: Connection;
  /** Every socket it has had, the latest first. */
  readonly wires: Wire[] = [];
  state: State = initialState({ ...DEFAULT_PREFERENCES, adult: true, sound: false }, ENGLISH);
  now = 1_000_000;
  readonly #openChannel: OpenChannel;
  readonly #deadlines = new Set<Deadline>();
  #channel: Channel | undefined;
  #retry: (() => void) | undefined;

  constructor(
    server: SimulatedServer,
    openChannel: OpenChannel = (role, events) =>
      new SealedChannel(events, makeOffer(agreementParts(role))),
  ) {
    this.#openChannel = openChannel;
    this.#server = server;
    this.connection = new Connection({
      dial: () => {
        this.wires.unshift(new Wire(this.#server));
        return this.wire as unknown as WebSocket;
      },
      random: () => 0,
      now: () => this.now,
      later: (ms, task) => {
        if (DEADLINES.includes(ms)) return this.#setDeadline({ due: this.now + ms, task });
        this.#retry = task;
        return () => this.#retry = undefined;
      },
      onMessage: (message) => this.#inTurn({ type: "server", message }),
      onFrame: (frame) => this.#channel?.receive(frame),
      onDown: (mayResume) => this.#inTurn({ type: "down", mayResume }),
      askRefusal: () => Promise.resolve(undefined),
      onRefused: () => assert.fail(),
      onFiltered: () => assert.fail(),
    });
  }

  on(event: Event): void {
    const { state, effects } = reduce(this.state, event, this.now);
    this.state = state;
    if (!isTalking(state)) this.#closeChannel();
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
    for (const deadline of this.#deadlines) {
      if (deadline.due <= this.now && this.#deadlines.delete(deadline)) deadline.task();
    }
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

  #setDeadline(deadline: Deadline): () => void {
    this.#deadlines.add(deadline);
    return () => this.#deadlines.delete(deadline);
  }

  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #perform(effect: Effect): void {
    if (effect.type === "tell") this.connection.tell(effect.message);
    if (effect.type === "resync") this.#channel?.resync();
    if (effect.type === "say") {
      const { kind, content } = encodeEnvelope(effect.envelope);
      this.#channel?.send(kind, content);
    }
    if (effect.type !== "secure") return;
    this.#channel = this.#openChannel(effect.role, {
      onFrame: (frame) => this.connection.send(frame),
      onSecured: (pictures, suite) => this.on({ type: "secured", pictures, suite }),
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
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
