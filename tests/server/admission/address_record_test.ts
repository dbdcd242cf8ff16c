import assert from "node:assert/strict";
import fc from "fast-check";
import type { AddressRecord, Verdict } from "../../../server/admission/address_record.ts";
import { HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { FLOOD_BLOCK_TIME, LIMITS, RETRIES } from "../../../server/limits/rate_limits.ts";
import { MAX_ADDRESS_RETENTION } from "../../../server/limits/privacy_limits.ts";
import { newAddressRecord } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";

const START = 1_000_000;

/** Time until one more connection is allowed. */
const NEXT = MINUTE / LIMITS.connections.perMinute;

/** Number of simultaneous attempts that lead to a block: the last of them triggers it. */
const ENOUGH = LIMITS.connections.burst + LIMITS.refusals.burst + 1;

function attempts(record: AddressRecord, count: number, now: number): Verdict["kind"][] {
  return Array.from({ length: count }, () => record.attempt(now).kind);
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

/** An address that was blocked at `START`. */
function offender(): AddressRecord {
  const record = newAddressRecord(START);
  assert.equal(attempts(record, ENOUGH, START).at(-1), "blocked");
  return record;
}

Deno.test("Address record admits an address that keeps to the rate, indefinitely", () => {
  const record = newAddressRecord(START);
  assert.deepEqual(
    attempts(record, LIMITS.connections.burst, START),
    times(LIMITS.connections.burst, "allowed"),
  );
  for (let now = START + NEXT; now < START + HOUR; now += NEXT) {
    assert.deepEqual(record.attempt(now), { kind: "allowed" });
  }
});

Deno.test("Address record states the wait of an address that is too fast, and admits it after that", () => {
  const record = newAddressRecord(START);
  attempts(record, LIMITS.connections.burst, START);
  assert.deepEqual(record.attempt(START), { kind: "too-fast", wait: NEXT });
  const impatient = record.attempt(START + NEXT - 1);
  assert.deepEqual(impatient, { kind: "too-fast", wait: 1 + RETRIES.spacing }, "the next place");
  assert.deepEqual(record.attempt(START + NEXT), { kind: "allowed" });
});

Deno.test("Address that keeps trying, refusal after refusal, is blocked for a while", () => {
  assert.deepEqual(attempts(newAddressRecord(START), ENOUGH + 1, START), [
    ...times(LIMITS.connections.burst, "allowed"),
    ...times(LIMITS.refusals.burst, "too-fast"),
    "blocked",
    "blocked",
  ]);
});

Deno.test("Block lasts exactly as long as stated, to the millisecond", () => {
  const record = newAddressRecord(START);
  attempts(record, ENOUGH - 1, START);
  assert.deepEqual(record.attempt(START), { kind: "blocked", wait: FLOOD_BLOCK_TIME });
  assert.deepEqual(record.attempt(START + MINUTE), {
    kind: "blocked",
    wait: FLOOD_BLOCK_TIME - MINUTE,
  });
  assert.deepEqual(record.attempt(START + FLOOD_BLOCK_TIME - 1), { kind: "blocked", wait: 1 });
  assert.deepEqual(record.attempt(START + FLOOD_BLOCK_TIME), { kind: "allowed" });
});

Deno.test("Attempt during a block does not extend the block", () => {
  const record = offender();
  attempts(record, 10_000, START + MINUTE);
  assert.equal(record.attempt(START + FLOOD_BLOCK_TIME).kind, "allowed");
});

Deno.test("Address starts over after a block, and is blocked again for the same behaviour", () => {
  const record = offender();
  const later = START + FLOOD_BLOCK_TIME;
  assert.deepEqual(
    attempts(record, ENOUGH, later),
    attempts(newAddressRecord(START), ENOUGH, START),
  );
  assert.deepEqual(record.attempt(later + MINUTE), {
    kind: "blocked",
    wait: FLOOD_BLOCK_TIME - MINUTE,
  });
});

Deno.test("Refusals are forgotten over time, and an occasional one is no offence", () => {
  const record = newAddressRecord(START);
  attempts(record, LIMITS.connections.burst, START);
  const pace = MINUTE / (LIMITS.connections.perMinute + LIMITS.refusals.perMinute);
  for (let now = START; now < START + 10 * HOUR; now += pace) {
    assert.notEqual(record.attempt(now).kind, "blocked");
  }
});

Deno.test("Block ends before the record of the address is deleted", () => {
  assert.ok(FLOOD_BLOCK_TIME < MAX_ADDRESS_RETENTION);
  const lifetime = FLOOD_BLOCK_TIME / 2;
  const record = newAddressRecord(START, { lifetime });
  attempts(record, LIMITS.connections.burst + LIMITS.refusals.burst + 1, START);
  assert.equal(record.blockedFor(START), lifetime);
});

Deno.test("Shared address that reconnects 200 pages after a restart is admitted with all of them", () => {
  const record = newAddressRecord(START);
  assert.deepEqual(attempts(record, 200, START), times(200, "allowed"));
});

Deno.test("Shared address is never blocked for a page that keeps reconnecting too fast", () => {
  for (const part of [0.1, 0.5, 1]) { // Fractions of the longest delay that the page may draw.
    const record = newAddressRecord(START);
    attempts(record, 40, START);
    let now = START;
    for (let failures = 0; now < START + HOUR; failures++) {
      now += part * Math.min(30 * SECOND, SECOND / 2 * 2 ** failures);
      assert.notEqual(record.attempt(now).kind, "blocked", `after ${now - START} ms`);
    }
  }
});

Deno.test("Shared address is not blocked when a second restart follows, and the refused pages try again", () => {
  const record = newAddressRecord(START);
  attempts(record, 40, START);
  for (let outside = 40, now = START; outside > 0;) {
    now += 10 * SECOND;
    const verdicts = attempts(record, outside, now);
    assert.ok(!verdicts.includes("blocked"), `${outside} are outside after ${now - START} ms`);
    outside -= verdicts.filter((kind) => kind === "allowed").length;
  }
});

Deno.test("Every wait and block that an address is told is accurate, whatever it does", () => {
  const gap = fc.oneof(fc.constant(0), fc.nat(2 * SECOND), fc.nat(FLOOD_BLOCK_TIME));
  const bursts = fc.array(fc.tuple(gap, fc.nat(150)), { maxLength: 12 });
  fc.assert(
    fc.property(bursts, (bursts) => {
      const record = newAddressRecord(START);
      let now = START;
      let blockedUntil = -Infinity;
      for (const [gap, count] of bursts) {
        now += gap;
        for (let n = 0; n < count; n++) {
          const verdict = record.attempt(now);
          if (verdict.kind !== "allowed") assert.ok(verdict.wait > 0);
          if (verdict.kind === "blocked" && now >= blockedUntil) {
            blockedUntil = now + FLOOD_BLOCK_TIME;
          }
          assert.equal(verdict.kind === "blocked", now < blockedUntil);
          if (verdict.kind === "blocked") assert.equal(verdict.wait, blockedUntil - now);
        }
      }
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
