import assert from "node:assert/strict";
import {
  isFrameKind,
  isInterest,
  MAX_INTEREST_LENGTH,
  MAX_SUITE,
  MAX_SUITES,
  normalizeInterest,
  SUITES,
} from "../protocol.ts";

Deno.test("Protocol knows the frame kinds 1, 2 and 3 and no other", () => {
  const known = Array.from({ length: 256 }, (_, kind) => kind).filter(isFrameKind);
  assert.deepEqual(known, [1, 2, 3]);
  assert.equal(isFrameKind(undefined), false);
});

Deno.test("Protocol normalizes different spellings of an interest to one", () => {
  const spellings: [raw: string, normalized: string][] = [
    ["  Music ", "music"],
    ["JAZZ\t\n  piano", "jazz piano"],
    ["ﬁlm", "film"],
    ["Ｃａｔｓ", "cats"],
    ["cafe\u0301", "café"],
    ["a\u0000b\u202Ec", "abc"],
    ["zero\u200Bwidth", "zerowidth"],
    ["lone \uD800 surrogate", "lone surrogate"],
    ['"quoted"', '"quoted"'],
    ["日本語", "日本語"],
    [" \u200B ", ""],
  ];
  for (const [raw, normalized] of spellings) assert.equal(normalizeInterest(raw), normalized);
});

Deno.test("Protocol leaves a normalized interest unchanged", () => {
  for (const raw of ["İstanbul", "ﷺ", "lone \uD800 surrogate", "a \u200B b"]) {
    const once = normalizeInterest(raw);
    assert.equal(normalizeInterest(once), once, JSON.stringify(raw));
  }
});

Deno.test("Protocol measures the length of an interest in code points", () => {
  assert.equal(isInterest(""), false);
  assert.equal(isInterest("🙂".repeat(MAX_INTEREST_LENGTH)), true);
  assert.equal(isInterest("a".repeat(MAX_INTEREST_LENGTH + 1)), false);
});

Deno.test("Protocol's own suites are bytes that a find message may name, each once", () => {
  assert.ok(SUITES.length >= 1 && SUITES.length <= MAX_SUITES);
  assert.equal(new Set(SUITES).size, SUITES.length);
  assert.ok(SUITES.every((suite) => Number.isInteger(suite) && suite >= 1 && suite <= MAX_SUITE));
});
