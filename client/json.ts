/** Reads JSON that anybody may have written. */

/** The value of a JSON text as an object, whose fields may be anything; an empty one if the text is not JSON. */
export function parseObject(json: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
