/** Values of one part that tests of other parts need, with the defaults of a new installation. */

import { SUBPROTOCOL, SUITES } from "../../protocol.ts";
import type { HttpRequest } from "../../server/http/message.ts";
import type { Language } from "../../client/languages/language.ts";
import type { PublicSettings } from "../../server/config/public_settings.ts";
import { type SearchRequest, stepsOf } from "../../server/matching/policy.ts";
import { ALONE, type SessionId, type Ticket } from "../../server/ids.ts";
import { DAY, HOUR, MINUTE } from "../../server/base/clock.ts";
import { en } from "../../client/languages/en.ts";
import { CONNECTIONS_PER_ADDRESS } from "../../server/limits/rate_limits.ts";
import { type AbuseRules, AddressRecord } from "../../server/admission/address_record.ts";

/** A search request in its first step. A higher id is a later request. */
export function searchRequest(
  id: number,
  change: Partial<Omit<SearchRequest, "id" | "ticket" | "recent">> & { met?: readonly number[] } =
    {},
): SearchRequest {
  const { met = [], interests = [], languages = [], mode = "text", suites = SUITES, ...rest } =
    change;
  return {
    ticket: id as Ticket,
    id: id as SessionId,
    node: ALONE,
    mode,
    interests,
    languages,
    suites,
    step: stepsOf({ mode, interests, languages })[0]!.step,
    order: id,
    recent: met as SessionId[],
    ...rest,
  };
}

/** The rules under the default options. */
export const DEFAULT_RULES: Omit<AbuseRules, "identity"> = {
  threshold: 3,
  lifetime: 50 * MINUTE,
  places: CONNECTIONS_PER_ADDRESS,
  isShared: false,
};

/** The headers of a browser's handshake with chat.example (RFC 6455 section 1.2). */
export const BROWSER_HANDSHAKE: Readonly<Record<string, string>> = {
  "host": "chat.example",
  "origin": "https://chat.example",
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-protocol": SUBPROTOCOL,
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

let records = 0;

/** The record of an address without any offence. */
export function newAddressRecord(now = 0, rules: Partial<AbuseRules> = {}): AddressRecord {
  return new AddressRecord({ ...DEFAULT_RULES, identity: records++, ...rules }, now);
}

export const ENGLISH: Language = { code: "en", words: en.words, locale: "en-GB" };

export const DEFAULT_SETTINGS: PublicSettings = {
  operator: "",
  contactEmail: "",
  announcement: "",
  rules: undefined,
  reportThreshold: 3,
  accessLog: "full",
  addressRetention: HOUR,
  accessLogRetention: 30 * DAY,
  relay: "none",
  isShared: false,
  platform: "",
  version: "1.2.3",
  build: "0123456789ab of 2026-05-05",
  fingerprints: { en: "e".repeat(64), ar: "a".repeat(64) },
};

/** A GET request by default. */
export function httpRequest(
  target: string,
  headers: Record<string, string> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest {
  const header = (name: string): string | undefined => headers[name];
  return { method: "GET", target, version: "1.1", remote: "203.0.113.9", header, ...more };
}
