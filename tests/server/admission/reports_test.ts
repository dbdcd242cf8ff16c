/** What reports bring about, and what they can't, whoever makes them. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { REPORT_REASONS, type ReportReason } from "../../../protocol.ts";
import {
  type Conduct,
  LEAST_REPORTS_JUDGED,
  MAX_REPORTS,
  REPORT_BLOCK_TIME,
  REPORT_TIME,
} from "../../../server/admission/address_record.ts";
import { HOUR, MINUTE } from "../../../server/base/clock.ts";
import { newConduct, RULES } from "../../support/conduct.ts";
import { trials } from "../../support/repeats.ts";

const { threshold } = RULES;

/** Addresses whose every chat was with somebody else, so that their reports weigh in full. */
function reporters(count: number): Conduct[] {
  return Array.from({ length: count }, () => {
    const conduct = newConduct();
    for (let n = 0; n < 100; n++) conduct.chats();
    return conduct;
  });
}

function isBlocked(conduct: Conduct, now = 0): boolean {
  return conduct.blockedFor(now) > 0;
}

Deno.test("Reports from as many addresses as the threshold block, and from fewer they don't", () => {
  const reported = newConduct();
  const [last, ...others] = reporters(threshold);
  for (const by of others) reported.report(by, "spam", 0);
  assert.equal(isBlocked(reported), false);
  reported.report(last!, "spam", 0);
  assert.deepEqual([reported.blockedFor(0), reported.cause], [REPORT_BLOCK_TIME, "reported"]);
  assert.deepEqual(reported.attempt(MINUTE), {
    kind: "blocked",
    wait: REPORT_BLOCK_TIME - MINUTE,
  });
  assert.equal(reported.attempt(REPORT_BLOCK_TIME).kind, "welcome");
});

Deno.test("Reports that one address repeats count once", () => {
  const reported = newConduct();
  const [by] = reporters(1);
  for (let n = 0; n < 100; n++) reported.report(by!, "underage", n);
  assert.equal(isBlocked(reported, 100), false);
});

Deno.test("Reports of oneself count for nothing", () => {
  const reported = newConduct();
  const others = reporters(threshold - 1);
  for (const by of [...others, reported]) reported.report(by, "other", 0);
  assert.equal(isBlocked(reported), false);
});

Deno.test("Reports end open chats and every other connection of the address, and tell each for how long", () => {
  const reported = newConduct();
  const told: number[] = [];
  const stop = reported.attend({ blocked: () => assert.fail("it had left") });
  reported.attend({ blocked: (wait) => told.push(wait) });
  reported.attend({ blocked: (wait) => told.push(wait) });
  stop();
  for (const by of reporters(threshold)) reported.report(by, "harassment", 0);
  assert.deepEqual(told, [REPORT_BLOCK_TIME, REPORT_BLOCK_TIME]);
});

Deno.test("Reports decay within the hour", () => {
  assert.ok(REPORT_TIME < HOUR);
  const reported = newConduct();
  const [late, ...early] = reporters(threshold);
  for (const by of early) reported.report(by, "spam", 0);
  reported.report(late!, "spam", REPORT_TIME);
  assert.equal(isBlocked(reported, REPORT_TIME), false);
});

Deno.test("Reports from an address that is no longer held count no more", () => {
  const reported = newConduct();
  const [gone, ...others] = reporters(threshold);
  reported.report(gone!, "spam", 0);
  gone!.forget();
  for (const by of others) reported.report(by, "spam", 1);
  assert.equal(isBlocked(reported, 1), false);
});

Deno.test("Reports of an address that reports nearly everybody weigh little", () => {
  const eager = Array.from({ length: threshold }, () => newConduct());
  for (const by of eager) {
    for (let n = 0; n < LEAST_REPORTS_JUDGED; n++) {
      by.chats();
      newConduct().report(by, "spam", 0);
    }
  }
  const reported = newConduct();
  for (const by of eager) reported.report(by, "underage", 0);
  assert.equal(isBlocked(reported), false);
});

Deno.test("Reports that say underage weigh double, so that they make up for one that weighs little", () => {
  const [first, second, eager] = [...reporters(2), newConduct()];
  for (let n = 0; n < LEAST_REPORTS_JUDGED; n++) newConduct().report(eager!, "spam", 0);
  const blocks = (reason: ReportReason): boolean => {
    const reported = newConduct();
    for (const by of [first!, second!]) reported.report(by, reason, 0);
    reported.report(eager!, reason, 0);
    return isBlocked(reported);
  };
  assert.deepEqual([blocks("spam"), blocks("underage")], [false, true]);
});

Deno.test("Reports block for no longer than the address is sure to be held", () => {
  const lifetime = 3_000;
  const reported = newConduct(0, { lifetime });
  for (const by of reporters(threshold)) reported.report(by, "spam", 0);
  assert.equal(reported.blockedFor(0), lifetime);
});

Deno.test("Reports that are remembered of one address are bounded", () => {
  const reported = newConduct(0, { threshold: 100 });
  const [first, ...others] = reporters(MAX_REPORTS + 99);
  reported.report(first!, "spam", 0);
  for (const by of others) reported.report(by, "spam", 0);
  assert.equal(isBlocked(reported), false, "more were counted than are remembered");
});

Deno.test("Reports from fewer addresses than the threshold block nobody, whatever their order and number", () => {
  const action = fc.record({
    by: fc.nat(threshold - 2),
    of: fc.nat(4),
    reason: fc.constantFrom(...REPORT_REASONS),
    after: fc.nat(10 * MINUTE),
    chats: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const few = Array.from({ length: threshold - 1 }, () => newConduct());
      const others = Array.from({ length: 5 }, () => newConduct());
      let now = 0;
      for (const { by, of, reason, after, chats } of actions) {
        now += after;
        for (let n = 0; n < chats; n++) few[by]!.chats();
        others[of]!.report(few[by]!, reason, now);
        assert.equal(others.some((one) => isBlocked(one, now)), false);
      }
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
