/** The page's connection against a real server. Only the delays and the random numbers are controlled by a test. */

import assert from "node:assert/strict";
import {
  Connection,
  DIAL_TIME,
  FILTERED_ATTEMPTS,
  FIRST_DELAY,
  MAX_DELAY,
  MAX_DELAY_RESUMING,
  MOVE_SPREAD,
  OLD_DIAL,
  RESTART_DELAY,
  RESTART_SPREAD,
  SERVER_DELAY_JITTER,
} from "../../../client/net/connection.ts";
import { ANSWER_TIME, QUICK_ANSWER_TIME, QUIET_TIME } from "../../../client/net/liveness.ts";
import {
  type ClientMessage,
  CloseCode,
  type ConnectionRefusal,
  GOING_AWAY_REASON,
  IDLE_REASON,
  type ServerMessage,
  SUBPROTOCOL,
  SUITES,
  TOO_FAST_REASON,
} from "../../../protocol.ts";
import { MAX_IDLE } from "../../../server/chat/session_registry.ts";
import { UnreliableProxy } from "../../support/unreliable_proxy.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { DEADLINES } from "../../support/simulated_pages.ts";
import { ClosingProxy } from "../../support/closing_proxy.ts";
import { TestServer } from "../../support/server.ts";
import { waitUntil } from "../../support/wait_until.ts";

type Happening =
  | ServerMessage["type"]
  | ConnectionRefusal["code"]
  | "frame"
  | "down"
  | "filtered";

/** The random number. No delay is equal to a deadline. */
const SHARE = 0.4;

/** A connection, its events, and the delays it has requested. */
class Line {
  readonly delays: number[] = [];
  /** The server's answer to each resume. */
  readonly resumed: boolean[] = [];
  mayResume: boolean | undefined;
  readonly sockets: WebSocket[] = [];
  readonly frames: Uint8Array[] = [];
  readonly connection: Connection;
  /** The server's answer when the page asks why it was refused. */
  readonly refusal: ConnectionRefusal | "none" | undefined;
  readonly #seen: Happening[] = [];
  #waiting: (() => void) | undefined;
  #retry: (() => void) | undefined;
  #deadline: { readonly ms: number; readonly task: () => void } | undefined;
  /** The connection's clock, in milliseconds. */
  now = 0;

  constructor(port: number, refusal?: ConnectionRefusal | "none") {
    this.refusal = refusal;
    this.connection = new Connection({
      dial: () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, SUBPROTOCOL);
        this.sockets.push(socket);
        return socket;
      },
      random: () => SHARE,
      now: () => this.now,
      later: (ms, task) => {
        if (DEADLINES.includes(ms)) return this.#setDeadline(ms, task);
        this.delays.push(ms);
        this.#retry = task;
        return () => this.#retry = undefined;
      },
      onMessage: (message) => {
        if (message.type === "resumed") this.resumed.push(message.chatting);
        this.#note(message.type);
      },
      onFrame: (frame) => {
        this.frames.push(frame);
        this.#note("frame");
      },
      onDown: (mayResume) => {
        this.mayResume = mayResume;
        this.#note("down");
      },
      askRefusal: () => Promise.resolve(this.refusal),
      onRefused: ({ code }) => this.#note(code),
      onFiltered: () => this.#note("filtered"),
    });
  }

  /** Waits for an event, and forgets those before it. */
  async until(what: Happening): Promise<void> {
    while (!this.#seen.includes(what)) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    this.#seen.splice(0, this.#seen.indexOf(what) + 1);
  }

  /** Whether something has happened since what was waited for. */
  saw(what: Happening): boolean {
    return this.#seen.includes(what);
  }

  /** Ends the delay. */
  retry(): void {
    this.#retry?.();
  }

  /** The deadline that is set, in milliseconds; `undefined` for none. */
  get deadline(): number | undefined {
    return this.#deadline?.ms;
  }

  /** Lets the time of the deadline pass. */
  expire(): void {
    this.#deadline?.task();
  }

  #setDeadline(ms: number, task: () => void): () => void {
    const deadline = this.#deadline = { ms, task };
    return () => {
      if (this.#deadline === deadline) this.#deadline = undefined;
    };
  }

  #note(what: Happening): void {
    this.#seen.push(what);
    this.#waiting?.();
  }
}

const FIND: ClientMessage = { type: "find", mode: "text", interests: [] };

