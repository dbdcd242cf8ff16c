/** Address records for tests of other parts, or of the default rules. */

import { type AbuseRules, AddressRecord } from "../../server/admission/address_record.ts";
import { MINUTE } from "../../server/base/clock.ts";

/** The rules under the default options. */
export const RULES: AbuseRules = { threshold: 3, lifetime: 50 * MINUTE };

/** The record of an address without any offence. */
export function newAddressRecord(now = 0, rules: Partial<AbuseRules> = {}): AddressRecord {
  return new AddressRecord({ ...RULES, ...rules }, now);
}
