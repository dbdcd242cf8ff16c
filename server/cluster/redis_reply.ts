/**
 * Checks what Redis replies. A reply of unexpected form is `undefined`, never an exception. Scripts of this program
 * decide the form, but the values under the keys may come from another version or another program.
 */

import * as v from "valibot";

/** A whole number that JavaScript represents exactly. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `value` in the form of `schema`, or `undefined`. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}

export function countIn(reply: unknown): number | undefined {
  return checked(count, reply);
}

export function textsIn(reply: unknown): string[] | undefined {
  return checked(v.array(v.string()), reply);
}
