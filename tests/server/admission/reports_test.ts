/** What reports can and can't achieve, no matter which address makes them. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { REPORT_REASONS, type ReportReason } from "../../../protocol.ts";
import {
  type AddressRecord,
  MAX_REPORTS,
  MIN_REPORTS_FOR_DAMPING,
  REPORT_BLOCK_TIME,
  REPORT_TIME,
} from "../../../server/admission/address_record.ts";
import { HOUR, MINUTE } from "../../../server/base/clock.ts";
import { DEFAULT_RULES, newAddressRecord } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";

const { threshold } = DEFAULT_RULES;

/** Addresses whose chats all had different partners, so that their reports have full weight. */
function reporters(count: number): AddressRecord[] {
  return Array.from({ length: count }, () => {
    const record = newAddressRecord();
    for (let n = 0; n < 100; n++) record.chatStarted();
    return record;
  });
}

function isBlocked(record: AddressRecord, now = 0): boolean {
  return record.blockedFor(now) > 0;
}

Deno.test("Reports from as many addresses as the threshold block, and fewer don't", () => {
  const reported = newAddressRecord();
  const [last, ...others] = reporters(threshold);
  for (const by of others) reported.report(by, "spam", 0);
  assert.equal(isBlocked(reported), false);
  reported.report(last!, "spam", 0);
  assert.deepEqual([reported.blockedFor(0), reported.blockReason], [REPORT_BLOCK_TIME, "reported"]);
  assert.deepEqual(reported.attempt(MINUTE), {
    kind: "blocked",
    wait: REPORT_BLOCK_TIME - MINUTE,
  });
  assert.equal(reported.attempt(REPORT_BLOCK_TIME).kind, "allowed");
});

Deno.test("Reports from one address count once", () => {
  const reported = newAddressRecord();
  const [by] = reporters(1);
  for (let n = 0; n < 100; n++) reported.report(by!, "underage", n);
  assert.equal(isBlocked(reported, 100), false);
});

Deno.test("Reports of the reporter's address are ignored", () => {
  const reported = newAddressRecord();
  const others = reporters(threshold - 1);
  for (const by of [...others, reported]) reported.report(by, "other", 0);
  assert.equal(isBlocked(reported), false);
});

Deno.test("Reports end open chats and all other connections of the address, and state the duration to each", () => {
  const reported = newAddressRecord();
  const told: number[] = [];
  const stop = reported.onBlocked({ blocked: () => assert.fail("it had left"), denied: () => {} });
  reported.onBlocked({ blocked: (wait) => told.push(wait), denied: () => {} });
  reported.onBlocked({ blocked: (wait) => told.push(wait), denied: () => {} });
  stop();
  for (const by of reporters(threshold)) reported.report(by, "harassment", 0);
  assert.deepEqual(told, [REPORT_BLOCK_TIME, REPORT_BLOCK_TIME]);
});

Deno.test("Reports decay within the hour", () => {
  assert.ok(REPORT_TIME < HOUR);
  const reported = newAddressRecord();
  const [late, ...early] = reporters(threshold);
  for (const by of early) reported.report(by, "spam", 0);
  reported.report(late!, "spam", REPORT_TIME);
  assert.equal(isBlocked(reported, REPORT_TIME), false);
});

Deno.test("Reports from an address that is no longer held are no longer counted", () => {
  const reported = newAddressRecord();
  const [gone, ...others] = reporters(threshold);
  reported.report(gone!, "spam", 0);
  gone!.dispose();
  for (const by of others) reported.report(by, "spam", 1);
  assert.equal(isBlocked(reported, 1), false);
});

Deno.test("Reports from an address that reports nearly everybody have little weight", () => {
  const eager = Array.from({ length: threshold }, () => newAddressRecord());
  for (const by of eager) {
    for (let n = 0; n < MIN_REPORTS_FOR_DAMPING; n++) {
      by.chatStarted();
      newAddressRecord().report(by, "spam", 0);
    }
  }
  const reported = newAddressRecord();
  for (const by of eager) reported.report(by, "underage", 0);
  assert.equal(isBlocked(reported), false);
});

Deno.test("Reports of minors have double weight, which makes up for one with little weight", () => {
  const [first, second, eager] = [...reporters(2), newAddressRecord()];
  for (let n = 0; n < MIN_REPORTS_FOR_DAMPING; n++) newAddressRecord().report(eager!, "spam", 0);
  const blocks = (reason: ReportReason): boolean => {
    const reported = newAddressRecord();
    for (const by of [first!, second!]) reported.report(by, reason, 0);
    reported.report(eager!, reason, 0);
    return isBlocked(reported);
  };
  assert.deepEqual([blocks("spam"), blocks("underage")], [false, true]);
});

Deno.test("Reports block for no longer than the address is certain to be held", () => {
  const lifetime = 3_000;
  const reported = newAddressRecord(0, { lifetime });
  for (const by of reporters(threshold)) reported.report(by, "spam", 0);
  assert.equal(reported.blockedFor(0), lifetime);
});

Deno.test("Reports remembered of one address are limited", () => {
  const reported = newAddressRecord(0, { threshold: 100 });
  const [first, ...others] = reporters(MAX_REPORTS + 99);
  reported.report(first!, "spam", 0);
  for (const by of others) reported.report(by, "spam", 0);
  assert.equal(isBlocked(reported), false, "more were counted than are remembered");
});

Deno.test("Reports from fewer addresses than the threshold never block, whatever their order and number", () => {
  const action = fc.record({
    by: fc.nat(threshold - 2),
    of: fc.nat(4),
    reason: fc.constantFrom(...REPORT_REASONS),
    after: fc.nat(10 * MINUTE),
    chats: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const few = Array.from({ length: threshold - 1 }, () => newAddressRecord());
      const others = Array.from({ length: 5 }, () => newAddressRecord());
      let now = 0;
      for (const { by, of, reason, after, chats } of actions) {
        now += after;
        for (let n = 0; n < chats; n++) few[by]!.chatStarted();
        others[of]!.report(few[by]!, reason, now);
        assert.equal(others.some((one) => isBlocked(one, now)), false);
      }
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
