/**
 * Reads the command line. A flag overrides the environment, which overrides the default. All errors are reported
 * together, each with the given value and the allowed ones.
 *
 * On Deno Deploy the platform fixes some options (`deno_deploy.ts`). Setting them to another value is an error.
 *
 * Without a command the program starts the server. `access-log` prints access log lines, `doctor` checks whether the
 * host provides what the options require, and `health` queries the running server. All commands use the same options,
 * so that they find the files and the port of the server.
 */

import { parseArgs } from "node:util";
import { parseTime } from "../base/clock.ts";
import { platformOf } from "./deno_deploy.ts";
import type { Option } from "./option_types.ts";
import { type Config, environmentName, OPTION_NAMES, type OptionName, OPTIONS } from "./options.ts";

/** The command to run, or the errors in the command line. */
export type Command =
  | { kind: "serve" | "doctor" | "health"; config: Config }
  | { kind: "access-log"; config: Config; from: Date; to: Date }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "invalid"; errors: string[] };

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
  const { given, errors } = readFlags(flags, kind === "access-log" ? PERIOD_FLAGS : []);
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const config = readOptions(given, environment, errors);
  errors.push(...conflicts(config));
  const command: Command = kind === "access-log"
    ? readPeriod(given, config, errors)
    : { kind, config };
  return errors.length > 0 ? { kind: "invalid", errors } : command;
}

/** Returns the value of an environment variable. */
type Environment = (name: string) => string | undefined;

/** The given flags with their values. */
type Flags = ReadonlyMap<string, string>;

/** The given flags with their values, and the errors in them. `more` lists allowed flags besides the options. */
function readFlags(
  args: readonly string[],
  more: readonly string[],
): { given: Map<string, string>; errors: string[] } {
  const given = new Map<string, string>();
  const errors: string[] = [];
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
      errors.push(`Cannot use "${token.value}": unexpected argument.`);
    }
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") given.set(token.name, "");
    else if (!allowed.includes(token.name)) {
      errors.push(`Cannot use ${token.rawName}: unknown option.`);
    } else if (token.value === undefined) {
      errors.push(`Cannot use ${token.rawName}: it requires a value.`);
    } else given.set(token.name, token.value);
  }
  return { given, errors };
}

/** Reads the value of every option. */
function readOptions(given: Flags, environment: Environment, errors: string[]): Config {
  const platform = platformOf(environment);
  const values = OPTION_NAMES.map((name): [OptionName, unknown] => {
    const source = given.has(name) ? `--${name}` : environmentName(name);
    const text = given.get(name) ?? environment(source);
    const fixed = platform?.fixedOptions[name];
    if (fixed === undefined) return [name, readOption(OPTIONS[name], source, text, errors)];
    if (![undefined, "", fixed.value].includes(text)) {
      errors.push(`Cannot use ${source}=${text} on ${platform?.name}: ${fixed.reason}.`);
    }
    return [name, OPTIONS[name].parse(fixed.value)];
  });
  return Object.fromEntries(values) as Config;
}

function readOption(
  option: Option<unknown>,
  source: string,
  given: string | undefined,
  errors: string[],
): unknown {
  if (given === undefined || given === "") return option.defaultValue;
  const value = option.parse(given);
  if (value !== undefined) return value;
  const shown = option.isSecret ? "the given value" : `"${given}"`;
  errors.push(`Cannot use ${source}: ${shown} is not ${option.allowedValues}.`);
  return option.defaultValue;
}

/** Errors in the combination of options. */
function conflicts(config: Config): string[] {
  const speaksTls = config["tls-cert"] !== "" || config["tls-key"] !== "";
  const redirects = config["http-redirect-port"] !== 0;
  const rules: readonly (readonly [isBroken: boolean, message: string])[] = [
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
      config.announcement !== "" && config["announcement-file"] !== "",
      "Cannot show the announcement: use either --announcement or --announcement-file.",
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
  return rules.filter(([isBroken]) => isBroken).map(([, message]) => message);
}

/** Additional flags of `access-log`. */
const PERIOD_FLAGS = ["from", "to"] as const;

/** A time must include its UTC offset (RFC 3339 section 5.6). A day alone is a day in UTC. */
export const TIME_FORMAT = "a time like 2026-11-23T14:00:00Z, or a day like 2026-11-23";

function readPeriod(given: Flags, config: Config, errors: string[]): Command {
  if (config["log-dir"] === "") {
    errors.push("Cannot print the access log: none is kept on this platform.");
  }
  const [from, to] = PERIOD_FLAGS.map((name) => {
    const text = given.get(name);
    if (text === undefined) errors.push(`Cannot print the access log: --${name} is missing.`);
    const time = parseTime(text ?? "");
    if (text !== undefined && time === undefined) {
      errors.push(`Cannot use --${name}: "${text}" is not ${TIME_FORMAT}.`);
    }
    return time ?? new Date(NaN);
  }) as [Date, Date];
  if (from >= to) errors.push("Cannot print the access log: --from is not before --to.");
  return { kind: "access-log", config, from, to };
}
