/** A call of twenty minutes, refreshed as Chromium and Firefox do it, on a fake clock. */

import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../../server/base/clock.ts";
import { NONCE_PERIOD } from "../../../server/turn/nonces.ts";
import { textOf } from "../../../server/turn/stun_attributes.ts";
import { Attribute, valueOf } from "../../../server/turn/stun_message.ts";
import { type PageOptions, TurnPage, TurnRelay } from "../../support/turn_relay.ts";

const DATA = Uint8Array.of(1, 2, 3);
const LENGTH = 20 * MINUTE;

/** How a browser keeps an allocation. All times are in milliseconds after the last request of that kind. */
interface Habits {
  readonly refresh: number;
  /** Chromium sends no lifetime. */
  readonly lifetime?: number;
  readonly permit: number;
  /** Firefox binds no channel. */
  readonly bind?: number;
}

const CHROMIUM: Habits = { refresh: 9 * MINUTE, permit: 4 * MINUTE, bind: 4 * MINUTE };
const FIREFOX: Habits = { refresh: 590 * SECOND, permit: 290 * SECOND, lifetime: 3600 };

/** One side of a call. */
class Caller {
  readonly page: TurnPage;
  readonly #relay: TurnRelay;
  readonly #habits: Habits;
  /** For how long requests are lost before one arrives. The browser repeats them. */
  readonly #lost: number;
  readonly #due = new Map<string, number>();
  staleNonces = 0;
  received = 0;

  constructor(relay: TurnRelay, habits: Habits, lost: number, options: PageOptions) {
    [this.#relay, this.#habits, this.#lost] = [relay, habits, lost];
    this.page = new TurnPage(relay, options);
    assert.equal(this.page.allocate(), 0);
    this.#postpone("refresh", habits.refresh);
    this.#due.set("permit", relay.clock.now());
    if (habits.bind !== undefined) this.#due.set("bind", relay.clock.now());
  }

  /** Sends the requests that are due. */
  tick(partner: TurnPage): void {
    const { refresh, lifetime, permit, bind = 0 } = this.#habits;
    const seconds = lifetime;
    if (this.#isDue("refresh")) this.#send("refresh", refresh, () => this.page.refresh(seconds));
    if (this.#isDue("permit")) this.#send("permit", permit, () => this.page.permit());
    if (this.#isDue("bind")) {
      this.#send("bind", bind, () => this.page.bind(0x4000, partner.port));
    }
  }

  /** Sends data, by a channel if the browser uses them. */
  talk(partner: TurnPage): void {
    if (this.#habits.bind === undefined) this.page.indicate(DATA, partner.port);
    else this.page.channel(DATA, 0x4000);
  }

  listen(): void {
    this.received += this.page.data().length;
  }

  #isDue(kind: string): boolean {
    return (this.#due.get(kind) ?? Infinity) <= this.#relay.clock.now();
  }

  /** Sends a request, and once again with a new nonce. */
  #send(kind: string, period: number, request: () => number | undefined): void {
    let code = request();
    if (code === 438) {
      this.staleNonces++;
      this.page.nonce = textOf(nonceIn(this.page));
      code = request();
    }
    assert.equal(code, 0, kind);
    this.#postpone(kind, period);
  }

  #postpone(kind: string, period: number): void {
    this.#due.set(kind, this.#relay.clock.now() + period + this.#lost);
  }
}

/** The nonce in the last response. */
function nonceIn(page: TurnPage): Uint8Array {
  return valueOf(page.lastResponse(), Attribute.nonce) ?? assert.fail("There is no nonce.");
}

/** Lets two browsers talk, each ten times a second. Returns how much each received, and how much it should have. */
function call(
  browsers: readonly [Habits, Habits],
  { lost = 0, length = LENGTH, relay = new TurnRelay() } = {},
): { relay: TurnRelay; callers: [Caller, Caller]; sent: number } {
  const callers = browsers.map((habits, index) => {
    const side = index === 0 ? 0 : 1;
    return new Caller(relay, habits, lost, { side });
  }) as [Caller, Caller];
  const [a, b] = callers;
  let sent = 0;
  for (let at = 0; at < length; at += 100) {
    a.tick(b.page);
    b.tick(a.page);
    a.talk(b.page);
    b.talk(a.page);
    sent++;
    for (const caller of callers) caller.listen();
    relay.clock.advance(100);
    if (at % SECOND === 0) relay.server.sweep();
  }
  return { relay, callers, sent };
}

const PAIRS = {
  "Chromium with Chromium": [CHROMIUM, CHROMIUM],
  "Firefox with Firefox": [FIREFOX, FIREFOX],
  "Chromium with Firefox": [CHROMIUM, FIREFOX],
} as const;

for (const [names, browsers] of Object.entries(PAIRS)) {
  Deno.test(`TURN call of twenty minutes loses nothing: ${names}`, () => {
    const { relay, callers, sent } = call(browsers);
    for (const caller of callers) assert.equal(caller.received, sent);
    assert.deepEqual([relay.server.calls, relay.admitted], [1, 2]);
    assert.deepEqual(callers.map(({ page }) => page.ends), [0, 0]);
  });

  Deno.test(`TURN call loses nothing while refreshes are lost for 29 seconds: ${names}`, () => {
    const { callers, sent } = call(browsers, { lost: 29 * SECOND });
    for (const caller of callers) assert.equal(caller.received, sent);
  });
}

Deno.test("TURN call survives the end of its credentials, and needs no new nonce for hours", () => {
  const relay = new TurnRelay();
  const untilChange = NONCE_PERIOD - relay.clock.now() % NONCE_PERIOD;
  relay.clock.advance(untilChange - 10 * MINUTE);
  const { callers, sent } = call([CHROMIUM, FIREFOX], { relay });
  for (const caller of callers) {
    assert.deepEqual([caller.received, caller.staleNonces], [sent, 0]);
  }
});

Deno.test("TURN call of nine hours renews its nonces once or twice, and loses nothing", () => {
  const relay = new TurnRelay();
  const [a, b] = [CHROMIUM, FIREFOX].map((habits, index) =>
    new Caller(relay, habits, 0, { side: index === 0 ? 0 : 1 })
  ) as [Caller, Caller];
  let sent = 0;
  for (let at = 0; at < 9 * 60 * MINUTE; at += 5 * SECOND) {
    a.tick(b.page);
    b.tick(a.page);
    a.talk(b.page);
    b.talk(a.page);
    sent++;
    for (const caller of [a, b]) caller.listen();
    relay.clock.advance(5 * SECOND);
    relay.server.sweep();
  }
  for (const { received, staleNonces } of [a, b]) {
    assert.equal(received, sent);
    assert.ok(staleNonces >= 1 && staleNonces <= 2, `${staleNonces}`);
  }
});

Deno.test("TURN call ends, and its addresses are forgotten, when both browsers are gone", () => {
  const { relay, callers } = call([CHROMIUM, FIREFOX], { length: MINUTE });
  relay.clock.advance(11 * MINUTE);
  relay.server.sweep();
  assert.deepEqual([relay.server.calls, relay.admitted], [0, 0]);
  assert.deepEqual(callers.map(({ page }) => page.ends), [1, 1]);
});
