/**
 * What a catalogue is: whatever English says, in other words. Everything that could go wrong unseen is a matter of
 * types: a missing string, one too many, a placeholder that is lost or misspelt.
 */

import type { en } from "./en.ts";

/** Everything that is said in one language. */
export type Catalogue = Translated<typeof en>;

/** What the app says in one language. */
export type Words = Catalogue["words"];

/** What is said of a number, by the plural category of it. */
export type Counted = Readonly<
  & Partial<Record<Intl.LDMLPluralRule, `${string}{count}${string}`>>
  & { other: `${string}{count}${string}` }
>;

type Translated<T> = T extends "ltr" | "rtl" ? "ltr" | "rtl"
  : T extends string ? WithPlaceholder<T>
  : T extends { other: string; one: string } ? Counted
  : { readonly [K in keyof T]: Translated<T[K]> };

type WithPlaceholder<T extends string> = T extends `${string}{${infer Name}}${string}`
  ? `${string}{${Name}}${string}`
  : string;
