/**
 * Leaves out of packages what the page never needs. Their functions stay as they are.
 *
 *   - Messages of errors explain to programmers which argument is wrong. The page shows none of them, and they would
 *     weigh 700 bytes. The checks stay, without the names of what they check ({@linkcode CHECKS}).
 *   - A bundler can't tell which methods of an object nobody calls. Those in {@linkcode UNUSED} weigh 400 bytes.
 *
 * Tests run the known answers of ML-KEM-768 on the result (`tests/tools/package_code_test.ts`).
 */

import { type AnyNode, type NewExpression, parse } from "acorn";

/** Methods and properties of `@noble` that the page doesn't use. Nothing else in these packages has such a name. */
export const UNUSED: readonly string[] = [
  ...["prepare", "getPublicKey", "clone", "_cloneInto", "info", "stats", "smod", "xof", "inv"],
  ...["oid", "RBGstrength", "msgRand"],
];

/** Checks of `@noble`. Their last argument, if that is a string, is the name of what they check. */
const CHECKS: readonly string[] = [
  ...["abytes", "abytes_", "anumber", "abool", "aarray", "aobject", "aopts"],
  ...["checkU32", "checkOpts", "validateObject", "validateModulus"],
];

/** A part of a module, from one offset to another. */
type Part = readonly [begin: number, end: number];

/** A module of a package without what the page doesn't need. */
export function trimmed(module: string): string {
  const program = parse(module, { ecmaVersion: "latest", sourceType: "module" });
  return needless(program, module).reduceRight(
    (text, [begin, end]) => text.slice(0, begin) + text.slice(end),
    module,
  );
}

/** What a node contains without need, in the order of the text. */
function needless(node: unknown, module: string): Part[] {
  if (typeof node !== "object" || node === null) return [];
  const part = messageOf(node as AnyNode) ?? unusedIn(node as AnyNode, module);
  if (part) return [part];
  const inner = Object.values(node).flatMap((child) => needless(child, module));
  const name = nameIn(node as AnyNode);
  return name ? [...inner, name] : inner;
}

/** The arguments of the error that a statement throws. */
function messageOf(node: AnyNode): Part | undefined {
  if (node.type !== "ThrowStatement" || node.argument.type !== "NewExpression") return undefined;
  const { arguments: [first, ...others] } = node.argument as NewExpression;
  return first && [first.start, (others.at(-1) ?? first).end];
}

/** The name of what a call checks, with the comma before it. */
function nameIn(node: AnyNode): Part | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return undefined;
  const [before, last] = node.arguments.slice(-2);
  const isName = CHECKS.includes(node.callee.name) && last?.type === "Literal" &&
    typeof last.value === "string";
  return isName ? [before!.end, last.end] : undefined;
}

/** An unused method or property, with the comma after it. */
function unusedIn(node: AnyNode, module: string): Part | undefined {
  if (node.type !== "Property" && node.type !== "MethodDefinition") return undefined;
  if (node.key.type !== "Identifier" || !UNUSED.includes(node.key.name)) return undefined;
  const [comma] = /^,?/.exec(module.slice(node.end))!;
  return [node.start, node.end + comma.length];
}