Deno.test("Connection carries messages and frames in both directions", async () => {
  await using server = await TestServer.start();
  const [a, b] = [new Line(server.port), new Line(server.port)];
  await Promise.all([a.until("welcome"), b.until("welcome")]);
  a.connection.tell(FIND);
  b.connection.tell(FIND);
  await Promise.all([a.until("paired"), b.until("paired")]);
  a.connection.send(Uint8Array.of(1, 2, 3));
  await b.until("frame");
  assert.deepEqual(b.frames, [Uint8Array.of(1, 2, 3)]);
});

Deno.test("Connection reconnects automatically, with delays that grow up to a limit and then start over", async () => {
  const server = await TestServer.start();
  const { port } = server;
  const line = new Line(port);
  await line.until("welcome");
  await server[Symbol.asyncDispose]();
  for (let failure = 0; failure < 9; failure++) {
    await line.until("down");
    line.retry();
  }
  await line.until("down");
  const doubled = Array.from({ length: 9 }, (_, n) => RESTART_DELAY * 2 ** n);
  const ceilings = [RESTART_SPREAD, ...doubled.map((delay) => Math.min(delay, MAX_DELAY))];
  assert.deepEqual(line.delays, ceilings.map((ceiling) => ceiling * SHARE));
  await using again = await TestServer.start({ port });
  line.connection.reconnectNow();
  await line.until("welcome");
  again.chat.dismiss();
  await line.until("down");
  assert.equal(line.delays.at(-1), RESTART_SPREAD * SHARE);
  line.retry();
  await line.until("welcome");
  [...again.outlets].at(-1)?.close(CloseCode.internal, "");
  await line.until("down");
  assert.equal(line.delays.at(-1), FIRST_DELAY * SHARE);
});

Deno.test("Connection that is told to hurry during an attempt tries again without delay when it fails", async () => {
  const server = await TestServer.start();
  const { port } = server;
  const line = new Line(port);
  await line.until("welcome");
  await server[Symbol.asyncDispose]();
  await line.until("down");
  line.retry();
  line.connection.reconnectNow();
  const { delays: { length }, sockets } = line;
  await line.until("down");
  assert.deepEqual([line.delays.length, sockets.length], [length, 3]);
  await line.until("down");
  assert.deepEqual([line.delays.length, sockets.length], [length + 1, 3], "it hurries once");
});

Deno.test("Connection that is sent to another node keeps its token, and reconnects soon", async () => {
  await using server = await TestServer.start();
  const [a, b] = [new Line(server.port), new Line(server.port)];
  await Promise.all([a.until("welcome"), b.until("welcome")]);
  for (const { connection } of [a, b]) connection.tell(FIND);
  await Promise.all([a.until("paired"), b.until("paired")]);
  for (const session of [...server.chat.sessions.sessions]) session.handOff();
  await Promise.all([a.until("down"), b.until("down")]);
  assert.deepEqual([a.mayResume, a.delays.at(-1)], [true, MOVE_SPREAD * SHARE]);
  for (const line of [a, b]) line.retry(); // Here, the other node is the same one.
  await Promise.all([a.until("resumed"), b.until("resumed")]);
  assert.deepEqual([a.resumed, b.resumed], [[true], [true]]);
  a.connection.send(Uint8Array.of(1, 2));
  await b.until("frame");
});

Deno.test("Connection that was closed as idle stays closed until it is needed", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const line = new Line(server.port);
  await line.until("welcome");
  clock.advance(MAX_IDLE + 30_000);
  await line.until("down");
  assert.deepEqual(line.delays, []);
  line.connection.tell({ type: "leave" });
  await line.until("welcome");
});

/** Two connections with a chat. */
async function chatting(port: number): Promise<[Line, Line]> {
  const [a, b] = [new Line(port), new Line(port)];
  await Promise.all([a.until("welcome"), b.until("welcome")]);
  for (const { connection } of [a, b]) connection.tell(FIND);
  await Promise.all([a.until("paired"), b.until("paired")]);
  return [a, b];
}

