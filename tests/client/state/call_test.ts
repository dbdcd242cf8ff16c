import assert from "node:assert/strict";
import fc from "fast-check";
import {
  callDeadline,
  type CallEvent,
  CONNECTING_TIME,
  isCalling,
  NO_CALL,
} from "../../../client/state/call.ts";
import type { CallPolicy } from "../../../protocol.ts";
import { BY_RELAY, DIRECT, Side, SidePair } from "../../support/call_sides.ts";
import { trials } from "../../support/repeats.ts";

Deno.test("Call by relay begins when both want it, without a question", () => {
  const side = new Side().on("want");
  assert.deepEqual([side.call.kind, side.did], ["preparing", ["tell ice"]]);
  side.route(BY_RELAY);
  assert.deepEqual([side.call.kind, side.did], ["offered", ["willing"]]);
  side.hears("willing");
  assert.deepEqual([side.call.kind, side.did], ["connecting", ["start-call"]]);
  side.on({ type: "line", line: "connected" });
  assert.deepEqual([side.call.kind, callDeadline(side.call)], ["live", 0]);
});

Deno.test("Call that this browser can't make is declined with a word for new pages and one for old pages", () => {
  const side = new Side().on("unable");
  assert.deepEqual([side.call, side.did, side.notices], [
    NO_CALL,
    ["unable", "unwilling"],
    ["unable"],
  ]);
  const partner = new Side().on("want").route(BY_RELAY).hears("unable").hears("unwilling");
  assert.deepEqual([partner.call, partner.notices], [NO_CALL, ["stranger-unable"]]);
});

Deno.test("Call that is direct needs consent, whoever requested it", () => {
  const caller = new Side().on("want").route(DIRECT);
  assert.deepEqual([caller.call.kind, caller.did], ["consenting", []]);
  caller.on("want");
  assert.deepEqual([caller.call.kind, caller.did], ["offered", ["willing"]]);
  const asked = new Side().hears("willing").route(DIRECT);
  assert.deepEqual([asked.call.kind, asked.did], ["consenting", []]);
  asked.on("want");
  assert.deepEqual([asked.call.kind, asked.did], ["connecting", ["willing", "start-call"]]);
});

Deno.test("Call that the partner requests needs consent, even by relay", () => {
  const side = new Side().hears("willing");
  assert.deepEqual(side.did, ["tell ice"]);
  side.route(BY_RELAY);
  assert.deepEqual([side.call.kind, side.did], ["consenting", []]);
  side.on("refuse");
  assert.deepEqual([side.call, side.did], [NO_CALL, ["unwilling"]]);
});

Deno.test("Call that would be direct is declined immediately for a person who refuses direct calls", () => {
  for (const side of [new Side().on("want"), new Side().hears("willing")]) {
    side.direct = false;
    side.route(DIRECT);
    assert.deepEqual([side.call, side.did, side.notices], [NO_CALL, ["unwilling"], [
      "direct-refused",
    ]]);
  }
});

Deno.test("Call that is declined leads back to text, with a notice", () => {
  const side = new Side().on("want").route(BY_RELAY).hears("unwilling");
  assert.deepEqual([side.call, side.notices], [NO_CALL, ["stranger-declined"]]);
});

Deno.test("Call ends for both when one of them ends it", () => {
  const connected = (): Side =>
    new Side().on("want").route(BY_RELAY).hears("willing").on({ type: "line", line: "connected" });
  const one = connected().on("refuse");
  assert.deepEqual([one.call, one.did, one.notices], [NO_CALL, ["over"], ["call-over"]]);
  const other = connected().hears("over");
  assert.deepEqual([other.call, other.did, other.notices], [NO_CALL, [], ["call-over"]]);
});

Deno.test("Call that can't connect fails in time, and either side can try again", () => {
  for (const [route, failure] of [[BY_RELAY, "no-relay"], [DIRECT, "no-route"]] as const) {
    const side = new Side().on("want").route(route);
    side.direct = route === DIRECT;
    if (route === DIRECT) side.on("want");
    side.hears("willing");
    assert.equal(callDeadline(side.call), side.now + CONNECTING_TIME);
    side.now += CONNECTING_TIME - 1;
    assert.equal(side.on("tick").call.kind, "connecting");
    side.now += 1;
    side.on("tick");
    assert.deepEqual(side.call, { kind: "failed", failure, invited: false });
    side.hears("willing").on("want");
    assert.deepEqual(side.call, { kind: "preparing", invited: true, mine: true });
  }
});

