/** Calls whose relay is full, blocked or stopped: both sides learn of it, and may agree to a direct call instead. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  callDeadline,
  type CallEvent,
  type CallWord,
  CONNECTING_TIME,
  isCalling,
} from "../../../client/state/call.ts";
import { BY_RELAY, DIRECT, Side, type SideEvent, SidePair } from "../../support/call_sides.ts";
import { trials } from "../../support/repeats.ts";

const NO_RELAY = { type: "line", line: "no-relay" } as const;
const CONNECTED = { type: "line", line: "connected" } as const;
const BROKEN = { type: "line", line: "broken" } as const;

/** Two sides that connect through a relay. */
function connecting(): SidePair {
  const pair = new SidePair("relay");
  for (const who of [0, 1] as const) pair.act(who, "want");
  pair.settle();
  assert.deepEqual(pair.states, ["connecting relay", "connecting relay"]);
  return pair;
}

/** Two sides that are asked whether to call directly, because the first can't use the relay. */
function asked(): SidePair {
  const pair = connecting();
  pair.act(0, NO_RELAY);
  pair.settle();
  assert.deepEqual(pair.states, ["consenting fallback", "consenting fallback"]);
  return pair;
}

/** One side that connects through a relay. */
function side(): Side {
  return new Side().on("want").route(BY_RELAY).hears("willing");
}

Deno.test("Fallback: both are asked as soon as one side has no relay, and connect directly if both agree", () => {
  const pair = asked();
  pair.act(0, "want");
  pair.settle();
  assert.deepEqual(pair.states, ["offered fallback", "consenting fallback"]);
  pair.act(1, "want");
  pair.settle();
  assert.deepEqual(pair.states, ["connecting fallback", "connecting fallback"]);
  for (const who of [0, 1] as const) pair.act(who, CONNECTED);
  assert.deepEqual(pair.states, ["live fallback", "live fallback"]);
});

Deno.test("Fallback: the direct route has the relay's servers, so that they serve as STUN servers", () => {
  const { call } = side().line("no-relay");
  assert.deepEqual(call, {
    kind: "consenting",
    invited: false,
    route: { servers: BY_RELAY.servers, policy: "all", isFallback: true },
  });
});

Deno.test("Fallback: a relay that doesn't answer is abandoned in time, and the partner is told", () => {
  const blocked = side();
  blocked.now += CONNECTING_TIME - 1;
  assert.equal(blocked.on("tick").call.kind, "connecting");
  blocked.now += 1;
  assert.deepEqual([blocked.on("tick").way, blocked.did], ["fallback", ["no-relay"]]);
});

Deno.test("Fallback: both sides may find out at the same time", () => {
  const pair = connecting();
  for (const who of [0, 1] as const) pair.act(who, NO_RELAY);
  pair.settle();
  assert.deepEqual(pair.states, ["consenting fallback", "consenting fallback"]);
});

Deno.test("Fallback: a relay that stops during a call leads to the question once the call is lost for good", () => {
  const stopped = side().line("connected").line("broken");
  assert.deepEqual(stopped.did, ["tell ice"]);
  stopped.line("no-relay");
  assert.deepEqual([stopped.call.kind, stopped.way], ["live", "relay"], "it may come back");
  stopped.now = callDeadline(stopped.call);
  assert.deepEqual([stopped.on("tick").way, stopped.did], ["fallback", ["no-relay"]]);
  const partner = side().line("connected").line("broken").hears("no-relay");
  assert.equal(partner.way, "fallback");
});

Deno.test("Fallback: a relayed call that works is never downgraded, whatever the browser or the partner says", () => {
  assert.deepEqual(side().line("connected").line("no-relay").way, "relay");
  for (const says of ["no-relay", "direct"] as const) {
    const live = side().line("connected").hears(says);
    assert.deepEqual([live.call.kind, live.did, live.notices], ["none", ["over"], ["call-over"]]);
  }
  const live = side().line("connected").on("retry").on("want");
  assert.deepEqual([live.call.kind, live.way], ["live", "relay"]);
});

Deno.test("Fallback: either may decline, and both continue by text", () => {
  for (const who of [0, 1] as const) {
    const pair = asked();
    pair.act(who === 0 ? 1 : 0, "want");
    pair.settle();
    pair.act(who, "refuse");
    pair.settle();
    assert.deepEqual(pair.states, ["none", "none"]);
    assert.deepEqual(pair.sides[who === 0 ? 1 : 0].notices, ["stranger-declined"]);
  }
  const withdrawn = asked();
  withdrawn.act(0, "want");
  withdrawn.act(0, "refuse");
  withdrawn.settle();
  assert.deepEqual(withdrawn.states, ["none", "none"]);
});

Deno.test("Fallback: a person who refuses direct calls is never asked, and declines automatically", () => {
  for (const finder of [0, 1] as const) {
    const pair = connecting();
    pair.sides[0].direct = false;
    pair.act(finder, NO_RELAY);
    pair.settle();
    assert.deepEqual(pair.states, ["failed", "consenting fallback"]);
    pair.act(1, "want");
    pair.settle();
    assert.deepEqual(pair.states, ["failed", "none"]);
    assert.deepEqual(pair.sides[1].notices, ["stranger-declined"]);
    assert.equal(pair.starts[0], 1, "only the relayed attempt");
  }
  const late = side();
  late.direct = false;
  assert.deepEqual([late.hears("direct").call.kind, late.did], ["failed", ["unwilling"]]);
});

