import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BLOCK_TIME,
  Conduct,
  CONNECTION_RATE,
  REFUSAL_RATE,
  type Verdict,
} from "../server/abuse.ts";
import { HOUR, MINUTE, SECOND } from "../server/clock.ts";
import { MAX_ADDRESS_RETENTION } from "../server/promises.ts";

const START = 1_000_000;

/** How long it takes until one more connection is allowed. */
const NEXT = MINUTE / CONNECTION_RATE.perMinute;

/** How many attempts at one moment bring a block: the last of these does. */
const ENOUGH = CONNECTION_RATE.burst + REFUSAL_RATE.burst + 1;

function attempts(conduct: Conduct, count: number, now: number): Verdict["kind"][] {
  return Array.from({ length: count }, () => conduct.attempt(now).kind);
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

/** Somebody who has just been blocked, at `START`. */
function offender(): Conduct {
  const conduct = new Conduct(START);
  assert.equal(attempts(conduct, ENOUGH, START).at(-1), "blocked");
  return conduct;
}

Deno.test("Conduct welcomes who keeps to the rate, for as long as that goes on", () => {
  const conduct = new Conduct(START);
  assert.deepEqual(
    attempts(conduct, CONNECTION_RATE.burst, START),
    times(CONNECTION_RATE.burst, "welcome"),
  );
  for (let now = START + NEXT; now < START + HOUR; now += NEXT) {
    assert.deepEqual(conduct.attempt(now), { kind: "welcome" });
  }
});

Deno.test("Conduct tells who is too fast how long to wait, and that is true", () => {
  const conduct = new Conduct(START);
  attempts(conduct, CONNECTION_RATE.burst, START);
  assert.deepEqual(conduct.attempt(START), { kind: "too-fast", wait: NEXT });
  assert.deepEqual(conduct.attempt(START + NEXT - 1), { kind: "too-fast", wait: 1 });
  assert.deepEqual(conduct.attempt(START + NEXT), { kind: "welcome" });
});

Deno.test("Who goes on, refusal after refusal, is blocked for a while", () => {
  assert.deepEqual(attempts(new Conduct(START), ENOUGH + 1, START), [
    ...times(CONNECTION_RATE.burst, "welcome"),
    ...times(REFUSAL_RATE.burst, "too-fast"),
    "blocked",
    "blocked",
  ]);
});

Deno.test("A block lasts as long as is told, and not a millisecond longer", () => {
  const conduct = new Conduct(START);
  attempts(conduct, ENOUGH - 1, START);
  assert.deepEqual(conduct.attempt(START), { kind: "blocked", wait: BLOCK_TIME });
  assert.deepEqual(conduct.attempt(START + MINUTE), { kind: "blocked", wait: BLOCK_TIME - MINUTE });
  assert.deepEqual(conduct.attempt(START + BLOCK_TIME - 1), { kind: "blocked", wait: 1 });
  assert.deepEqual(conduct.attempt(START + BLOCK_TIME), { kind: "welcome" });
});

Deno.test("An attempt while blocked does not make the block longer", () => {
  const conduct = offender();
  attempts(conduct, 10_000, START + MINUTE);
  assert.equal(conduct.attempt(START + BLOCK_TIME).kind, "welcome");
});

Deno.test("After a block one begins afresh, and is blocked again for the same", () => {
  const conduct = offender();
  const later = START + BLOCK_TIME;
  assert.deepEqual(attempts(conduct, ENOUGH, later), attempts(new Conduct(START), ENOUGH, START));
  assert.deepEqual(conduct.attempt(later + MINUTE), {
    kind: "blocked",
    wait: BLOCK_TIME - MINUTE,
  });
});

Deno.test("A refusal for another reason counts towards a block, and keeps the wait it was given", () => {
  const conduct = new Conduct(START);
  for (let n = 0; n < REFUSAL_RATE.burst; n++) {
    assert.deepEqual(conduct.refuse(START, 10 * SECOND), { kind: "too-fast", wait: 10 * SECOND });
  }
  assert.deepEqual(conduct.refuse(START, 10 * SECOND), { kind: "blocked", wait: BLOCK_TIME });
  assert.equal(conduct.attempt(START).kind, "blocked");
});

Deno.test("Refusals are forgotten with time: now and then one too many is no offence", () => {
  const conduct = new Conduct(START);
  const forgotten = MINUTE / REFUSAL_RATE.perMinute;
  for (let now = START; now < START + 10 * HOUR; now += forgotten) {
    assert.equal(conduct.refuse(now, SECOND).kind, "too-fast");
  }
});

Deno.test("A block ends before the memory of the address does", () => {
  assert.ok(BLOCK_TIME < MAX_ADDRESS_RETENTION);
});

Deno.test("A household that comes back with 40 pages after a restart is welcome with all of them", () => {
  const conduct = new Conduct(START);
  assert.deepEqual(attempts(conduct, 40, START), times(40, "welcome"));
});

Deno.test("Such a household is never blocked for a page that keeps coming back, though it hurries", () => {
  for (const part of [0.1, 0.5, 1]) { // Of the longest delay that the page may draw.
    const conduct = new Conduct(START);
    attempts(conduct, 40, START);
    let now = START;
    for (let failures = 0; now < START + HOUR; failures++) {
      now += part * Math.min(30 * SECOND, SECOND / 2 * 2 ** failures);
      assert.notEqual(conduct.attempt(now).kind, "blocked", `after ${now - START} ms`);
    }
  }
});

Deno.test("Whatever somebody does, what is told is true", () => {
  const gap = fc.oneof(fc.constant(0), fc.nat(2 * SECOND), fc.nat(BLOCK_TIME));
  const bursts = fc.array(fc.tuple(gap, fc.nat(150)), { maxLength: 12 });
  fc.assert(fc.property(bursts, (bursts) => {
    const conduct = new Conduct(START);
    let now = START;
    let blockedUntil = -Infinity;
    for (const [gap, count] of bursts) {
      now += gap;
      for (let n = 0; n < count; n++) {
        const verdict = conduct.attempt(now);
        if (verdict.kind !== "welcome") assert.ok(verdict.wait > 0);
        if (verdict.kind === "blocked" && now >= blockedUntil) blockedUntil = now + BLOCK_TIME;
        assert.equal(verdict.kind === "blocked", now < blockedUntil);
        if (verdict.kind === "blocked") assert.equal(verdict.wait, blockedUntil - now);
      }
    }
  }));
});
