/**
 * How the program is told what to do: flags over environment over defaults, from one table, which also prints
 * `--help` and the README's list. All mistakes are reported at once, each with what was given and what is allowed.
 */

import { parseArgs } from "node:util";

/** One option: what it may be, what it is by default, and what it is for. */
interface Option<T> {
  readonly fallback: T;
  /** What stands for the value in `--help`. */
  readonly placeholder: string;
  /** What a value must be, for people. */
  readonly form: string;
  readonly purpose: string;
  /** The value of a text, or `undefined` when it is none. */
  readonly parse: (text: string) => T | undefined;
}

/** Every option, by the name of its flag. */
export const OPTIONS = {
  "host": text("0.0.0.0", "the address to listen on"),
  "port": integer(8000, 0, 65_535, "the port to listen on; 0 lets the system choose"),
  "max-connections": integer(10_000, 1, 1_000_000, "how many people may be connected at once"),
  "listener": choice(
    ["node", "deno"],
    "which HTTP server to use: node is hardened, deno is for Deno Deploy",
  ),
};

type Options = typeof OPTIONS;
type OptionName = keyof Options;

/** The settings in force. */
export type Config = {
  readonly [N in OptionName]: Options[N] extends Option<infer T> ? T : never;
};

/** What the command line asks for. */
export type Command =
  | { kind: "serve"; config: Config }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "mistaken"; mistakes: string[] };

/** Reads a command line (without the program's name) and an environment. */
export function readConfig(
  args: readonly string[],
  environment: (name: string) => string | undefined,
): Command {
  const { given, mistakes } = readFlags(args);
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const values: Record<string, unknown> = {};
  for (const name of names()) {
    const source = given.has(name) ? `--${name}` : environmentName(name);
    const option: Option<unknown> = OPTIONS[name];
    values[name] = readOption(option, source, given.get(name) ?? environment(source), mistakes);
  }
  return mistakes.length > 0
    ? { kind: "mistaken", mistakes }
    : { kind: "serve", config: values as Config };
}

/** The name of the environment variable that stands for a flag. */
export function environmentName(flag: string): string {
  return flag.toUpperCase().replaceAll("-", "_");
}

/** What `--help` prints. */
export function help(): string {
  const rows = rowsOf((name) => `--${name} ${OPTIONS[name].placeholder}`);
  return [
    "Anonymous Chat: two strangers talk and leave no trace.",
    "",
    "Usage: anonymous-chat [options]",
    "",
    ...rows.map(({ left, purpose, fallback }) =>
      `  ${left.padEnd(26)}${purpose} (default: ${fallback})`
    ),
    `  ${"--help".padEnd(26)}print this text`,
    `  ${"--version".padEnd(26)}print the version`,
    "",
    "Each option can also be set by an environment variable: --max-connections is MAX_CONNECTIONS.",
    "",
  ].join("\n");
}

/** The same table for the README. */
export function markdownTable(): string {
  const rows = rowsOf((name) => `\`--${name}\` | \`${environmentName(name)}\``);
  return [
    "| flag | environment | meaning | default |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ left, purpose, fallback }) => `| ${left} | ${purpose} | \`${fallback}\` |`),
  ].join("\n");
}

function rowsOf(
  left: (name: OptionName) => string,
): { left: string; purpose: string; fallback: string }[] {
  return names().map((name) => {
    const { purpose, fallback } = OPTIONS[name];
    return { left: left(name), purpose, fallback: String(fallback) };
  });
}

function names(): OptionName[] {
  return Object.keys(OPTIONS) as OptionName[];
}

/** The flags given, with their values; what is wrong with them goes to `mistakes`. */
function readFlags(args: readonly string[]): { given: Map<string, string>; mistakes: string[] } {
  const given = new Map<string, string>();
  const mistakes: string[] = [];
  const known = Object.fromEntries(names().map((name) => [name, { type: "string" as const }]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: { ...known, help: { type: "boolean" }, version: { type: "boolean" } },
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      mistakes.push(`Cannot use "${token.value}": it is not an option.`);
    }
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") given.set(token.name, "");
    else if (!(token.name in OPTIONS)) {
      mistakes.push(`Cannot use ${token.rawName}: there is no such option.`);
    } else if (token.value === undefined) {
      mistakes.push(`Cannot use ${token.rawName}: it needs a value.`);
    } else given.set(token.name, token.value);
  }
  return { given, mistakes };
}

function readOption<T>(
  option: Option<T>,
  source: string,
  given: string | undefined,
  mistakes: string[],
): T {
  if (given === undefined || given === "") return option.fallback;
  const value = option.parse(given);
  if (value !== undefined) return value;
  mistakes.push(`Cannot use ${source}: "${given}" is not ${option.form}.`);
  return option.fallback;
}

function text(fallback: string, purpose: string): Option<string> {
  return { fallback, purpose, placeholder: "TEXT", form: "a text", parse: (given) => given };
}

function integer(fallback: number, least: number, most: number, purpose: string): Option<number> {
  const parse = (given: string): number | undefined => {
    const value = Number(given);
    return /^\d+$/.test(given) && value >= least && value <= most ? value : undefined;
  };
  return { fallback, purpose, placeholder: "N", form: `a number from ${least} to ${most}`, parse };
}

function choice<const T extends string>(allowed: readonly [T, ...T[]], purpose: string): Option<T> {
  const parse = (given: string): T | undefined => allowed.find((one) => one === given);
  const either = allowed.join("|");
  return { fallback: allowed[0], purpose, placeholder: either, form: either, parse };
}
