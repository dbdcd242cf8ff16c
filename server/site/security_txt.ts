/** `/.well-known/security.txt` (RFC 9116): where to report a vulnerability. */

import { DAY, dayOf } from "../base/clock.ts";
import type { PublicSettings } from "../config/public_settings.ts";

/** How long the text is valid, in milliseconds; the standard recommends less than a year. */
const VALID_FOR = 180 * DAY;

/** The text, for a request to `host`. */
export function securityTxt(
  { contactEmail }: PublicSettings,
  host: string | undefined,
  today: Date,
): string {
  const named = host !== undefined && /^[\w.-]+(:\d+)?$/.test(host) ? host : "localhost";
  const contact = contactEmail === "" ? `https://${named}/contact` : `mailto:${contactEmail}`;
  const expires = dayOf(new Date(today.getTime() + VALID_FOR));
  return [
    `Contact: ${contact}`,
    `Expires: ${expires}T00:00:00Z`,
    "Preferred-Languages: en",
    "",
  ].join("\n");
}
