import assert from "node:assert/strict";
import type { Log } from "../../../server/base/log.ts";
import {
  BROWSERS_PER_ADDRESS,
  COUNTED_HANDSHAKES,
  ProxyDetector,
  SUSPICIOUS_BROWSERS,
  SUSPICIOUS_HANDSHAKES,
} from "../../../server/admission/proxy_detector.ts";

/** Two headers, and the number of addresses held. */
type Handshake = readonly [forwardedFor: string | undefined, held: number, userAgent?: string];

/** The warnings after handshakes with these headers and these numbers of addresses held. */
function warnings(
  hops: number,
  handshakes: readonly Handshake[],
  expectsCrowds = false,
): string[] {
  const said: string[] = [];
  const warn = (message: string, properties: unknown): void => {
    said.push(`${message} ${JSON.stringify(properties)}`);
  };
  const log = { warn } as unknown as Log;
  const watch = new ProxyDetector({ hops, expectsCrowds, log });
  for (const [forwardedFor, addresses, userAgent] of handshakes) {
    watch.check({ forwardedFor, userAgent, addresses });
  }
  return said;
}

function times(count: number, handshake: Handshake): Handshake[] {
  return Array.from({ length: count }, () => handshake);
}

Deno.test("Proxy detector warns once of a proxy that is not configured, and names no address", () => {
  const said = warnings(0, times(10 * SUSPICIOUS_HANDSHAKES, ["203.0.113.9", 1]));
  assert.equal(said.length, 1);
  assert.match(said[0]!, /--trust-proxy/);
  assert.doesNotMatch(said[0]!, /203/);
});

Deno.test("Proxy detector warns when there are more proxies than configured", () => {
  assert.equal(warnings(1, times(SUSPICIOUS_HANDSHAKES, ["203.0.113.9, 10.0.0.2", 1])).length, 1);
});

Deno.test("Proxy detector is silent while the configuration fits, or visitors have different addresses", () => {
  const enough = 10 * SUSPICIOUS_HANDSHAKES;
  assert.deepEqual(warnings(0, times(enough, [undefined, 1])), []);
  assert.deepEqual(warnings(1, times(enough, ["203.0.113.9", 1])), []);
  assert.deepEqual(warnings(0, times(enough, ["203.0.113.9", 2])), []);
  const few = times(SUSPICIOUS_HANDSHAKES - 1, ["203.0.113.9", 1]);
  assert.deepEqual(warnings(0, [...few, [undefined, 1], ...few]), []);
});

/** Handshakes of so many browsers, one after another, through a CDN with so many addresses. */
function browsers(count: number, addresses: number): Handshake[] {
  return Array.from(
    { length: 5 * COUNTED_HANDSHAKES },
    (_, n) => ["203.0.113.9", addresses, `Browser/${n % count}`],
  );
}

Deno.test("Proxy detector warns once of many unlike browsers from few addresses, and names neither", () => {
  const said = warnings(1, browsers(60, 4));
  assert.equal(said.length, 1);
  assert.match(said[0]!, /CDN.*--shared-address/);
  assert.doesNotMatch(said[0]!, /203|Browser/);
});

Deno.test("Proxy detector is silent about few browsers, enough addresses, or a crowd that is expected", () => {
  assert.deepEqual(warnings(1, browsers(SUSPICIOUS_BROWSERS / 2, 2)), []);
  assert.deepEqual(warnings(1, browsers(60, 2 * 60 / BROWSERS_PER_ADDRESS)), []);
  assert.deepEqual(warnings(1, browsers(60, 4), true), []);
});
