/**
 * Makes a partner's text safe to show. It is never treated as HTML. Beyond that, three tricks are prevented:
 *
 *   control characters     removed, except line breaks and tabs
 *   bidi overrides         removed (they make "exe.gpj" read "jpg.exe"); marks that only state a direction stay
 *   links                  only http and https become clickable, shown in full as they were typed
 */

/** A run of text, or a link. */
export interface Segment {
  readonly text: string;
  readonly href?: string;
}

// deno-lint-ignore no-control-regex -- matches control characters on purpose
const HARMFUL = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/g;
const LINE_BREAK = /\r\n?|[\x85\u2028\u2029]/g;
const LINK = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,:;!?)\]}]/gi;

/** Returns `raw` without deceptive characters and surrounding white space. */
export function cleanText(raw: string): string {
  return raw.replace(LINE_BREAK, "\n").replace(HARMFUL, "").trim();
}

/** Whether `text` is so long, in characters or lines, that it is folded. */
export function isLong(text: string): boolean {
  return text.length > 700 || text.split("\n").length > 12;
}

/** Splits `text` into plain runs and links. */
export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let end = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    if (!URL.canParse?.(link)) continue; // Older browsers have no such function.
    if (index > end) found.push({ text: text.slice(end, index) });
    found.push({ text: link, href: link });
    end = index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
