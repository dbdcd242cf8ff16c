/**
 * Reads the command line. A flag overrides the environment, which overrides the default. All mistakes are reported
 * together, each with the given value and the allowed ones.
 *
 * On Deno Deploy the platform fixes some options (`deno_deploy.ts`). Setting them to another value is a mistake.
 *
 * Without a command the program starts the server. `access-log` prints access log lines, `doctor` checks whether the
 * host provides what the options require, and `health` queries the running server. All commands use the same options,
 * so that they find the files and the port of the server.
 */

import { parseArgs } from "node:util";
import { parseDay } from "../base/clock.ts";
import { platformOf } from "./deno_deploy.ts";
import type { Option } from "./option_types.ts";
import { type Config, environmentName, OPTION_NAMES, type OptionName, OPTIONS } from "./options.ts";

/** The command to run, or the mistakes in the command line. */
export type Command =
  | { kind: "serve" | "doctor" | "health"; config: Config }
  | { kind: "access-log"; config: Config; from: Date; to: Date }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "mistaken"; mistakes: string[] };

/** The commands besides serving. */
const COMMANDS = ["access-log", "doctor", "health"] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Reads a command line (without the program's name) and an environment. */
export function readCommandLine(
  args: readonly string[],
  environment: Environment,
): Command {
  const kind: CommandName | "serve" = COMMANDS.find((one) => one === args[0]) ?? "serve";
  const flags = kind === "serve" ? args : args.slice(1);
  const { given, mistakes } = readFlags(flags, kind === "access-log" ? WINDOW : []);
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const config = readOptions(given, environment, mistakes);
  mistakes.push(...contradictions(config));
  const command: Command = kind === "access-log"
    ? readWindow(given, config, mistakes)
    : { kind, config };
  return mistakes.length > 0 ? { kind: "mistaken", mistakes } : command;
}

/** Returns the value of an environment variable. */
type Environment = (name: string) => string | undefined;

/** The given flags with their values. */
type Flags = ReadonlyMap<string, string>;

/** The given flags with their values, and the mistakes in them. `more` lists allowed flags besides the options. */
function readFlags(
  args: readonly string[],
  more: readonly string[],
): { given: Map<string, string>; mistakes: string[] } {
  const given = new Map<string, string>();
  const mistakes: string[] = [];
  const allowed = [...OPTION_NAMES, ...more];
  const known = Object.fromEntries(allowed.map((name) => [name, { type: "string" as const }]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: { ...known, help: { type: "boolean" }, version: { type: "boolean" } },
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      mistakes.push(`Cannot use "${token.value}": unexpected argument.`);
    }
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") given.set(token.name, "");
    else if (!allowed.includes(token.name)) {
      mistakes.push(`Cannot use ${token.rawName}: unknown option.`);
    } else if (token.value === undefined) {
      mistakes.push(`Cannot use ${token.rawName}: it requires a value.`);
    } else given.set(token.name, token.value);
  }
  return { given, mistakes };
}

/** Reads the value of every option. */
function readOptions(given: Flags, environment: Environment, mistakes: string[]): Config {
  const platform = platformOf(environment);
  const values = OPTION_NAMES.map((name): [OptionName, unknown] => {
    const source = given.has(name) ? `--${name}` : environmentName(name);
    const text = given.get(name) ?? environment(source);
    const decision = platform?.decisions[name];
    if (decision === undefined) return [name, readOption(OPTIONS[name], source, text, mistakes)];
    if (![undefined, "", decision.value].includes(text)) {
      mistakes.push(`Cannot use ${source}=${text} on ${platform?.name}: ${decision.because}.`);
    }
    return [name, OPTIONS[name].parse(decision.value)];
  });
  return Object.fromEntries(values) as Config;
}

function readOption(
  option: Option<unknown>,
  source: string,
  given: string | undefined,
  mistakes: string[],
): unknown {
  if (given === undefined || given === "") return option.fallback;
  const value = option.parse(given);
  if (value !== undefined) return value;
  const shown = option.isSecret ? "the given value" : `"${given}"`;
  mistakes.push(`Cannot use ${source}: ${shown} is not ${option.form}.`);
  return option.fallback;
}

/** Mistakes in the combination of options. */
function contradictions(config: Config): string[] {
  const speaksTls = config["tls-cert"] !== "" || config["tls-key"] !== "";
  const redirects = config["http-redirect-port"] !== 0;
  const rules: readonly (readonly [isBroken: boolean, mistake: string])[] = [
    [
      (config["turn-url"].length === 0) !== (config["turn-secret"] === ""),
      "Cannot relay calls: --turn-url and --turn-secret require each other.",
    ],
    [
      (config["tls-cert"] === "") !== (config["tls-key"] === ""),
      "Cannot serve HTTPS: --tls-cert and --tls-key require each other.",
    ],
    [
      speaksTls && config.listener === "deno",
      "Cannot serve HTTPS: --listener=deno has no handshake timeout.",
    ],
    [
      redirects && !speaksTls,
      "--http-redirect-port requires --tls-cert and --tls-key.",
    ],
    [
      config["acme-dir"] !== "" && !redirects,
      "--acme-dir requires --http-redirect-port.",
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, mistake]) => mistake);
}

/** Additional flags of `access-log`. */
const WINDOW = ["from", "to"] as const;

/** A time must include its UTC offset (RFC 3339 section 5.6). A day alone is a day in UTC. */
export const TIME_FORM = "a time like 2026-11-23T14:00:00Z, or a day like 2026-11-23";

function readWindow(given: Flags, config: Config, mistakes: string[]): Command {
  if (config["log-dir"] === "") {
    mistakes.push("Cannot print the access log: none is kept on this platform.");
  }
  const [from, to] = WINDOW.map((name) => {
    const text = given.get(name);
    if (text === undefined) mistakes.push(`Cannot print the access log: --${name} is missing.`);
    const time = parseTime(text ?? "");
    if (text !== undefined && time === undefined) {
      mistakes.push(`Cannot use --${name}: "${text}" is not ${TIME_FORM}.`);
    }
    return time ?? new Date(NaN);
  }) as [Date, Date];
  if (from >= to) mistakes.push("Cannot print the access log: --from is not before --to.");
  return { kind: "access-log", config, from, to };
}

function parseTime(text: string): Date | undefined {
  const form = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (form === null) return parseDay(text);
  const time = new Date(text);
  return parseDay(form[1] ?? "") === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}
