import assert from "node:assert/strict";
import fc from "fast-check";
import { HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { type Rate, TokenBucket } from "../../../server/base/token_bucket.ts";
import { trials } from "../../support/repeats.ts";

const RATE: Rate = { burst: 3, perMinute: 6 };

/** Time in which one token is refilled. */
const REFILL = 10 * SECOND;

const START = 1_000_000;

/** A bucket that has just been emptied. */
function empty(): TokenBucket {
  const bucket = new TokenBucket(RATE, START);
  for (let token = 0; token < RATE.burst; token++) assert.equal(bucket.take(START), 0);
  return bucket;
}

/** The bucket's answers when one token is requested at each of these moments. */
function answers(rate: Rate, moments: readonly number[]): number[] {
  const bucket = new TokenBucket(rate, START);
  return moments.map((moment) => bucket.take(moment));
}

Deno.test("TokenBucket gives its burst immediately, and then states the wait for the next token", () => {
  assert.deepEqual(answers(RATE, [START, START, START, START]), [0, 0, 0, REFILL]);
});

Deno.test("TokenBucket gives a token exactly when the stated wait is over", () => {
  const bucket = empty();
  assert.equal(bucket.take(START + 4 * SECOND), REFILL - 4 * SECOND);
  assert.equal(bucket.take(START + REFILL - 1), 1);
  assert.equal(bucket.take(START + REFILL), 0);
  assert.equal(bucket.take(START + REFILL), REFILL);
});

Deno.test("TokenBucket charges nothing for a refused request", () => {
  const bucket = empty();
  for (let ms = 0; ms < REFILL; ms++) assert.equal(bucket.take(START + ms), REFILL - ms);
  assert.equal(bucket.take(START + REFILL), 0);
});

Deno.test("TokenBucket never holds more than its burst, however long it is idle", () => {
  const bucket = empty();
  const later = START + 1000 * HOUR;
  assert.deepEqual(Array.from({ length: 4 }, () => bucket.take(later)), [0, 0, 0, REFILL]);
  const fresh = new TokenBucket(RATE, START);
  assert.deepEqual(Array.from({ length: 4 }, () => fresh.take(later)), [0, 0, 0, REFILL]);
});

Deno.test("TokenBucket gives nothing more while time stands still", () => {
  const bucket = empty();
  for (let n = 0; n < 1000; n++) assert.equal(bucket.take(START), REFILL);
});

Deno.test("TokenBucket keeps its rate when tokens are taken at irregular times", () => {
  const rate = { burst: 1, perMinute: 7 }; // One token every 8571.43 ms.
  const moments = Array.from({ length: 60 * MINUTE / 100 + 1 }, (_, n) => START + n * 100);
  const taken = answers(rate, moments).filter((wait) => wait === 0).length;
  assert.ok(taken > 7 * 59 && taken <= 7 * 60 + 1, `${taken} in an hour`);
});

const aRate = fc.record({
  burst: fc.integer({ min: 1, max: 40 }),
  perMinute: fc.oneof(fc.constantFrom(1, 6, 60), fc.integer({ min: 1, max: 120 })),
});
const gaps = fc.array(fc.nat(20 * SECOND), { maxLength: 60, size: "max" });

Deno.test("TokenBucket states accurate waits, for any rate and any times", () => {
  const fraction = fc.constantFrom(0, 0.1, 1 / 3, 0.999);
  fc.assert(
    fc.property(aRate, gaps, fraction, (rate, gaps, fraction) => {
      const moments: number[] = [];
      let now = START + fraction; // A monotonic clock also counts fractions of a millisecond.
      for (const gap of gaps) {
        now += gap;
        moments.push(now);
        const wait = answers(rate, moments).at(-1)!;
        assert.ok(Number.isInteger(wait) && wait >= 0);
        if (wait === 0) continue;
        assert.equal(answers(rate, [...moments, now + wait]).at(-1), 0, "still nothing");
        if (wait > 1) {
          assert.equal(answers(rate, [...moments, now + wait - 1]).at(-1), 1, "earlier");
        }
      }
    }),
    trials({ sample: 2_000, long: 100_000 }),
  );
});

Deno.test("TokenBucket never gives more than its burst and the refill over any period", () => {
  fc.assert(
    fc.property(aRate, gaps, (rate, gaps) => {
      const taken: number[] = [];
      const bucket = new TokenBucket(rate, START);
      let now = START;
      for (const gap of gaps) {
        now += gap;
        while (bucket.take(now) === 0) taken.push(now);
      }
      taken.forEach((first, n) => {
        const allowed = rate.burst + (now - first) * rate.perMinute / MINUTE;
        assert.ok(taken.length - n <= allowed, `${taken.length - n} of ${allowed}`);
      });
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
