/**
 * Makes a partner's text safe to show. It is never treated as HTML. Beyond that, three tricks are prevented:
 *
 *   control characters     removed, except line breaks and tabs
 *   bidi overrides         removed (they make "exe.gpj" read "jpg.exe"); marks that only state a direction stay
 *   links                  only http and https become links, and the page names the host that a browser would contact
 */

/** A run of text, or a link as it was typed. */
export interface Segment {
  readonly text: string;
  /** The host and port that a browser contacts. A name in other letters than ASCII is in Punycode. */
  readonly host?: string;
}

// deno-lint-ignore no-control-regex -- matches control characters on purpose
const HARMFUL = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/g;
const LINE_BREAK = /\r\n?|[\x85\u2028\u2029]/g;

/**
 * A link, which ends before anything that can't be part of it, so that text after a link never changes its host. Letters
 * of all scripts can be part of it. Punctuation outside ASCII can't, although browsers read "。" as a dot. A top-level
 * domain is either all ASCII or not at all, so "example.com谢谢" ends after "com".
 */
const LINK =
  /\bhttps?:\/\/(?:[\w.:%+-]+@)*(?:[\p{IDC}-]+\.)+(?:xn--[a-z\d-]+|[a-z\d]+|\p{IDC}+)(?::\d+)?(?:[/?#][!#-&(-;=?-~\p{IDC}]*[#-&*+/=@~\p{IDC}-]|\/)?/giu;

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
    const host = hostOf(link);
    if (host === undefined) continue;
    if (index > end) found.push({ text: text.slice(end, index) });
    found.push({ text: link, host });
    end = index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** Not every browser has `URL.canParse`. */
function hostOf(link: string): string | undefined {
  try {
    return new URL(link).host;
  } catch {
    return undefined;
  }
}
