/** What the README says between two marks, `<!-- name -->` and `<!-- end of name -->`. */

/** A table of the README, without the padding that a formatter gives it. */
export async function readmeTable(name: string): Promise<string> {
  return unpadded(await readmePart(name));
}

/** What stands between two marks. */
export async function readmePart(name: string): Promise<string> {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const part = new RegExp(`<!-- ${name} -->\n\n([\\s\\S]*?)\n\n<!-- end of ${name} -->`);
  return part.exec(readme)?.[1] ?? "";
}

/** A Markdown table without padding. */
export function unpadded(table: string): string {
  return table.replace(/ +\|/g, " |").replace(/-+/g, "-");
}
