/**
 * Parses the headers in which a client says what it prefers, such as Accept-Encoding and Accept-Language: names, each
 * with a weight from 0 (refused) to 1 (RFC 9110 section 12.4.2). Without a weight it is 1.
 */

/** What a client prefers, and how much. */
export interface Preference {
  /** In lower case. */
  readonly name: string;
  readonly weight: number;
}

const PREFERENCE = /^\s*([^\s;]+)\s*(?:;\s*q=([\d.]+)\s*)?$/;

/** The preferences in a header. Invalid ones are ignored. */
export function preferences(header: string | undefined): Preference[] {
  return (header ?? "").toLowerCase().split(",").flatMap((item) => {
    const [, name, weight = "1"] = PREFERENCE.exec(item) ?? [];
    return name === undefined ? [] : [{ name, weight: Number(weight) || 0 }];
  });
}
