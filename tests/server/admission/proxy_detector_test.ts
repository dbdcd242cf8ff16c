import assert from "node:assert/strict";
import type { Log } from "../../../server/base/log.ts";
import { parseAddress } from "../../../server/admission/address.ts";
import {
  BROWSERS_PER_ADDRESS,
  COUNTED_HANDSHAKES,
  ProxyDetector,
  SUSPICIOUS_BROWSERS,
  SUSPICIOUS_HANDSHAKES,
  WARNING_INTERVAL,
} from "../../../server/admission/proxy_detector.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** Two headers, and the number of addresses held. */
type Handshake = readonly [forwardedFor: string | undefined, held: number, userAgent?: string];

/** The warnings after handshakes with these headers and these numbers of addresses held. */
function warnings(
  hops: number,
  handshakes: readonly Handshake[],
  expectsCrowds = false,
): string[] {
  const { said, detector } = listening(hops, expectsCrowds);
  for (const [forwardedFor, addresses, userAgent] of handshakes) {
    detector.check({ forwardedFor, addresses, userAgent });
  }
  return said;
}

/** A detector, its clock, and its warnings. */
function listening(
  hops = 1,
  expectsCrowds = false,
): { said: string[]; clock: FakeClock; detector: ProxyDetector } {
  const said: string[] = [];
  const warn = (message: string, properties: unknown): void => {
    said.push(`${message} ${JSON.stringify(properties)}`);
  };
  const log = { warn } as unknown as Log;
  const clock = new FakeClock();
  return { said, clock, detector: new ProxyDetector({ hops, expectsCrowds, clock, log }) };
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

Deno.test("Proxy detector warns once when a CDN names other clients than the proxy behind it", () => {
  const { said, detector } = listening();
  const pass = (named: string, address: string, count: number): void => {
    const header = (name: string): string | undefined =>
      name === "cf-connecting-ip" ? named : undefined;
    for (let n = 0; n < count; n++) detector.checkCdn(header, parseAddress(address));
  };
  pass("203.0.113.9", "203.0.113.9", 10 * SUSPICIOUS_HANDSHAKES);
  pass("2001:DB8::0:9", "2001:db8::9", 10 * SUSPICIOUS_HANDSHAKES);
  pass("no address", "198.51.100.1", 10 * SUSPICIOUS_HANDSHAKES);
  pass("203.0.113.9", "198.51.100.1", SUSPICIOUS_HANDSHAKES - 1);
  assert.deepEqual(said, []);
  pass("203.0.113.9", "198.51.100.1", 10 * SUSPICIOUS_HANDSHAKES);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /CDN/);
  assert.doesNotMatch(said[0]!, /203|198/);
});

Deno.test("Proxy detector states at most once a minute in what refused origins differ from Host", () => {
  const { said, clock, detector } = listening();
  detector.originRefused("unnamed");
  assert.deepEqual(said, []);
  for (let n = 0; n < 100; n++) detector.originRefused("port");
  assert.equal(said.length, 1);
  assert.match(said[0]!, /its \{difference\}.*doctor.*"difference":"port"/);
  clock.advance(WARNING_INTERVAL - 1);
  detector.originRefused("host");
  assert.equal(said.length, 1);
  clock.advance(1);
  detector.originRefused("host");
  assert.equal(said.length, 2);
});

Deno.test("Proxy detector states at most once a minute that a proxy drops the Upgrade header", () => {
  const { said, clock, detector } = listening();
  detector.checkUpgrade(() => undefined); // A page that asks why.
  assert.deepEqual(said, []);
  const header = (name: string): string | undefined =>
    name === "sec-websocket-key" ? "dGhlIHNhbXBsZSBub25jZQ==" : undefined;
  for (let n = 0; n < 100; n++) detector.checkUpgrade(header);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /Upgrade/);
  clock.advance(WARNING_INTERVAL);
  detector.checkUpgrade(header);
  assert.equal(said.length, 2);
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