Deno.test("Connection that dropped sends its token first, and what is sent next belongs to the same session", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const [a, b] = await chatting(Number(new URL(proxy.site).port));
  for (let drop = 1; drop <= 3; drop++) {
    proxy.drop();
    await Promise.all([a.until("down"), b.until("down")]);
    assert.deepEqual([a.mayResume, b.mayResume], [true, true]);
    a.connection.send(Uint8Array.of(1, 0)); // Lost, and not sent again later.
    proxy.restore();
    for (const line of [a, b]) {
      line.retry();
      await line.until("resumed");
    }
    a.connection.send(Uint8Array.of(1, drop));
    await b.until("frame");
  }
  assert.deepEqual(b.frames, [Uint8Array.of(1, 1), Uint8Array.of(1, 2), Uint8Array.of(1, 3)]);
  assert.deepEqual([a.resumed, b.resumed], [[true, true, true], [true, true, true]]);
  assert.ok(a.delays.every((delay) => delay <= MAX_DELAY_RESUMING));
});

Deno.test("Connection discards its token when the server reports that the session has ended", async () => {
  const finals: [CloseCode, string][] = [
    [CloseCode.tooSlow, "The client reads too slowly."],
    [CloseCode.replaced, "The session was resumed on another connection."],
    [CloseCode.tooManyConnections, "Too many connections from one address."],
    [CloseCode.goingAway, GOING_AWAY_REASON],
    [CloseCode.goingAway, IDLE_REASON],
  ];
  for (const [code, reason] of finals) {
    await using server = await TestServer.start();
    const [a, b] = await chatting(server.port);
    const [session] = server.chat.sessions.sessions;
    session!.close(code, reason);
    await a.until("down");
    assert.equal(a.mayResume, false, reason);
    await b.until("partner-left");
    if (reason === IDLE_REASON) a.connection.reconnectNow();
    else a.retry();
    await a.until("welcome");
    assert.deepEqual(a.resumed, [], reason);
  }
});

Deno.test("Connection learns from the server that a session has ended because it broke a rule, whatever the close code", async () => {
  await using server = await TestServer.start();
  const [a, b] = await chatting(server.port);
  const [session] = server.chat.sessions.sessions;
  session!.close(CloseCode.policy, TOO_FAST_REASON);
  await Promise.all([a.until("down"), b.until("partner-left")]);
  a.retry();
  await a.until("resumed");
  assert.deepEqual(a.resumed, [false]);
});

/**
 * How a proxy or a cloud provider in front of it closes a connection that it forwards. Each has been observed
 * somewhere.
 */
const FOREIGN_CLOSES: [code: number, reason: string][] = [
  [1001, ""],
  [1001, "Going away"],
  [1001, "CloudFlare WebSocket proxy restarting"],
  [1005, ""],
  [1011, ""],
  [1011, "upstream connect error"],
  [1013, "Try again later"],
  [1014, "Bad gateway"],
];

for (const listener of ["node", "deno"] as const) {
  for (const [code, reason] of FOREIGN_CLOSES) {
    Deno.test(`Connection reconnects after a proxy has closed both ends with ${code} "${reason}" (${listener})`, async () => {
      await using server = await TestServer.start({ listener });
      await using proxy = await ClosingProxy.start(server.socketUrl);
      const [a, b] = await chatting(proxy.port);
      proxy.close(code, reason);
      await Promise.all([a.until("down"), b.until("down")]);
      assert.deepEqual([a.mayResume, b.mayResume], [true, true]);
      await waitUntil(() => server.chat.sessions.disconnected === 2);
      for (const line of [a, b]) {
        line.retry();
        await line.until("resumed");
      }
      a.connection.send(Uint8Array.of(1, 2));
      await b.until("frame");
      assert.deepEqual([a.resumed, b.resumed], [[true], [true]]);
    });
  }

  Deno.test(`Connection that leaves ends its chat, and is not resumed (${listener})`, async () => {
    await using server = await TestServer.start({ listener });
    const [a, b] = await chatting(server.port);
    a.connection.leave();
    await Promise.all([a.until("down"), b.until("partner-left")]);
    assert.equal(a.mayResume, false);
    await waitUntil(() =>
      server.chat.sessions.disconnected === 0 && server.chat.sessions.connected === 1
    );
  });
}

Deno.test("Connection that leaves while it is down has ended, and sends no token when the page is shown again", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const [a] = await chatting(Number(new URL(proxy.site).port));
  proxy.drop();
  await a.until("down");
  assert.equal(a.mayResume, true);
  a.connection.leave();
  await a.until("down");
  assert.equal(a.mayResume, false);
  proxy.restore();
  a.retry();
  await a.until("welcome");
  assert.deepEqual(a.resumed, []);
});

