/** Checks values from outside by a schema. What doesn't fit is `undefined`, never an exception. */

import * as v from "valibot";

/** A whole number that JavaScript represents exactly. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `value` in the form of `schema`, or `undefined`. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
