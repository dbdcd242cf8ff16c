/**
 * The documents that have generated parts, and how those are replaced. A part is everything between two markers:
 *
 *     <!-- generated: options -->
 *
 *     | option | … |
 *
 *     <!-- end -->
 *
 * It is written the way `deno fmt` formats it, so formatting a document does not make it out of date.
 */

import {
  denoDeployTable,
  limitsTable,
  metricsTable,
  optionsTable,
  pageFingerprint,
  partsTable,
  promisesTable,
} from "./tables.ts";

/** A generated part of a document. */
export interface GeneratedPart {
  /** Relative to the root of the repository. */
  readonly document: string;
  /** The name in its marker. */
  readonly name: string;
  readonly content: () => string;
}

/** Every generated part. */
export const GENERATED: readonly GeneratedPart[] = [
  { document: "ARCHITECTURE.md", name: "parts", content: partsTable },
  { document: "docs/configuration.md", name: "options", content: optionsTable },
  { document: "docs/deno-deploy.md", name: "fixed options", content: denoDeployTable },
  { document: "docs/monitoring.md", name: "metrics", content: metricsTable },
  { document: "docs/privacy.md", name: "promises", content: promisesTable },
  { document: "docs/rate-limits.md", name: "limits", content: limitsTable },
  { document: "docs/verify.md", name: "fingerprint", content: pageFingerprint },
];

/** The documents in a folder that have an outdated part. */
export async function outdatedDocuments(root: URL): Promise<string[]> {
  return (await changes(root)).map(({ document }) => document);
}

/** Updates the documents in a folder, and returns the names of those that changed. */
export async function updateDocuments(root: URL): Promise<string[]> {
  const outdated = await changes(root);
  for (const { document, text } of outdated) {
    await Deno.writeTextFile(new URL(document, root), text);
  }
  return outdated.map(({ document }) => document);
}

/** The documents that are out of date, with the text that they should have. */
async function changes(root: URL): Promise<{ document: string; text: string }[]> {
  const printed = await formatted(GENERATED.map(sectionOf).join("\n\n"));
  const found: { document: string; text: string }[] = [];
  for (const document of new Set(GENERATED.map(({ document }) => document))) {
    const present = await Deno.readTextFile(new URL(document, root));
    const parts = GENERATED.filter((part) => part.document === document);
    const text = parts.reduce((text, { name }) => {
      const marker = `generated: ${name}`;
      return withPart(text, marker, partIn(printed, marker), document);
    }, present);
    if (text !== present) found.push({ document, text });
  }
  return found;
}

/** A part between its markers, so that all parts can be formatted together. */
function sectionOf({ name, content }: GeneratedPart): string {
  return `<!-- generated: ${name} -->\n\n${content()}\n\n<!-- end -->`;
}

/** A document with the part after a marker replaced. Errors mention the document's `name`. */
export function withPart(text: string, marker: string, part: string, name?: string): string {
  const [begin, end] = placeOf(text, marker, name);
  return `${text.slice(0, begin)}\n\n${part}\n\n${text.slice(end)}`;
}

/** The part of a document after a marker. */
export function partIn(text: string, marker: string): string {
  return text.slice(...placeOf(text, marker)).trim();
}

/** Where a part begins and ends. */
function placeOf(
  text: string,
  marker: string,
  name = "the document",
): [begin: number, end: number] {
  const opening = `<!-- ${marker} -->`;
  const begin = text.indexOf(opening) + opening.length;
  const end = text.indexOf("<!-- end -->", begin);
  if (begin < opening.length || end < 0) {
    throw new Error(`Cannot update ${name}: it lacks ${opening} or <!-- end -->`);
  }
  return [begin, end];
}

/** Markdown as `deno fmt` leaves it in this repository. */
export async function formatted(markdown: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const process = command.spawn();
  const output = process.output();
  await ReadableStream.from([new TextEncoder().encode(markdown)]).pipeTo(process.stdin);
  const { success, stdout, stderr } = await output;
  if (!success) throw new Error(`Cannot format: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}
