/** Conducts for tests that are about something else, or want the rules that hold by default. */

import { Conduct, type ConductRules } from "../../server/admission/address_record.ts";
import { MINUTE } from "../../server/base/clock.ts";

/** What holds with the options as they are. */
export const RULES: ConductRules = { threshold: 3, lifetime: 50 * MINUTE };

/** The conduct of an address that has done nothing yet. */
export function newConduct(now = 0, rules: Partial<ConductRules> = {}): Conduct {
  return new Conduct({ ...RULES, ...rules }, now);
}
