/**
 * Addresses that may not connect, as ranges that may expire. A list of tens of thousands of ranges costs no more to
 * search than a short one: there is one map for each length of prefix, from the prefix to the end of the denial.
 *
 *     198.51.100.7    /32: 198.51.100.7 ── missing
 *                     /24: 198.51.100   ── until 2026-12-01T00:00Z
 *
 * The end is a time of the calendar, because the operator wrote it. An expired range is kept, and is in force again if
 * the calendar is set back.
 */

import ipaddr from "ipaddr.js";
import { parseTime } from "../base/clock.ts";
import { delay } from "../base/timeout.ts";
import type { FileFormat, Parsed } from "../base/watched_file.ts";
import { type Address, parseRange, type Range } from "./address.ts";

/** Maximum size of a deny file, in bytes: tens of thousands of ranges. */
export const MAX_DENY_FILE_BYTES = 1024 * 1024;

/** How many lines are parsed without a pause, so that no visitor notices. */
const LINES_PER_SLICE = 500;

/** The bits of an IPv6 address that identify its network. */
const NETWORK_BITS = 64;

/** Some denied addresses. */
export interface DenyRule {
  readonly range: Range;
  /** In milliseconds since 1970; `Infinity` if it never expires. */
  readonly until: number;
}

/** The end of each denial, by prefix. */
type Prefixes = Map<bigint, number>;

/** Denied ranges. */
export class DenyList {
  /** By the number of bits of the prefix. */
  readonly #ranges: Readonly<Record<"ipv4" | "ipv6", Map<number, Prefixes>>> = {
    ipv4: new Map(),
    ipv6: new Map(),
  };

  constructor(rules: Iterable<DenyRule> = []) {
    for (const rule of rules) this.add(rule);
  }

  /** Of several rules for the same range, the longest applies. */
  add({ range: [base, bits], until }: DenyRule): void {
    const lengths = this.#ranges[base.kind()];
    const prefixes = lengths.get(bits) ?? new Map<bigint, number>();
    lengths.set(bits, prefixes);
    const prefix = prefixOf(base, bits);
    prefixes.set(prefix, Math.max(prefixes.get(prefix) ?? 0, until));
  }

  /** Until when an address is denied, in milliseconds since 1970; 0 if it never was. */
  deniedUntil(address: Address): number {
    return this.#search(address, Infinity);
  }

  /** The same for every address of a network, which is named by its first address. */
  networkDeniedUntil(network: Address): number {
    return this.#search(network, NETWORK_BITS);
  }

  #search(address: Address, maxIpv6Bits: number): number {
    if (this.#ranges.ipv4.size + this.#ranges.ipv6.size === 0) return 0;
    const parsed = ipaddr.parse(address);
    const isIpv6 = parsed.kind() === "ipv6";
    let latest = 0;
    for (const [bits, prefixes] of this.#ranges[parsed.kind()]) {
      if (isIpv6 && bits > maxIpv6Bits) continue;
      latest = Math.max(latest, prefixes.get(prefixOf(parsed, bits)) ?? 0);
    }
    return latest;
  }
}

function prefixOf(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): bigint {
  const bytes = address.toByteArray();
  let prefix = 0n;
  for (const byte of bytes) prefix = prefix << 8n | BigInt(byte);
  return prefix >> BigInt(bytes.length * 8 - bits);
}

/** Parses a deny file: a range in each line, with a comment after `#`, and with `until` a time at which it expires. */
export async function parseDenyList(text: string): Promise<Parsed<DenyList>> {
  const list = new DenyList();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (index % LINES_PER_SLICE === LINES_PER_SLICE - 1) await delay(0);
    const words = line.split("#", 1)[0]!.split(/\s+/).filter(Boolean);
    if (words.length === 0) continue;
    const rule = ruleOf(words);
    if (typeof rule === "string") {
      return { kind: "invalid", reason: `line ${index + 1} ${rule}` };
    }
    list.add(rule);
  }
  return { kind: "valid", value: list };
}

/** The format of a deny file. */
export const DENY_FILE: FileFormat<DenyList> = {
  name: "deny file",
  maxBytes: MAX_DENY_FILE_BYTES,
  parse: parseDenyList,
};

/** A rule, or what is wrong with it. */
function ruleOf([address = "", until, time = "", ...rest]: readonly string[]): DenyRule | string {
  const range = parseRange(address);
  if (range === undefined) return "doesn't begin with an address or a range";
  if (until === undefined) return { range, until: Infinity };
  const end = parseTime(time);
  if (until !== "until" || rest.length > 0) return "has more than a range and “until TIME”";
  if (end === undefined) return "has no time like 2026-12-01T00:00Z after “until”";
  return { range, until: end.getTime() };
}
