/** Every language there is, in the order of the menu, by its code (BCP 47). The build alone reads this. */

import type { Catalogue } from "./catalogue.ts";
import { en } from "./en.ts";

/** The language of whoever asks for none of them. */
export const DEFAULT_LANGUAGE = "en";

/** All of them. */
export const CATALOGUES: Readonly<Record<string, Catalogue>> = {
  en,
};
