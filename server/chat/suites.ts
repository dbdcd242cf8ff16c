/**
 * Which pages are too old for this server. Suites are numbered in the order of their releases. So a page is outdated if
 * everything that it offers is older than everything that the page of this server offers: it meets only other outdated
 * pages, and after reloading it meets all others. A page that is newer than this server, in a rolling update, gains
 * nothing by reloading.
 */

import { SUITES } from "../../protocol.ts";

/** Whether a page that offers these suites is outdated. `current` is what the page of this server offers. */
export function isOutdated(offered: readonly number[], current = SUITES): boolean {
  return Math.max(...offered) < Math.min(...current);
}