/** A connection whose chat was interrupted, and which has just shown its token. */
async function resuming(proxy: UnreliableProxy): Promise<Line> {
  const [line] = await chatting(Number(new URL(proxy.site).port));
  proxy.drop();
  await line.until("down");
  proxy.restore();
  line.retry();
  const socket = line.sockets.at(-1)!;
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  return line;
}

Deno.test("Connection refused for a full server while resuming keeps its token for the next attempt", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const a = await resuming(proxy);
  [...server.outlets].at(-1)!.close(
    CloseCode.tooManyConnections,
    "Too many connections from one address.",
  );
  await a.until("down");
  assert.equal(a.mayResume, true);
  a.retry();
  await a.until("resumed");
  assert.deepEqual(a.resumed, [true]);
});

Deno.test("Connection that is told to reconnect while resuming sends its token again elsewhere", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const a = await resuming(proxy);
  [...server.outlets].at(-1)!.close(CloseCode.goingAway, "");
  await a.until("down");
  assert.deepEqual([a.mayResume, a.delays.at(-1)], [true, MOVE_SPREAD * SHARE]);
  a.retry();
  await a.until("resumed");
  assert.deepEqual(a.resumed, [true]);
});

Deno.test("Connection sends its token only in the first message", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const [a, b] = await chatting(Number(new URL(proxy.site).port));
  proxy.drop();
  await Promise.all([a.until("down"), b.until("down")]);
  proxy.restore();
  a.retry();
  await a.until("resumed");
  const { pathname, search } = new URL(a.sockets.at(-1)!.url);
  assert.deepEqual([pathname, search, server.entries], ["/ws", "", []]);
});

Deno.test("Connection whose handshake is refused requests the reason, and retries no sooner than allowed", async () => {
  await using server = await TestServer.start({ args: ["--deny=127.0.0.1"] });
  const line = new Line(server.port, { code: "denied", seconds: 60 });
  await line.until("down");
  await line.until("denied");
  assert.equal(line.delays.at(-1), 60_000 + SERVER_DELAY_JITTER * SHARE);
  const delays = line.delays.length;
  line.connection.reconnectNow();
  line.connection.tell(FIND);
  assert.equal(line.delays.length, delays);
  line.retry();
  await line.until("denied");
});

Deno.test("Connection of an address that is blocked during a chat waits for as long as it is told", async () => {
  await using server = await TestServer.start();
  const line = new Line(server.port);
  await line.until("welcome");
  const [outlet] = server.outlets;
  outlet!.send(JSON.stringify({ type: "blocked", seconds: 90 }));
  outlet!.close(CloseCode.blocked, "This address is blocked.");
  await line.until("blocked");
  await line.until("down");
  assert.deepEqual(line.delays, [90_000 + SERVER_DELAY_JITTER * SHARE]);
});

/** A connection with a chat, through a proxy. */
async function chattingThrough(proxy: UnreliableProxy): Promise<Line> {
  const [line] = await chatting(Number(new URL(proxy.site).port));
  return line;
}

Deno.test("Connection that has heard nothing for a while asks the server, and any answer will do", async () => {
  await using server = await TestServer.start();
  const line = new Line(server.port);
  await line.until("welcome");
  for (let time = 0; time < 3; time++) {
    assert.equal(line.deadline, QUIET_TIME);
    line.expire();
    assert.equal(line.deadline, ANSWER_TIME);
    await line.until("pong");
  }
  assert.ok(QUIET_TIME + ANSWER_TIME <= 35_000);
});

Deno.test("Connection that has died silently is given up and resumed, and nothing late is heard on it", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const line = await chattingThrough(proxy);
  proxy.stall();
  const [outlet] = server.outlets;
  outlet!.send(JSON.stringify({ type: "partner-left" }));
  line.expire();
  line.expire();
  await line.until("down");
  assert.deepEqual([line.mayResume, line.deadline], [true, undefined]);
  proxy.recover();
  line.retry();
  await line.until("resumed");
  assert.deepEqual([line.resumed, line.saw("partner-left")], [[true], false]);
});

