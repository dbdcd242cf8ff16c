/** The types of command line options: how each is parsed and described. */

import { parseRange, type Range } from "../admission/address.ts";
import { parseSharedRange, type SharedRange } from "../admission/shared_address.ts";

/** One option: its allowed values, its default and its purpose. */
export interface Option<T> {
  readonly defaultValue: T;
  /** The default as shown to people, or "none" if it is empty. */
  readonly defaultText: string;
  /** The placeholder for the value in `--help`. */
  readonly placeholder: string;
  /** Description of the allowed values, for error messages. */
  readonly allowedValues: string;
  readonly purpose: string;
  /** Whether the given value must never be printed. */
  readonly isSecret?: boolean;
  /** The parsed value, or `undefined` if the text is invalid. */
  readonly parse: (text: string) => T | undefined;
}

/** Maximum length of a given text, in characters. */
const MAX_TEXT = 500;

/** A line of text. */
export function text(defaultValue: string, purpose: string): Option<string> {
  return {
    defaultValue,
    defaultText: defaultValue || "none",
    purpose,
    placeholder: "TEXT",
    allowedValues: `a line of at most ${MAX_TEXT} characters`,
    parse: (given) => given.length <= MAX_TEXT && !/\p{Cc}/u.test(given) ? given : undefined,
  };
}

/** The path of a file or directory, or none. */
export function path(purpose: string): Option<string> {
  return {
    ...text("", purpose),
    placeholder: "PATH",
    allowedValues: `a path of at most ${MAX_TEXT} characters`,
  };
}

/** The URL of a home page, or none. Only its origin matters, so it has no path. */
export function url(purpose: string): Option<string> {
  const parse = (given: string): string | undefined => {
    const page = given.length <= MAX_TEXT && URL.canParse(given) ? new URL(given) : undefined;
    const isHomePage = page !== undefined && /^https?:$/.test(page.protocol) &&
      page.href === `${page.origin}/`;
    return isHomePage ? page.origin : undefined;
  };
  const allowedValues = "a URL without a path, like https://chat.example";
  return { ...text("", purpose), placeholder: "URL", allowedValues, parse };
}

/** A host name or an IP address, or none. IPv6 is in brackets, as in a URL. */
export function hostName(purpose: string): Option<string> {
  const parse = (given: string): string | undefined =>
    /^(\[[\da-f:.]{2,45}\]|[\w.-]{1,253})$/i.test(given) ? given : undefined;
  const allowedValues =
    "a host name like chat.example, or an address like 192.0.2.1 or [2001:db8::1]";
  return { ...text("", purpose), placeholder: "HOST", allowedValues, parse };
}

/** An e-mail address, or none. */
export function email(purpose: string): Option<string> {
  const parse = (given: string): string | undefined =>
    given.length <= MAX_TEXT && /^[^\s@<>"]+@[^\s@<>"]+$/.test(given) ? given : undefined;
  const allowedValues = "an e-mail address";
  return {
    defaultValue: "",
    defaultText: "none",
    purpose,
    placeholder: "ADDRESS",
    allowedValues,
    parse,
  };
}

/** A secret shared with another program, or none. */
export function secret(purpose: string): Option<string> {
  return { ...text("", purpose), placeholder: "SECRET", isSecret: true };
}

/** Minimum length of a bearer token, in characters: too many to guess. */
const MIN_TOKEN = 16;

/** A bearer token (RFC 6750 section 2.1), or none. */
export function token(purpose: string): Option<string> {
  const parse = (given: string): string | undefined =>
    given.length <= MAX_TEXT && given.length >= MIN_TOKEN && /^[\w.~+/-]+=*$/.test(given)
      ? given
      : undefined;
  const allowedValues = `at least ${MIN_TOKEN} of the characters A-Z a-z 0-9 - . _ ~ + /`;
  return { ...secret(purpose), allowedValues, parse };
}

/** The URL of a Redis or Valkey server, or none. It is secret because it may contain a password. */
export function redis(purpose: string): Option<string> {
  const parse = (given: string): string | undefined => {
    const url = given.length <= MAX_TEXT && URL.canParse(given) ? new URL(given) : undefined;
    return url && ["redis:", "rediss:"].includes(url.protocol) && url.hostname ? given : undefined;
  };
  const allowedValues =
    "an address like redis://10.0.0.5:6379 or rediss://:password@redis.example.org";
  return { ...text("", purpose), placeholder: "URL", allowedValues, isSecret: true, parse };
}

/** URIs of TURN servers (RFC 7065), or none. */
export function relays(purpose: string): Option<readonly string[]> {
  const uri = /^turns?:(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?$/i;
  const parse = (given: string): string[] | undefined => {
    const urls = given.split(",").map((url) => url.trim());
    return given.length <= MAX_TEXT && urls.every((url) => uri.test(url)) ? urls : undefined;
  };
  const allowedValues =
    "a list like turn:turn.example.org:3478,turns:turn.example.org:443?transport=tcp";
  return {
    defaultValue: [],
    defaultText: "none",
    purpose,
    placeholder: "URLS",
    allowedValues,
    parse,
  };
}

/** Address ranges, or none. */
export function ranges(purpose: string): Option<readonly Range[]> {
  const parse = (given: string): Range[] | undefined => {
    const parsed = given.split(",").map((item) => parseRange(item.trim()));
    return parsed.every((range) => range !== undefined) ? parsed : undefined;
  };
  const allowedValues = "a list like 192.0.2.0/24,2001:db8::/32";
  return {
    defaultValue: [],
    defaultText: "none",
    purpose,
    placeholder: "RANGES",
    allowedValues,
    parse,
  };
}

/** Ranges of addresses that many people share, or none. */
export function sharedRanges(most: number, purpose: string): Option<readonly SharedRange[]> {
  const parse = (given: string): SharedRange[] | undefined => {
    const parsed = given.split(",").map((item) => parseSharedRange(item, most));
    return parsed.every((range) => range !== undefined) ? parsed : undefined;
  };
  const allowedValues = `a list like 192.0.2.0/24=500,127.0.0.1, with numbers from 1 to ${most}`;
  return {
    defaultValue: [],
    defaultText: "none",
    purpose,
    placeholder: "RANGES",
    allowedValues,
    parse,
  };
}

/** A whole number within bounds. */
export function integer(
  defaultValue: number,
  min: number,
  max: number,
  purpose: string,
): Option<number> {
  const parse = (given: string): number | undefined => {
    const value = Number(given);
    return /^\d+$/.test(given) && value >= min && value <= max ? value : undefined;
  };
  const allowedValues = `a number from ${min} to ${max}`;
  return {
    defaultValue,
    defaultText: `${defaultValue}`,
    purpose,
    placeholder: "N",
    allowedValues,
    parse,
  };
}

/** One of the allowed words. The first one is the default. */
export function choice<const T extends string>(
  allowed: readonly [T, ...T[]],
  purpose: string,
): Option<T> {
  const parse = (given: string): T | undefined => allowed.find((one) => one === given);
  return {
    defaultValue: allowed[0],
    defaultText: allowed[0],
    purpose,
    placeholder: allowed.join("|"),
    allowedValues: `one of ${allowed.join(", ")}`,
    parse,
  };
}
