/** All languages by code (BCP 47), in the order of the menu. Only the build imports this. */

import { ar } from "./ar.ts";
import type { Catalogue } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { hi } from "./hi.ts";
import { ja } from "./ja.ts";
import { pt } from "./pt.ts";
import { ru } from "./ru.ts";
import { zh } from "./zh.ts";

/** All catalogues. The first is the default language. */
export const CATALOGUES: Readonly<Record<string, Catalogue>> = {
  ...{ en, es, pt, fr, de },
  ...{ ru, ar, hi, zh, ja },
};
