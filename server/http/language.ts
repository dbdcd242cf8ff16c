/**
 * Which language a browser prefers (RFC 9110 section 12.5.4): of those that there are, the one that it weighs highest;
 * of equals, the one that it names first. A range such as `pt-PT` is met by its language alone (RFC 4647 section 3.4),
 * and `*` by the first of ours that the header does not refuse.
 */

/** How much of a header is looked at, in characters; browsers send a tenth of it. */
export const MAX_HEADER_LENGTH = 500;

/** One of `codes`, the first of which is for whoever prefers none of them. */
export function preferredLanguage<T extends string>(
  header: string | undefined,
  codes: readonly T[],
): T | undefined {
  const ranges = (header ?? "").slice(0, MAX_HEADER_LENGTH).toLowerCase().split(",").map(weighted);
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ code }) => code));
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { code } of wanted) {
    const found = codes.find((one) => code === "*" ? !refused.has(one) : one === code);
    if (found !== undefined) return found;
  }
  return codes[0];
}

function weighted(range: string): { code: string; weight: number } {
  const [, code = "", weight = "1"] =
    /^\s*([a-z]{1,8}|\*)(?:-[a-z\d-]*)?\s*(?:;\s*q=([\d.]+)\s*)?$/.exec(range) ?? [];
  return { code, weight: Number(weight) || 0 };
}