Deno.test("Call restarts when the partner restarts it", () => {
  const side = new Side().on("want").route(BY_RELAY).hears("willing");
  side.now += 5_000;
  side.hears("willing");
  assert.deepEqual([side.call.kind, side.did], ["connecting", ["willing", "start-call"]]);
  assert.equal(callDeadline(side.call), side.now + CONNECTING_TIME);
});

Deno.test("Call that broke tries to reconnect with fresh credentials, once, for a limited time", () => {
  const side = new Side().on("want").route(BY_RELAY).hears("willing");
  side.on({ type: "line", line: "connected" }).on({ type: "line", line: "broken" });
  assert.deepEqual([side.call.kind, side.did], ["live", ["tell ice"]]);
  assert.deepEqual(side.on({ type: "line", line: "failed" }).did, []);
  assert.deepEqual(side.route(BY_RELAY).did, ["refresh-call"]);
  side.on({ type: "line", line: "connected" });
  assert.equal(callDeadline(side.call), 0);
  side.on({ type: "line", line: "broken" });
  side.now += CONNECTING_TIME;
  assert.deepEqual([side.on("tick").call.kind, side.did], ["consenting", ["no-relay"]]);
});

Deno.test("Call by relay never becomes a direct one", () => {
  const side = new Side().on("want").route(BY_RELAY).hears("willing");
  side.on({ type: "line", line: "connected" }).on({ type: "line", line: "broken" }).route(DIRECT);
  assert.deepEqual(side.did, []);
  assert.ok(isCalling(side.call) && side.call.route.policy === "relay");
});

Deno.test("Call that the server's rate limit refuses reports the reason", () => {
  const side = new Side().on("want").on("denied");
  assert.deepEqual(side.call, { kind: "failed", failure: "too-fast", invited: false });
});

Deno.test("Call never exists before both have agreed, whatever the order of events", () => {
  const events: CallEvent[] = [
    ...(["want", "refuse", "denied", "resynced", "tick"] as const).map((type) => ({ type })),
    ...(["willing", "unwilling", "over"] as const).map((says) => ({
      type: "heard" as const,
      says,
    })),
    ...(["connected", "broken", "failed"] as const).map((line) => ({
      type: "line" as const,
      line,
    })),
    { type: "route", route: DIRECT },
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...events), { size: "max", maxLength: 60 }),
      (happened) => {
        const side = new Side();
        let [agreed, heard] = [false, false];
        for (const event of happened) {
          if (event.type === "want" && side.call.kind === "consenting") agreed = true;
          if (event.type === "heard" && event.says === "willing") heard = true;
          side.on(event);
          if (isCalling(side.call)) assert.ok(agreed && heard);
          if (side.did.includes("start-call")) assert.ok(isCalling(side.call));
          if (side.call.kind === "none") agreed = false;
        }
      },
    ),
    trials({ sample: 2_000, long: 100_000 }),
  );
});

Deno.test("Call that both still want is established, however often connections drop", () => {
  const step = fc.oneof(
    fc.constantFrom("deliver 0", "deliver 1", "want 0", "want 1", "drop"),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<CallPolicy>("relay", "all"),
      fc.array(step, { size: "max", maxLength: 40 }),
      (policy, steps) => {
        const pair = new SidePair(policy);
        for (const one of steps) {
          const who = one.endsWith("1") ? 1 : 0;
          if (one.startsWith("deliver")) pair.deliver(who);
          else if (one === "drop") pair.drop();
          else pair.act(who, "want");
        }
        pair.drop();
        pair.settle();
        for (let n = 0; n < 3; n++) {
          for (const who of [0, 1] as const) {
            pair.act(who, "want");
            pair.settle();
          }
        }
        assert.deepEqual(pair.sides.map(({ call }) => call.kind), ["connecting", "connecting"]);
      },
    ),
    trials({ sample: 2_000, long: 100_000 }),
  );
});
