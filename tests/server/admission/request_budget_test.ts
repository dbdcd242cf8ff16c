import assert from "node:assert/strict";
import { parseAddress } from "../../../server/admission/address.ts";
import { MINUTE, SECOND } from "../../../server/base/clock.ts";
import { KeyedHash } from "../../../server/base/keyed_hash.ts";
import { SLOTS } from "../../../server/admission/address_buckets.ts";
import { RequestBudget } from "../../../server/admission/request_budget.ts";
import { ADDRESS_LIMITS, RESPONSE_UNIT } from "../../../server/limits/rate_limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const hash = new KeyedHash(1, 2);
const { burst, perMinute } = ADDRESS_LIMITS.requests;

Deno.test("Request budget refuses an address that has used up its burst, and says when the next request is allowed", () => {
  const clock = new FakeClock();
  const budget = new RequestBudget({ clock, hash });
  for (let n = 0; n < burst; n++) {
    assert.equal(budget.of(parseAddress("203.0.113.9")!, "page").take(), 0);
  }
  const wait = budget.of(parseAddress("203.0.113.9")!, "page").take();
  assert.equal(wait, Math.ceil(MINUTE / perMinute));
  assert.equal(budget.of(parseAddress("203.0.113.10")!, "page").take(), 0, "another address");
  assert.equal(
    budget.of(parseAddress("203.0.113.9")!, "health-check").take(),
    0,
    "its health checks",
  );
  clock.advance(wait);
  assert.equal(budget.of(parseAddress("203.0.113.9")!, "page").take(), 0);
});

Deno.test("Request budget charges large responses by their size", () => {
  const clock = new FakeClock();
  const budget = new RequestBudget({
    clock,
    hash,
    rateOf: () => ({ burst: 10, perMinute: 60 }),
  });
  const allowance = budget.of(parseAddress("203.0.113.9")!, "page");
  assert.equal(allowance.take(), 0);
  allowance.charge(RESPONSE_UNIT); // One unit is included.
  assert.equal(allowance.take(), 0);
  allowance.charge(20 * RESPONSE_UNIT); // More than is left: the next requests wait until it is made up for.
  assert.equal(allowance.take(), 12 * SECOND);
});

Deno.test("Request budget is enough for 200 people behind one address who load the page within a minute and ask why they can't connect", () => {
  const clock = new FakeClock();
  const budget = new RequestBudget({ clock, hash });
  const pageBytes = 3 * RESPONSE_UNIT;
  for (let person = 0; person < 200; person++) {
    const allowance = budget.of(parseAddress("203.0.113.9")!, "page");
    assert.equal(allowance.take(), 0);
    allowance.charge(pageBytes);
    for (let file = 0; file < 4; file++) assert.equal(allowance.take(), 0); // Icons and the manifest.
    for (let probe = 0; probe < 6; probe++) assert.equal(allowance.take(), 0); // `GET /ws`
    clock.advance(MINUTE / 200);
  }
});

Deno.test("Request budget keeps no more than its buckets, however many addresses there are", () => {
  const budget = new RequestBudget({ clock: new FakeClock(), hash });
  for (let n = 0; n < 2 * SLOTS; n++) {
    budget.of(parseAddress(`10.${n >> 16}.${n >> 8 & 255}.${n & 255}`)!, "page");
  }
  assert.ok(budget.size <= SLOTS);
});
