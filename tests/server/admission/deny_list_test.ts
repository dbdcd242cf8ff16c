import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Address,
  isWithin,
  networkOf,
  parseAddress,
  parseRange,
} from "../../../server/admission/address.ts";
import {
  type DenyList,
  MAX_DENY_FILE_BYTES,
  parseDenyList,
} from "../../../server/admission/deny_list.ts";
import { trials } from "../../support/repeats.ts";

async function listOf(text: string): Promise<DenyList> {
  const parsed = await parseDenyList(text);
  assert.ok(parsed.kind === "valid", JSON.stringify(parsed));
  return parsed.value;
}

/** Whether the list denies each address at a time, in the same order. */
function denied(list: DenyList, addresses: readonly string[], at = "2026-06-01T00:00Z"): boolean[] {
  return addresses.map((one) => list.deniedUntil(parseAddress(one)!) > Date.parse(at));
}

Deno.test("Deny file has a range in each line, with comments and with times at which ranges expire", async () => {
  const list = await listOf(
    "\uFEFF# Vandals\r\n" +
      "198.51.100.7\r\n" +
      "\r\n" +
      "  203.0.113.0/24   until 2026-12-01T00:00Z # reported by mail\n" +
      "2001:db8:bad::/48 until 2026-12-01T01:00+01:00\n" +
      "2001:db8::7 until 2026-05-01\n" +
      "::ffff:192.0.2.1",
  );
  const addresses = [
    ...["198.51.100.7", "198.51.100.8", "203.0.113.255", "203.0.114.0"],
    ...["2001:db8:bad:1::1", "2001:db8:bae::1", "2001:db8::7", "192.0.2.1"],
  ];
  assert.deepEqual(denied(list, addresses), [true, false, true, false, true, false, false, true]);
  assert.deepEqual(denied(list, addresses, "2026-04-30T23:59Z")[6], true);
  assert.deepEqual(
    denied(list, addresses, "2026-12-01T00:00Z"),
    [true, false, false, false, false, false, false, true],
  );
});

Deno.test("Deny file denies an address for as long as the longest of its ranges", async () => {
  const list = await listOf(
    "192.0.2.0/24 until 2027-01-01\n192.0.2.7 until 2026-01-01\n192.0.2.7 until 2026-02-01\n192.0.2.7 until 2026-01-15",
  );
  assert.equal(list.deniedUntil("192.0.2.7" as Address), Date.parse("2027-01-01"));
  assert.equal(list.deniedUntil("192.0.3.7" as Address), 0);
});

Deno.test("Deny file with a mistake is rejected with the number of its line, and nothing of its content", async () => {
  const mistakes: Readonly<Record<string, RegExp>> = {
    "secret.example": /^line 3 doesn't begin with an address or a range$/,
    "192.0.2.0/33": /^line 3 doesn't begin/,
    "192.0.2.1,192.0.2.2": /^line 3 doesn't begin/,
    "0x7f.1": /^line 3 doesn't begin/,
    "until 2026-01-01": /^line 3 doesn't begin/,
    "192.0.2.1 2026-01-01": /^line 3 has more than a range/,
    "192.0.2.1 until 2026-01-01 00:00": /^line 3 has more than a range/,
    "192.0.2.1 until": /^line 3 has no time/,
    "192.0.2.1 until tomorrow": /^line 3 has no time/,
    "192.0.2.1 until 2026-02-30": /^line 3 has no time/,
    "192.0.2.1 until 2026-01-01T00:00": /^line 3 has no time/,
  };
  for (const [line, reason] of Object.entries(mistakes)) {
    const parsed = await parseDenyList(`# one\n198.51.100.1\n${line}\n198.51.100.2\n`);
    assert.ok(parsed.kind === "invalid", line);
    assert.match(parsed.reason, reason);
    assert.doesNotMatch(parsed.reason, /192|198|secret|tomorrow/);
  }
});

const ipv4 = fc.ipV4().map((text) => parseAddress(text)!);
const ipv6 = fc.ipV6().filter((text) => parseAddress(text) !== undefined).map((text) =>
  parseAddress(text)!
);
const range = fc.oneof(
  fc.tuple(
    fc.oneof(ipv4, fc.constantFrom("10.0.0.1", "10.0.1.0")),
    fc.integer({ min: 0, max: 32 }),
  ),
  fc.tuple(
    fc.oneof(ipv6, fc.constantFrom("2001:db8::1", "2001:db8::")),
    fc.integer({ min: 0, max: 128 }),
  ),
).map(([base, bits]) => `${base}/${bits}`).filter((text) => parseRange(text) !== undefined);
const address = fc.oneof(
  ipv4,
  ipv6,
  fc.constantFrom("10.0.0.2", "10.0.1.1", "2001:db8::2", "2001:db8:0:1::").map((text) =>
    parseAddress(text)!
  ),
);

Deno.test("Deny file denies exactly the addresses in its ranges, and whole networks only if each address is denied", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 8 }), address, async (ranges, one) => {
      const list = await listOf(ranges.join("\n"));
      const parsed = ranges.map((text) => parseRange(text)!);
      assert.equal(list.deniedUntil(one) === Infinity, isWithin(one, parsed));
      const whole = parsed.filter(([base, bits]) => base.kind() === "ipv4" || bits <= 64);
      const network = networkOf(one);
      assert.equal(list.networkDeniedUntil(network) === Infinity, isWithin(network, whole));
    }),
    trials({ sample: 300, long: 20_000 }),
  );
});

Deno.test("Deny file of the maximum size is parsed in slices, between which the server serves, and searched quickly", async () => {
  const lines: string[] = [];
  for (let n = 0, bytes = 0; bytes < MAX_DENY_FILE_BYTES - 40; n++) {
    const line = n % 2 === 0
      ? `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`
      : `2001:db8:${(n >> 12).toString(16)}:${(n & 4095).toString(16)}::/64`;
    lines.push(line);
    bytes += line.length + 1;
  }
  let turns = 0;
  const timer = setInterval(() => turns++);
  const list = await listOf(lines.join("\n"));
  clearInterval(timer);
  const began = performance.now();
  for (let n = 0; n < 1000; n++) list.deniedUntil("2001:db8:ffff::1" as Address);
  const each = (performance.now() - began) / 1000;
  assert.ok(lines.length > 40_000);
  assert.ok(turns >= 50, `${turns} turns of the event loop`);
  assert.ok(each < 1, `${each} ms`);
});
