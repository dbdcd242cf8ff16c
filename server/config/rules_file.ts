/**
 * The content of a rules file: plain text, so that the operator needs no markup and no text can become any.
 *
 *     Be kind.                    a paragraph: its lines are joined, and a blank line ends it
 *
 *     - No threats.               a list: an item begins with a hyphen and a space,
 *     - No advertising,           and its further lines are joined
 *       whatever it is for.
 */

import type { FileFormat, Parsed } from "../base/watched_file.ts";

/** Maximum size of a rules file, in bytes. */
export const MAX_RULES_FILE_BYTES = 64 * 1024;

/** A part of a text. */
export type RulesBlock =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] };

/** The house rules, in the order in which they are shown. */
export type HouseRules = readonly RulesBlock[];

/** Begins an item of a list. */
const ITEM = /^- +/;

/** Parses a rules file. The reason for a refusal contains nothing of the text. */
export function parseRules(text: string): Parsed<HouseRules> {
  const lines = text.split(/\r?\n/).map((line) => line.replaceAll("\t", " ").trim());
  const bad = lines.findIndex((line) => /\p{Cc}/u.test(line));
  if (bad >= 0) return { kind: "invalid", reason: `line ${bad + 1} has a control character` };
  const value = blocksOf(lines);
  return value.length === 0
    ? { kind: "invalid", reason: "it contains no text" }
    : { kind: "valid", value };
}

function blocksOf(lines: readonly string[]): RulesBlock[] {
  const blocks: RulesBlock[] = [];
  for (const group of groupsOf(lines)) {
    const first = group.findIndex((line) => ITEM.test(line));
    const [before, items] = first < 0 ? [group, []] : [group.slice(0, first), group.slice(first)];
    if (before.length > 0) blocks.push({ kind: "paragraph", text: before.join(" ") });
    if (items.length > 0) blocks.push({ kind: "list", items: itemsOf(items) });
  }
  return blocks;
}

/** Lines without a blank line between them. */
function groupsOf(lines: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const line of lines) {
    if (line === "") groups.push([]);
    else groups.at(-1)!.push(line);
  }
  return groups;
}

/** The items of a list, the first line of which begins one. */
function itemsOf(lines: readonly string[]): string[] {
  const items: string[][] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push([line.replace(ITEM, "")]);
    else items.at(-1)!.push(line);
  }
  return items.map((item) => item.join(" "));
}

/** The format of a rules file. */
export const RULES_FILE: FileFormat<HouseRules> = {
  name: "rules file",
  maxBytes: MAX_RULES_FILE_BYTES,
  parse: parseRules,
};
