/**
 * Checks what Redis replies. A reply of unexpected form is `undefined`, never an exception. Scripts of this program
 * decide the form, but the values under the keys may come from another version or another program.
 */

import * as v from "valibot";
import { checked, count } from "../base/schema.ts";

export function countIn(reply: unknown): number | undefined {
  return checked(count, reply);
}

export function textsIn(reply: unknown): string[] | undefined {
  return checked(v.array(v.string()), reply);
}
