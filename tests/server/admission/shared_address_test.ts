import assert from "node:assert/strict";
import { parseAddress } from "../../../server/admission/address.ts";
import { findShared, parseSharedRange } from "../../../server/admission/shared_address.ts";
import {
  addressRates,
  CONNECTIONS_PER_ADDRESS,
  LIMITS,
} from "../../../server/limits/rate_limits.ts";

/** The connections that the ranges allow an address; "not shared" outside of them. */
function allowed(ranges: string, address: string): number | "not shared" | undefined {
  const shared = ranges.split(",").map((text) => parseSharedRange(text, 1_000)!);
  const found = findShared(parseAddress(address)!, shared);
  return found === undefined ? "not shared" : found.connections;
}

Deno.test("Shared address is found by its range, and the first range applies", () => {
  const ranges = "192.0.2.7,192.0.2.0/24=500,2001:db8::/48=30";
  assert.equal(allowed(ranges, "192.0.2.7"), undefined);
  assert.equal(allowed(ranges, "192.0.2.8"), 500);
  assert.equal(allowed(ranges, "2001:db8:0:5::"), 30);
  assert.equal(allowed(ranges, "192.0.3.1"), "not shared");
});

Deno.test("Shared IPv6 address stands for its /64, to which the limits apply", () => {
  assert.equal(allowed("2001:db8::1=9", "2001:db8::"), 9);
  assert.equal(allowed("2001:db8::1=9", "2001:db8:0:1::"), "not shared");
});

Deno.test("Shared address with many connections has higher rates, and one with few has the usual ones", () => {
  const { connections, searches } = addressRates(3 * CONNECTIONS_PER_ADDRESS);
  assert.equal(connections.burst, 3 * LIMITS.connections.burst);
  assert.equal(searches.perMinute, 3 * LIMITS.searches.perMinute);
  assert.equal(addressRates(1).connections.burst, LIMITS.connections.burst);
});
