/**
 * The type of a catalogue, derived from the English one. The type check reports every mistake that would be easy to
 * overlook: a missing string, an extra one, and a lost or misspelt placeholder.
 */

import type { en } from "./en.ts";

/** All texts in one language. */
export type Catalogue = Translated<typeof en>;

/** The texts of the app in one language. */
export type Words = Catalogue["words"];

/** A text with a count, by plural category. */
export type Counted = Readonly<
  & Partial<Record<Intl.LDMLPluralRule, `${string}{count}${string}`>>
  & { other: `${string}{count}${string}` }
>;

type Translated<T> = T extends "ltr" | "rtl" ? "ltr" | "rtl"
  : T extends string ? WithPlaceholder<T>
  : T extends { other: string; one: string } ? Counted
  : { readonly [K in keyof T]: Translated<T[K]> };

/** `fill` replaces the first placeholder, so several keep their order. */
type WithPlaceholder<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? `${string}{${Name}}${WithPlaceholder<Rest>}`
  : string;
