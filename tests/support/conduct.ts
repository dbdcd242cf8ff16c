/** Conducts for tests that are about something else, or want the rules that hold by default. */

import { type AbuseRules, AddressRecord } from "../../server/admission/address_record.ts";
import { MINUTE } from "../../server/base/clock.ts";

/** What holds with the options as they are. */
export const RULES: AbuseRules = { threshold: 3, lifetime: 50 * MINUTE };

/** The conduct of an address that has done nothing yet. */
export function newAddressRecord(now = 0, rules: Partial<AbuseRules> = {}): AddressRecord {
  return new AddressRecord({ ...RULES, ...rules }, now);
}