Deno.test("Fallback: the relay can be tried again instead, by both or by one of them", () => {
  const both = asked();
  for (const who of [0, 1] as const) both.act(who, "retry");
  both.settle();
  assert.deepEqual(both.states, ["connecting relay", "connecting relay"]);

  const one = asked();
  one.act(0, "retry");
  one.settle();
  assert.deepEqual(one.states, ["offered relay", "consenting relay"]);
  one.act(1, "want");
  one.settle();
  assert.deepEqual(one.states, ["connecting relay", "connecting relay"]);
});

Deno.test("Fallback: if one would call directly and the other tries the relay, the relay is used", () => {
  for (const late of [false, true]) {
    const pair = asked();
    pair.act(0, "want");
    if (late) pair.settle();
    pair.act(1, "retry");
    pair.settle();
    assert.deepEqual(pair.states, ["connecting relay", "connecting relay"]);
  }
});

Deno.test("Fallback: a direct call that doesn't connect either fails, and is tried again by the relay", () => {
  const pair = asked();
  for (const who of [0, 1] as const) pair.act(who, "want");
  pair.settle();
  for (const one of pair.sides) one.now += CONNECTING_TIME;
  pair.act(0, "tick");
  assert.deepEqual(pair.sides[0].call, { kind: "failed", failure: "no-route", invited: false });
  pair.act(0, "want");
  pair.settle();
  assert.deepEqual(pair.states, ["connecting relay", "connecting relay"]);
});

Deno.test("Fallback: a direct call that broke stays direct, with fresh credentials", () => {
  const direct = side().line("no-relay").on("want").hears("direct").line("connected");
  assert.deepEqual(direct.line("broken").did, ["tell ice"]);
  assert.deepEqual([direct.route(BY_RELAY).did, direct.way], [["refresh-call"], "fallback"]);
});

Deno.test("Fallback: answers that come late change nothing", () => {
  for (const says of ["no-relay", "direct"] as const) {
    for (
      const early of [new Side(), new Side().on("want"), new Side().on("want").route(BY_RELAY)]
    ) {
      const { kind } = early.call;
      assert.deepEqual([early.hears(says).call.kind, early.did], [kind, []]);
    }
    const withoutRelay = new Side().on("want").route(DIRECT).on("want").hears("willing");
    assert.deepEqual([withoutRelay.hears(says).call.kind, withoutRelay.did], ["connecting", []]);
  }
  const agreed = side().line("no-relay").on("want").hears("no-relay");
  assert.deepEqual([agreed.call.kind, agreed.did], ["offered", []]);
});

Deno.test("Fallback: the partner's wish alone starts nothing, nor does the old consent to a relay", () => {
  const waiting = side().line("no-relay").hears("direct");
  assert.deepEqual([waiting.call.kind, waiting.way, waiting.did], ["consenting", "fallback", []]);
  const surprised = side().hears("direct").hears("direct").hears("no-relay");
  assert.deepEqual([surprised.call.kind, surprised.did], ["consenting", []]);
  assert.deepEqual(surprised.hears("willing").did, ["tell ice"]);
});

/** Everything that can happen to a side. */
const EVENTS: SideEvent[] = [
  ...["want", "refuse", "retry", "denied", "resynced", "tick"] as const,
  ...["willing", "unwilling", "over", "unable", "no-relay", "direct"].map((says): CallEvent => ({
    type: "heard",
    says: says as CallWord,
  })),
  ...[CONNECTED, BROKEN, NO_RELAY, { type: "line", line: "failed" } as const],
  ...[BY_RELAY, DIRECT].map((route) => ({ type: "route" as const, route })),
];

Deno.test("Fallback: no direct attempt begins unless this person has agreed to it since the last one ended", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...EVENTS), { size: "max", maxLength: 60 }),
      (happened) => {
        const one = new Side();
        let agreed = false;
        for (const event of happened) {
          const isAsked = one.call.kind === "consenting" && one.call.route.policy === "all";
          if (event === "want" && isAsked) agreed = true;
          one.now += CONNECTING_TIME;
          one.on(event);
          if (isCalling(one.call) && one.call.route.policy === "all") assert.ok(agreed);
          if (!("route" in one.call) || one.call.route.policy === "relay") agreed = false;
        }
      },
    ),
    trials({ sample: 3_000, long: 200_000 }),
  );
});

Deno.test("Fallback: the two never talk past each other, whatever they press and however often connections drop", () => {
  const step = fc.tuple(
    fc.constantFrom<0 | 1>(0, 1),
    fc.constantFrom<SideEvent | "deliver" | "drop" | "late">(
      ...["deliver", "deliver", "drop", "late", "want", "retry"] as const,
      ...[CONNECTED, BROKEN, NO_RELAY],
    ),
  );
  fc.assert(
    fc.property(fc.array(step, { size: "max", maxLength: 40 }), (steps) => {
      const pair = new SidePair("relay");
      for (const [who, what] of steps) {
        if (what === "deliver") pair.deliver(who);
        else if (what === "drop") pair.drop();
        else if (what === "late") {
          pair.sides[who].now += CONNECTING_TIME;
          pair.act(who, "tick");
        } else pair.act(who, what);
      }
      pair.drop();
      pair.settle();
      for (let n = 0; n < 4 && !areTogether(pair); n++) {
        for (const who of [0, 1] as const) {
          if (!isCalling(pair.sides[who].call)) pair.act(who, "want");
          pair.settle();
        }
      }
      assert.ok(areTogether(pair), pair.states.join());
    }),
    trials({ sample: 3_000, long: 200_000 }),
  );
});

/** Whether both are in the call, by the same route. */
function areTogether({ sides }: SidePair): boolean {
  const [one, other] = sides;
  return isCalling(one.call) && isCalling(other.call) && one.way === other.way;
}
