/** A table in Markdown. The first columns, one unless `words` says more, have words, and the others figures. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words = 1,
): string {
  const rule = head.map((_, column) => column < words ? "---" : "--:");
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
