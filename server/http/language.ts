/**
 * Selects the language a browser prefers (RFC 9110 section 12.5.4): the available language with the highest weight. Of
 * equal weights, the first in the header wins. A range such as `pt-PT` matches by its language alone (RFC 4647 section
 * 3.4). `*` matches the first available language that the header doesn't refuse.
 */

/** Maximum number of characters of a header that are read. Browsers send a tenth of it. */
export const MAX_HEADER_LENGTH = 500;

/** The preferred one of `codes`. The first one is the default. */
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
