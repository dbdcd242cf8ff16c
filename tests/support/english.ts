/** The language of a page that is tested without a browser. */

import type { Language } from "../../client/languages/language.ts";
import { en } from "../../client/languages/en.ts";

export const ENGLISH: Language = { code: "en", words: en.words, locale: "en-GB" };
