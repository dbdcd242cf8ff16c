/** Fills in and formats the texts of a catalogue: placeholders, counts, lists and times. */

import type { Counted, Words } from "./catalogue.ts";

/** A language with its texts and the locale of its formats. */
export interface Language {
  /** BCP 47, as in the `lang` of the page. */
  readonly code: string;
  readonly words: Words;
  /**
   * The locale for times and numbers. `undefined` stands for the visitor's own, which the browser knows and the page
   * need not ask for. It is used where the language came from the browser, too.
   */
  readonly locale: string | undefined;
}

/** Replaces the first placeholder in `text`. A function returns `value`, so that `$` in it has no special meaning. */
export function fill(text: string, value: string): string {
  return text.replace(/{\w+}/, () => value);
}

/** Chooses the plural form for `count`, and fills it in. */
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

export function timeOfDay({ locale }: Language, at: number): string {
  return new Date(at).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
}
