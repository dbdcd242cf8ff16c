import assert from "node:assert/strict";
import { MAX_FRAME_BYTES } from "../../../protocol.ts";
import { SEALED_SIZES } from "../../../client/crypto/padding.ts";
import { CONFIRM_INTERVAL, MAX_WAITING } from "../../../client/state/delivery.ts";
import { MINUTE, SECOND } from "../../../server/base/clock.ts";
import { SESSION_LIMITS } from "../../../server/limits/rate_limits.ts";
import { SessionRateLimiter } from "../../../server/limits/session_rate_limiter.ts";

const [SHORT, , LONGEST] = SEALED_SIZES;

/** The most that a page accepts from its partner. */
const CANDIDATES = 100;

/** A session that must not exceed any limit. */
class HonestSession {
  readonly #limiter = new SessionRateLimiter(SESSION_LIMITS);
  now = 0;

  message(length: number): void {
    assert.equal(this.#limiter.takeFrame("messages", length, this.now), 0, `at ${this.now} ms`);
  }

  signal(length: number): void {
    assert.equal(this.#limiter.takeFrame("signals", length, this.now), 0, `at ${this.now} ms`);
  }
}

Deno.test("Session's bytes are enough for somebody who types all the time, reads, and resends everything 20 times a minute", () => {
  const session = new HonestSession();
  for (session.now = 0; session.now < 10 * MINUTE; session.now += SECOND) {
    for (let confirmations = 0; confirmations < SECOND / CONFIRM_INTERVAL; confirmations++) {
      session.signal(SHORT);
    }
    session.signal(SHORT); // Typing.
    for (let message = 0; message < 2; message++) session.message(SHORT);
  }
  for (let resumes = 0; resumes < 3; resumes++, session.now += 3 * SECOND) {
    for (let message = 0; message < MAX_WAITING; message++) session.message(SHORT);
  }
});

Deno.test("Session's bytes are enough for the longest messages, for a minute one per second", () => {
  const session = new HonestSession();
  for (session.now = 0; session.now < MINUTE; session.now += SECOND) session.message(LONGEST);
});

Deno.test("Session's bytes are enough for a call whose setup has the maximum length and many candidates, and for 5 changes of network in a minute", () => {
  const session = new HonestSession();
  for (let setup = 0; setup < 6; setup++, session.now += 10 * SECOND) {
    session.signal(LONGEST);
    for (let candidate = 0; candidate < CANDIDATES; candidate++) session.signal(SHORT);
  }
});

Deno.test("Session that sends the largest frames as fast as its other limits allow is stopped at 4 MiB, then at 16 KiB per second", () => {
  const limiter = new SessionRateLimiter(SESSION_LIMITS);
  let sent = 0;
  let now = 0;
  for (; now < 10 * MINUTE; now += SECOND / 40) {
    const kind = now % SECOND === 0 ? "messages" : "signals";
    if (limiter.takeFrame(kind, MAX_FRAME_BYTES, now) === 0) sent += MAX_FRAME_BYTES;
  }
  const { burst, perMinute } = SESSION_LIMITS.bytes;
  assert.ok(sent <= (burst + 10 * perMinute + 32) * 1024, `${sent} bytes`);
});
