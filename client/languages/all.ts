/** All languages by code (BCP 47), in the order of the menu. Only the build imports this. */

import { ar } from "./ar.ts";
import type { Catalogue } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { hi } from "./hi.ts";
import { id } from "./id.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { ko } from "./ko.ts";
import { pl } from "./pl.ts";
import { pt } from "./pt.ts";
import { ru } from "./ru.ts";
import { tr } from "./tr.ts";
import { uk } from "./uk.ts";
import { vi } from "./vi.ts";
import { zh } from "./zh.ts";
import { zhHant } from "./zh_hant.ts";

/** All catalogues, by script. The first is the default language. */
export const CATALOGUES: Readonly<Record<string, Catalogue>> = {
  ...{ en, es, pt, fr, de, it, pl, tr, vi, id },
  ...{ ru, uk, ar, hi, zh, "zh-Hant": zhHant, ja, ko },
};
