import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AccessRecord,
  formatRecord,
  MAX_LINE_LENGTH,
  MAX_METHOD_LENGTH,
  MAX_TARGET_LENGTH,
  MAX_USER_AGENT_LENGTH,
  timeOf,
} from "../../../server/access_log/line.ts";
import { parseAddress } from "../../../server/admission/address.ts";
import { trials } from "../../support/repeats.ts";

const AT = new Date("2026-11-23T14:00:09.999Z");

const VISIT: AccessRecord = {
  address: parseAddress("203.0.113.9"),
  method: "GET",
  target: "/privacy?from=home",
  version: "1.1",
  status: 200,
  bytes: 5120,
  userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
};

const LINE =
  '203.0.113.9 - - [23/Nov/2026:14:00:09 +0000] "GET /privacy?from=home HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n';

function line(changes: Partial<AccessRecord>): string {
  return formatRecord({ ...VISIT, ...changes }, AT);
}

/** A line without its request and user agent. */
function skeleton(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

Deno.test("Access line is in the combined format of Apache, byte for byte", () => {
  assert.equal(formatRecord(VISIT, AT), LINE);
});

Deno.test("Access line states the time in UTC, with a two-digit day and English months", () => {
  const stamp = (date: string): string => /\[(.*)\]/.exec(formatRecord(VISIT, new Date(date)))![1]!;
  assert.equal(stamp("2026-01-02T03:04:05Z"), "02/Jan/2026:03:04:05 +0000");
  assert.equal(stamp("2026-12-31T23:59:59+02:00"), "31/Dec/2026:21:59:59 +0000");
});

Deno.test("Access line contains an IPv6 address unchanged", () => {
  assert.match(line({ address: parseAddress("2001:DB8:0::9") }), /^2001:db8::9 - - \[/);
});

Deno.test("Access line has a dash for an unknown address, no user agent and no bytes", () => {
  assert.equal(
    line({ address: undefined, userAgent: undefined, status: 101, bytes: 0 }),
    '- - - [23/Nov/2026:14:00:09 +0000] "GET /privacy?from=home HTTP/1.1" 101 - "-" "-"\n',
  );
});

Deno.test("Access line has no field for a referer", () => {
  const visit = { ...VISIT, referer: "https://example.org/" };
  assert.equal(formatRecord(visit, AT), LINE);
});

Deno.test("Access line escapes quotes, backslashes, and everything that is not printable ASCII", () => {
  const escapes = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\x0a",
    "\r": "\\x0d",
    "\t": "\\x09",
    "\0": "\\x00",
    "\x1b[2J": "\\x1b[2J",
    "\x7f": "\\x7f",
    "\u0085": "\\xc2\\x85",
    "\u2028": "\\xe2\\x80\\xa8",
    "\u202e": "\\xe2\\x80\\xae", // Right-to-left override.
    "ä€": "\\xc3\\xa4\\xe2\\x82\\xac",
    "😀": "\\xf0\\x9f\\x98\\x80",
    "\ud800": "\\xef\\xbf\\xbd", // Half of a surrogate pair isn't a character.
    " !~": " !~",
  };
  for (const [raw, escaped] of Object.entries(escapes)) {
    assert.equal(line({ userAgent: raw }), LINE.replace(/"Mozilla.*"/, () => `"${escaped}"`));
    assert.ok(line({ target: raw }).includes(`"GET ${escaped} HTTP/1.1"`));
    assert.ok(line({ method: raw }).includes(`"${escaped} /privacy`));
    assert.ok(line({ version: raw }).includes(`HTTP/${escaped}" 200`));
  }
});

Deno.test("Access line can't be forged: any input becomes one line with the right quotes", () => {
  const forged = `x" 200 1 "-" "y"\n${LINE}`;
  for (const changes of [{ target: forged }, { userAgent: forged }, { userAgent: "x\\" }]) {
    const text = line(changes);
    assert.equal(text.indexOf("\n"), text.length - 1);
    assert.equal(skeleton(text), skeleton(LINE));
  }
});

Deno.test("Access line truncates long fields, and never inside an escape", () => {
  const long = "x".repeat(10_000);
  assert.equal(
    line({ method: long, target: long, userAgent: long }),
    LINE.replace("GET", "x".repeat(MAX_METHOD_LENGTH))
      .replace("/privacy?from=home", "x".repeat(MAX_TARGET_LENGTH))
      .replace(/"Mozilla.*"/, `"${"x".repeat(MAX_USER_AGENT_LENGTH)}"`),
  );
  const cut = line({ userAgent: "\\".repeat(10_000) });
  assert.ok(cut.endsWith(`"-" "${"\\\\".repeat(MAX_USER_AGENT_LENGTH)}"\n`));
});

Deno.test("Access line is ASCII, bounded, and parses to the same second, for any input", () => {
  const text = fc.string({ unit: "binary", maxLength: 3000 });
  const visit = fc.record({ method: text, target: text, version: text, userAgent: text });
  fc.assert(
    fc.property(visit, (fields) => {
      const written = line(fields);
      assert.match(written, /^[ -~]*\n$/);
      assert.equal(timeOf(written)?.toISOString(), "2026-11-23T14:00:09.000Z");
    }),
    trials({ sample: 100, long: 20_000 }),
  );
  const longest = "€".repeat(10_000);
  const written = line({ method: longest, target: longest, version: longest, userAgent: longest });
  assert.ok(written.length <= MAX_LINE_LENGTH);
  assert.ok(timeOf(written));
});

Deno.test("Access line is parsed with and without its line break", () => {
  for (const text of [LINE, LINE.trimEnd()]) {
    assert.equal(timeOf(text)?.toISOString(), "2026-11-23T14:00:09.000Z");
  }
});

Deno.test("Access line is rejected if any part of it is not in our format", () => {
  const strange = {
    "nothing": "",
    "a part of the beginning": LINE.slice(0, 60),
    "all but the last quote": LINE.slice(0, -2),
    "a part of the end": LINE.slice(5).replace("- - ", ""),
    "two lines": LINE + LINE,
    "a torn line and a whole one": LINE.slice(0, 70) + LINE,
    "something in front": ` ${LINE}`,
    "something behind": LINE.replace("\n", " \n"),
    "no address": LINE.replace("203.0.113.9", "localhost"),
    "a user": LINE.replace("- - [", "- alice ["),
    "a referer": LINE.replace('"-"', '"https://example.org/"'),
    "a loose quote": LINE.replace("Mozilla", 'Mozilla"'),
    "a loose backslash": LINE.replace("Mozilla", "Mozilla\\"),
    "a raw control character": LINE.replace("Mozilla", "Mozilla\x07"),
    "a raw letter beyond ASCII": LINE.replace("Mozilla", "Mozillä"),
    "another zone": LINE.replace("+0000", "+0100"),
    "no such month": LINE.replace("Nov", "Nop"),
    "no such day": LINE.replace("23/Nov", "31/Nov"),
    "no such hour": LINE.replace(":14:", ":24:"),
    "no such second": LINE.replace(":09 ", ":60 "),
    "a line longer than ours can be": LINE.replace("X11", "X".repeat(MAX_LINE_LENGTH)),
  };
  for (const [what, text] of Object.entries(strange)) assert.equal(timeOf(text), undefined, what);
});
