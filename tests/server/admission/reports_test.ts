/** What reports can and can't achieve, no matter which address makes them. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { REPORT_REASONS, type ReportReason } from "../../../protocol.ts";
import {
  type AddressRecord,
  MAX_REPORTS,
  REPORT_BLOCK_TIME,
  REPORT_TIME,
} from "../../../server/admission/address_record.ts";
import { PARTNERS_PER_REPORT } from "../../../server/admission/reputation.ts";
import { HOUR, MINUTE } from "../../../server/base/clock.ts";
import { DEFAULT_RULES, newAddressRecord } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";

const { threshold } = DEFAULT_RULES;

/** Addresses that have chatted with many others, so that two of their reports have full weight. */
function reporters(count: number): AddressRecord[] {
  return Array.from({ length: count }, () => {
    const record = newAddressRecord();
    for (let n = 0; n < 10; n++) record.chattedWith(newAddressRecord(), 0);
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

/** Whether as many reports by such addresses as the threshold block another one. */
function block(reporters: readonly AddressRecord[]): boolean {
  const reported = newAddressRecord();
  for (const by of reporters) reported.report(by, "underage", 0);
  return isBlocked(reported);
}

/** As many addresses as the threshold. Each has spent its first credit on a report. */
function eagerReporters(): AddressRecord[] {
  const eager = Array.from({ length: threshold }, () => newAddressRecord());
  for (const by of eager) newAddressRecord().report(by, "spam", 0);
  return eager;
}

Deno.test("Reports from addresses that report everybody they meet have no weight", () => {
  assert.equal(block(Array.from({ length: threshold }, () => newAddressRecord())), true);
  assert.equal(block(eagerReporters()), false);
});

Deno.test("Reports gain weight with the number of different partners who were not reported", () => {
  const eager = eagerReporters();
  for (const by of eager) {
    for (let n = 0; n < PARTNERS_PER_REPORT; n++) by.chattedWith(newAddressRecord(), 0);
  }
  assert.equal(block(eager), true);
});

Deno.test("Reports gain no weight by chats with the same address, or repeatedly with another", () => {
  const eager = eagerReporters();
  for (const by of eager) {
    for (let n = 0; n < 100; n++) by.chattedWith(by, 0);
    for (const other of eager) for (let n = 0; n < 100; n++) by.chattedWith(other, 0);
  }
  assert.equal(block(eager), false);
});

Deno.test("Reports spend their credit for at least an hour, and get it back within two", () => {
  const eager = eagerReporters();
  for (const [now, expected] of [[HOUR - 1, 0], [2 * HOUR, 1]] as const) {
    for (const by of eager) assert.equal(by.fileReport("spam", now).weight, expected);
  }
});

Deno.test("Reports about one address by another spend credit once", () => {
  const [reporter] = reporters(1);
  const reported = newAddressRecord();
  for (let n = 0; n < 10; n++) reported.report(reporter!, "spam", n);
  assert.equal(reporter!.fileReport("spam", 10).weight, 1);
});

Deno.test("Reports must be more for an address with many partners, who are bound to err", () => {
  const popular = newAddressRecord();
  for (let n = 0; n < 60; n++) popular.chattedWith(newAddressRecord(), 0);
  const all = reporters(threshold + 3);
  const verdicts = all.map((by) => {
    popular.report(by, "spam", 0);
    return isBlocked(popular);
  });
  assert.deepEqual(verdicts.slice(0, threshold + 1), Array(threshold + 1).fill(false));
  assert.ok(verdicts.at(-1), "enough of them still block");
});

Deno.test("Reports about a shared address end only the reported session, and never block the address", () => {
  const shared = newAddressRecord(0, { isShared: true });
  const told: string[] = [];
  const sessions = ["offender", "bystander"].map((name) => ({
    blocked: () => told.push(name),
    denied: () => {},
  }));
  for (const session of sessions) shared.onBlocked(session);
  const [offender, bystander] = sessions;
  for (const by of reporters(threshold - 1)) shared.report(by, "spam", 0, bystander);
  for (const by of reporters(threshold)) shared.report(by, "spam", 0, offender);
  assert.deepEqual(told, ["offender"]);
  assert.equal(isBlocked(shared), false);
});

Deno.test("Reports of minors have double weight, which makes up for one with little weight", () => {
  const little = (): AddressRecord => {
    const record = newAddressRecord();
    record.fileReport("spam", 0);
    record.chattedWith(newAddressRecord(), 0);
    return record;
  };
  const blocks = (reason: ReportReason): boolean => {
    const reported = newAddressRecord();
    for (const by of [...reporters(2), little()]) reported.report(by, reason, 0);
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
        for (let n = 0; n < chats; n++) few[by]!.chattedWith(newAddressRecord(), now);
        others[of]!.report(few[by]!, reason, now);
        assert.equal(others.some((one) => isBlocked(one, now)), false);
      }
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