Deno.test("Connection is checked at once when there is a reason for doubt", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const line = await chattingThrough(proxy);
  line.connection.reconnectNow();
  assert.equal(line.deadline, QUICK_ANSWER_TIME);
  await line.until("pong");
  assert.equal(line.deadline, QUIET_TIME);
  proxy.stall("down");
  line.connection.reconnectNow();
  line.expire();
  await line.until("down");
  assert.equal(line.sockets.length, 1);
});

Deno.test("Connection on which nothing depends sends nothing", async () => {
  await using server = await TestServer.start();
  const line = new Line(server.port);
  await line.until("welcome");
  line.connection.need(false);
  assert.equal(line.deadline, undefined);
  line.connection.need(true);
  assert.equal(line.deadline, QUIET_TIME);
});

for (const silent of ["up", "down"] as const) {
  Deno.test(`Connection that is not answered is tried again after a while (${silent})`, async () => {
    await using server = await TestServer.start();
    using proxy = new UnreliableProxy(server.port);
    proxy.stall(silent);
    const line = new Line(Number(new URL(proxy.site).port));
    assert.equal(line.deadline, DIAL_TIME);
    line.expire();
    await line.until("down");
    proxy.recover();
    line.retry();
    await line.until("welcome");
    assert.deepEqual([line.sockets.length, line.deadline], [2, QUIET_TIME]);
  });
}

Deno.test("Connection whose resume is not answered is tried again with the same token", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  const line = await resuming(proxy);
  proxy.stall();
  assert.equal(line.deadline, DIAL_TIME);
  line.expire();
  await line.until("down");
  assert.equal(line.mayResume, true);
  proxy.recover();
  line.retry();
  await line.until("resumed");
  assert.deepEqual(line.resumed, [true]);
});

Deno.test("Connection replaces an attempt that is old when there is a reason for hope, and no other", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  proxy.stall();
  const line = new Line(Number(new URL(proxy.site).port));
  line.now = OLD_DIAL - 1;
  line.connection.reconnectNow();
  assert.equal(line.sockets.length, 1);
  line.now = OLD_DIAL;
  line.connection.reconnectNow();
  await line.until("down");
  assert.equal(line.sockets.length, 2);
  proxy.recover();
  await line.until("welcome");
});

Deno.test("Connection sends nothing before the welcome, because the page is told of that", async () => {
  await using server = await TestServer.start();
  using proxy = new UnreliableProxy(server.port);
  proxy.stall("down");
  const line = new Line(Number(new URL(proxy.site).port));
  line.connection.tell(FIND);
  proxy.recover();
  await line.until("welcome");
  assert.equal(server.chat.matchmaker.searching, 0);
});

Deno.test("Connection suspects a filter when the server answers requests and no connection opens", async () => {
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  gone.close();
  const line = new Line(gone.addr.port, "none");
  for (let attempt = 1; attempt < FILTERED_ATTEMPTS; attempt++) {
    await line.until("down");
    await Promise.resolve(); // The server's answer.
    assert.equal(line.saw("filtered"), false);
    line.retry();
  }
  await line.until("filtered");
});

Deno.test("Connection sends a server nothing that it does not name, and no search without suites", async () => {
  await using server = await ScriptedServer.start();
  const line = new Line(Number(new URL(server.url).port));
  await waitUntil(() => server.lines.length === 1);
  await server.lines[0]!.say({ type: "welcome", token: "old", online: 1 });
  await line.until("welcome");
  assert.equal(line.deadline, undefined);
  line.connection.reconnectNow();
  const find: ClientMessage = { ...FIND, suites: SUITES };
  line.connection.tell({ ...find, search: 7 });
  line.connection.tell({ type: "leave" });
  await server.lines[0]!.settled();
  assert.deepEqual(server.lines[0]!.messages, [{ type: "leave" }]);
  server.lines[0]!.cut();
  await line.until("down");
  line.retry();
  await waitUntil(() => server.lines.length === 2);
  const features = ["search", "ping", "suites", "newer"];
  await server.lines[1]!.say(
    { type: "welcome", token: "new", online: 1, features },
    { type: "resumed", chatting: false },
  );
  await line.until("resumed");
  line.connection.tell({ ...find, search: 8 });
  line.expire();
  await server.lines[1]!.settled();
  assert.deepEqual(server.lines[1]!.heard, ["resume", "find", "ping"]);
  assert.deepEqual(server.lines[1]!.messages.at(1), { ...find, search: 8 });
});
