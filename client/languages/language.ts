/** How a catalogue is spoken: what is filled in, counted, listed and told of time, in the manner of the language. */

import type { Counted, Words } from "./catalogue.ts";

/** A language, as the app speaks it. */
export interface Language {
  /** BCP 47, as in the `lang` of the page. */
  readonly code: string;
  readonly words: Words;
  /**
   * In whose manner times and figures are written: the visitor's own, which the browser knows and the page need not
   * ask for, where the language came from the browser, too; `undefined` says so.
   */
  readonly locale: string | undefined;
}

/** `text` with its placeholder filled in. */
export function fill(text: string, value: string): string {
  return text.replace(/{\w+}/, () => value);
}

/** What is said of a number of things. */
export function counted({ code, locale }: Language, forms: Counted, count: number): string {
  const form = forms[new Intl.PluralRules(code).select(count)] ?? forms.other;
  return fill(form, count.toLocaleString(locale));
}

/** "a, b and c", or "a or b". */
export function listed(
  { code }: Language,
  items: readonly string[],
  type: "conjunction" | "disjunction",
): string {
  return new Intl.ListFormat(code, { type }).format(items);
}

/** The time of day. */
export function timeOfDay({ locale }: Language, at: number): string {
  return new Date(at).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
}
