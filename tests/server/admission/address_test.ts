import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Address,
  clientAddress,
  isWithin,
  networkOf,
  parseAddress,
  parseRange,
  type Range,
  truncateAddress,
} from "../../../server/admission/address.ts";
import { heapBytes } from "../../support/heap.ts";
import { SECOND } from "../../../server/base/clock.ts";
import { Stopwatch } from "../../support/stopwatch.ts";
import { trials } from "../../support/repeats.ts";

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

function range(text: string): Range {
  const parsed = parseRange(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

function within(one: string, ...ranges: string[]): boolean {
  return isWithin(address(one), ranges.map(range));
}

/** An IPv6 address as eight groups, many of them zero. It is never an IPv4-mapped address. */
const someGroups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), {
  minLength: 8,
  maxLength: 8,
}).filter((groups) => groups.slice(0, 5).some((group) => group !== 0));

/** An IPv6 address as a browser writes it, in the form of RFC 5952. */
function browserForm(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

Deno.test("Address has one form, however it is written (RFC 5952)", () => {
  const forms = {
    "192.0.2.1": ["192.0.2.1"],
    "2001:db8::1": [
      "2001:db8::1",
      "2001:DB8::1",
      "2001:0db8:0000:0000:0000:0000:0000:0001",
      "2001:db8:0:0::0:1",
    ],
    "2001:db8:0:1:1:1:1:1": ["2001:db8::1:1:1:1:1"], // A single group of zeros isn't shortened.
    "2001:db8::1:0:0:1": ["2001:db8:0:0:1:0:0:1"], // Of two equal runs of zeros, the first is shortened.
    "2001:0:0:1::1": ["2001:0:0:1:0:0:0:1"], // Of two runs of zeros, the longer is shortened.
    "::": ["::", "0:0:0:0:0:0:0:0"],
    "::1": ["::1", "0::1", "::0:1"],
    "64:ff9b::c000:201": ["64:ff9b::192.0.2.1"],
  };
  for (const [form, texts] of Object.entries(forms)) {
    for (const text of texts) assert.equal(parseAddress(text), form, text);
  }
});

Deno.test("Address has the form that a browser uses, and no other", () => {
  const anAddress = fc.tuple(someGroups, fc.boolean(), fc.boolean()).map(([groups, pad, upper]) => {
    const text = groups.map((group) => group.toString(16).padStart(pad ? 4 : 1, "0")).join(":");
    return upper ? text.toUpperCase() : text;
  });
  fc.assert(
    fc.property(anAddress, (text) => {
      const form = parseAddress(text);
      assert.equal(form, browserForm(text));
      assert.equal(parseAddress(form ?? ""), form);
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("IPv4 address in IPv6 form equals that IPv4 address", () => {
  for (
    const text of [
      "::ffff:192.0.2.1",
      "::FFFF:192.0.2.1",
      "::ffff:c000:201",
      "0:0:0:0:0:ffff:c000:0201",
      "[::ffff:192.0.2.1]:4711",
    ]
  ) assert.equal(parseAddress(text), "192.0.2.1", text);
});

Deno.test("Port, brackets, zone and surrounding spaces are not part of an address", () => {
  const bare = {
    "192.0.2.1": ["192.0.2.1:4711", " 192.0.2.1 ", "\t192.0.2.1:1"],
    "2001:db8::1": ["[2001:db8::1]", "[2001:db8::1]:4711", " [2001:db8::1]:4711 "],
    "fe80::1": ["fe80::1%eth0", "fe80::1%br-lan.100", "fe80::1%3", "[fe80::1%eth0]:4711"],
    "::1:4711": ["::1:4711"], // Without brackets, a port can't be told from a group.
  };
  for (const [form, texts] of Object.entries(bare)) {
    for (const text of texts) assert.equal(parseAddress(text), form, text);
  }
});

Deno.test("Text that is not an address is not parsed as one", () => {
  for (
    const text of [
      "",
      " ",
      "unknown",
      "_hidden",
      "localhost",
      "chat.example:80",
      "0x7f.1",
      "0x7f.0.0.1",
      "127.1",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4.",
      "1.2.3.-4",
      "1.2. 3.4",
      "1.2.3.4/32",
      "1.2.3.4:",
      "1.2.3.4:port",
      "1.2.3.4%eth0",
      "2130706433",
      "١.٢.٣.٤",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:1.2.3.4",
      "12345::",
      "g::1",
      ":::",
      ":",
      "::1%",
      "::ffff:1.2.3",
      "::ffff:1.2.3.256",
      "::ffff:01.2.3.4",
      "::ffff:0x7f.0.0.1",
      "[::1",
      "::1]",
      "[[::1]]",
      "[::1]4711",
      "[]",
      "192.0.2.1 192.0.2.2",
      "192.0.2.1, 192.0.2.2",
      "for=192.0.2.1",
    ]
  ) assert.equal(parseAddress(text), undefined, JSON.stringify(text));
});

/**
 * Maximum time to parse a megabyte, in milliseconds. A parser that looks at each character a bounded number of times
 * takes a few milliseconds. One that rescans all previous characters takes more than ten minutes. The limit leaves room
 * for a busy computer.
 */
const MOST_FOR_A_MEGABYTE = 30 * SECOND;

Deno.test("Text of a megabyte is refused in linear time, not quadratic", () => {
  for (const part of ["1", "1.", "1:", "[", "::", "%", " x", "0.0.0.", "f::%1"]) {
    const watch = new Stopwatch();
    assert.equal(parseAddress(part.repeat(2 ** 20 / part.length) + "!"), undefined, part);
    assert.ok(watch.ms < MOST_FOR_A_MEGABYTE, `${part}: ${watch.ms} ms`);
  }
});

Deno.test("Text of any kind never makes the parser throw, and the result is a normalized address", () => {
  const piece = fc.constantFrom(
    ...["0", "1", "7f", "255", "ffff", "0x1", "01", ":", "::", ".", "%", "e0", "-", "[", "]", "/"],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const parsed = parseAddress(pieces.join(""));
      if (parsed === undefined) return;
      assert.equal(parseAddress(parsed), parsed);
      if (parsed.includes(":")) assert.equal(parsed, browserForm(parsed));
      else assert.match(parsed, /^\d+\.\d+\.\d+\.\d+$/);
    }),
    trials({ sample: 20_000, long: 1_000_000 }),
  );
});

const PROXY = "10.0.0.1";

Deno.test("Client without a proxy is the peer of the connection, and no header is read", () => {
  assert.equal(clientAddress("192.0.2.1", undefined, 0), "192.0.2.1");
  assert.equal(clientAddress("192.0.2.1", "203.0.113.9", 0), "192.0.2.1");
  assert.equal(clientAddress("::ffff:192.0.2.1", "203.0.113.9, 10.0.0.2", 0), "192.0.2.1");
});

Deno.test("Client behind one proxy is the one that the proxy saw, and entries further left are ignored", () => {
  assert.equal(clientAddress(PROXY, "203.0.113.9", 1), "203.0.113.9");
  assert.equal(clientAddress(PROXY, "192.0.2.66, 203.0.113.9", 1), "203.0.113.9");
  assert.equal(clientAddress(PROXY, "192.0.2.66,192.0.2.67,203.0.113.9", 1), "203.0.113.9");
  assert.equal(clientAddress(PROXY, ",,, 203.0.113.9", 1), "203.0.113.9");
});

Deno.test("Client behind two proxies is the one that the outer proxy saw", () => {
  assert.equal(clientAddress(PROXY, "203.0.113.9, 10.0.0.2", 2), "203.0.113.9");
  assert.equal(clientAddress(PROXY, "192.0.2.66, 203.0.113.9, 10.0.0.2", 2), "203.0.113.9");
});

Deno.test("Header shorter than the chain of proxies yields its last entry", () => {
  assert.equal(clientAddress(PROXY, undefined, 1), PROXY);
  assert.equal(clientAddress(PROXY, "", 1), PROXY);
  assert.equal(clientAddress(PROXY, undefined, 2), PROXY);
  assert.equal(clientAddress(PROXY, "10.0.0.2", 2), "10.0.0.2");
});

Deno.test("Header entry that is not an address ends the search, and entries further left are ignored", () => {
  for (const garbage of ["unknown", "", "_hidden", "10.0.0", "<script>"]) {
    assert.equal(clientAddress(PROXY, garbage, 1), PROXY, garbage);
    assert.equal(clientAddress(PROXY, `203.0.113.9, ${garbage}`, 1), PROXY, garbage);
    assert.equal(clientAddress(PROXY, `203.0.113.9, ${garbage}`, 2), PROXY, garbage);
    assert.equal(clientAddress(PROXY, `203.0.113.9, ${garbage}, 10.0.0.2`, 3), "10.0.0.2", garbage);
  }
});

Deno.test("Header entry is parsed like any address: ports, brackets, IPv4 in IPv6", () => {
  assert.equal(clientAddress(PROXY, "203.0.113.9:4711", 1), "203.0.113.9");
  assert.equal(clientAddress(PROXY, "[2001:DB8::9]:4711", 1), "2001:db8::9");
  assert.equal(clientAddress(PROXY, "::ffff:203.0.113.9", 1), "203.0.113.9");
});

Deno.test("Connection that has ended has no address, and one by a local socket has the one its proxy saw", () => {
  assert.equal(clientAddress("", undefined, 0), undefined);
  assert.equal(clientAddress("", "203.0.113.9", 0), undefined);
  assert.equal(clientAddress("", "unknown", 1), undefined);
  assert.equal(clientAddress("", "203.0.113.9", 1), "203.0.113.9");
});

Deno.test("Header makes no address the client except one of the rightmost entries, or the peer", () => {
  const ours = fc.array(fc.constantFrom("10.0.0.2", "10.0.0.3", "203.0.113.9"), { minLength: 1 });
  fc.assert(
    fc.property(fc.string(), ours, fc.nat(9), (forged, appended, hops) => {
      const believed = clientAddress(PROXY, [forged, ...appended].join(","), hops);
      if (hops <= appended.length) assert.equal(believed, [...appended, PROXY].at(-1 - hops));
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("Addresses of one IPv6 /64 count as one visitor, and an IPv4 address by itself", () => {
  const networks = {
    "2001:db8:1:2::": ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"],
    "2001:db8:1:3::": ["2001:db8:1:3::1"],
    "192.0.2.1": ["192.0.2.1", "::ffff:192.0.2.1"],
    "192.0.2.2": ["192.0.2.2"],
  };
  for (const [network, texts] of Object.entries(networks)) {
    for (const text of texts) assert.equal(networkOf(address(text)), network, text);
  }
});

Deno.test("Truncated address keeps 24 bits of IPv4 and 48 of IPv6", () => {
  const truncated = {
    "192.0.2.0": ["192.0.2.1", "192.0.2.255", "::ffff:192.0.2.77"],
    "2001:db8:1::": ["2001:db8:1:2::3", "2001:db8:1:ffff:ffff:ffff:ffff:ffff"],
    "::": ["::1"],
  };
  for (const [rest, texts] of Object.entries(truncated)) {
    for (const text of texts) assert.equal(truncateAddress(address(text)), rest, text);
  }
});

Deno.test("Address cut to a prefix keeps its bits, and its form", () => {
  const cut = (groups: number[], kept: number): string =>
    browserForm(groups.map((group, n) => (n < kept ? group : 0).toString(16)).join(":"));
  fc.assert(
    fc.property(someGroups, (groups) => {
      const whole = address(groups.map((group) => group.toString(16)).join(":"));
      assert.equal(networkOf(whole), cut(groups, 4));
      assert.equal(truncateAddress(whole), cut(groups, 3));
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("Range contains the addresses with its prefix", () => {
  assert.equal(within("10.255.255.255", "10.0.0.0/8"), true);
  assert.equal(within("11.0.0.0", "10.0.0.0/8"), false);
  assert.equal(within("192.0.2.127", "192.0.2.0/25"), true);
  assert.equal(within("192.0.2.128", "192.0.2.0/25"), false);
  assert.equal(within("192.0.2.77", "192.0.2.1/24"), true); // Bits beyond the prefix length don't matter.
  assert.equal(within("2001:db8:ffff::1", "2001:db8::/32"), true);
  assert.equal(within("2001:db9::", "2001:db8::/32"), false);
  assert.equal(within("fdff::1", "fc00::/7"), true);
  assert.equal(within("fe00::1", "fc00::/7"), false);
});

Deno.test("Range with all bits, or no length, is one address, and a range of length zero is all of them", () => {
  for (const one of ["192.0.2.1", "192.0.2.1/32"]) {
    assert.equal(within("192.0.2.1", one), true);
    assert.equal(within("192.0.2.0", one), false);
  }
  for (const one of ["2001:db8::1", "2001:db8::1/128", "2001:DB8:0::1"]) {
    assert.equal(within("2001:db8::1", one), true);
    assert.equal(within("2001:db8::", one), false);
  }
  assert.equal(within("255.255.255.255", "0.0.0.0/0"), true);
  assert.equal(within("ffff::ffff", "::/0"), true);
});

Deno.test("Range of IPv6 contains no IPv4 address, and the other way round", () => {
  assert.equal(within("192.0.2.1", "::/0"), false);
  assert.equal(within("::c000:201", "0.0.0.0/0"), false);
  assert.equal(within("::1", "0.0.0.0/0"), false);
});

Deno.test("Range of IPv4 contains addresses written as IPv4 in IPv6, and may be written so", () => {
  assert.equal(within("::ffff:10.1.2.3", "10.0.0.0/8"), true);
  for (const text of ["::ffff:10.0.0.0/104", "::ffff:10.1.2.3", "::ffff:a01:203/128"]) {
    assert.equal(within("10.1.2.3", text), true, text);
    assert.equal(within("11.1.2.3", text), false, text);
  }
  assert.equal(within("192.0.2.1", "::ffff:0:0/96"), true);
  assert.equal(within("::1", "::ffff:0:0/96"), false);
});

Deno.test("Address is in a list of ranges if it is in any of them, and never in an empty list", () => {
  assert.equal(within("192.0.2.1", "::/0", "10.0.0.0/8", "192.0.2.0/24"), true);
  assert.equal(within("192.0.2.1", "::/0", "10.0.0.0/8"), false);
  assert.equal(within("192.0.2.1"), false);
});

Deno.test("Text that is not a range is not parsed as one", () => {
  for (
    const text of [
      "",
      "/",
      "/8",
      "10.0.0.0/",
      "10.0.0.0/33",
      "10.0.0.0/-1",
      "10.0.0.0/+8",
      "10.0.0.0/8.0",
      "10.0.0.0/1e1",
      "10.0.0.0/0x8",
      "10.0.0.0/ 8",
      "10.0.0.0/8/8",
      "10.0.0.0/255.0.0.0",
      "10.0.0.0-10.0.0.255",
      "10.0.0/24",
      "10/8",
      "010.0.0.0/8",
      "0x0a.0.0.0/8",
      "10.0.0.*",
      "2001:db8::/129",
      "2001:db8/32",
      "[2001:db8::]/32",
      "::ffff:10.0.0.0/129",
      "all",
      "10.0.0.0/99999999999999999999",
    ]
  ) assert.equal(parseRange(text), undefined, JSON.stringify(text));
});

Deno.test("Address is in a range exactly if both are equal when cut to its length", () => {
  const bits = (octets: number[]): string =>
    octets.map((octet) => octet.toString(2).padStart(8, "0")).join("");
  const octets = fc.array(fc.constantFrom(0, 1, 10, 127, 128, 192, 254, 255), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(
    fc.property(octets, octets, fc.nat(32), (one, base, length) => {
      const alike = bits(one).slice(0, length) === bits(base).slice(0, length);
      assert.equal(within(one.join("."), `${base.join(".")}/${length}`), alike);
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("clientAddress returns an address that does not keep the rest of the header in memory", () => {
  const kept: (string | undefined)[] = [];
  const before = heapBytes();
  for (let n = 0; n < 1000; n++) {
    const forged = `${n}`.padStart(7000, "0");
    kept.push(clientAddress("10.0.0.1", `${forged},203.0.113.${100 + n % 100}`, 1));
  }
  const each = (heapBytes() - before) / 1000;
  assert.equal(kept[42], "203.0.113.142");
  assert.ok(each < 1000, `an address keeps ${Math.round(each)} bytes`);
});
