/**
 * Reads the command line. A flag overrides the environment, which overrides the file that `--env-file` names, which
 * overrides the default. An option behaves in the same way wherever it is set. All errors are reported together, each
 * with the given value and the allowed ones.
 *
 * On Deno Deploy the platform fixes some options (`deno_deploy.ts`). Setting them to another value is an error.
 *
 * Without a command the program starts the server. `access-log` prints access log lines, `doctor` checks whether the
 * host provides what the options require, and `health` and `status` query the running server. All commands use the
 * same options, so that they find the files and the port of the server.
 */

import { parseArgs } from "node:util";
import { parseTime } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { platformOf } from "./deno_deploy.ts";
import { type EnvironmentText, readAsSystemd } from "./environment_file.ts";
import type { Option } from "./option_types.ts";
import { lacksName } from "./relay_mode.ts";
import { type Config, environmentName, OPTION_NAMES, type OptionName, OPTIONS } from "./options.ts";

/** The command to run, or the errors in the command line. */
export type Command =
  | { kind: "serve"; config: Config }
  | { kind: "doctor"; config: Config; file?: EnvironmentFile }
  | { kind: "health"; config: Config; given: ReadonlySet<OptionName> }
  | { kind: "status"; config: Config; given: ReadonlySet<OptionName>; isJson: boolean }
  | { kind: "access-log"; config: Config; from: Date; to: Date }
  | { kind: "help" }
  | { kind: "version" }
  /** `isHealthCheck`: Docker allows a health check to exit only with 0 or 1. */
  | { kind: "invalid"; errors: string[]; isHealthCheck?: true };

/** A file that sets options as environment variables. */
export interface EnvironmentFile {
  readonly path: string;
  readonly text: string;
}

/** The commands besides serving. */
const COMMANDS = ["access-log", "doctor", "health", "status"] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Reads a command line (without the program's name) and an environment. `readFile` reads a file, or throws. */
export function readCommandLine(
  args: readonly string[],
  environment: Environment,
  readFile: (path: string) => string = noFile,
): Command {
  const kind: CommandName | "serve" = COMMANDS.find((one) => one === args[0]) ?? "serve";
  const flags = kind === "serve" ? args : args.slice(1);
  const { given, errors } = readFlags(flags, kind === "access-log" ? PERIOD_FLAGS : [], {
    help: "boolean",
    version: "boolean",
    ...kind === "status" ? { json: "boolean" } : {},
  });
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const file = openFile(given.get(FILE_FLAG), readFile, errors);
  const sources = { given, environment, variables: variablesIn(file, errors) };
  const config = readOptions(sources, errors);
  errors.push(...conflicts(config));
  const command = commandOf(kind, { ...sources, config, file, errors });
  if (errors.length === 0) return command;
  return { kind: "invalid", errors, ...kind === "health" ? { isHealthCheck: true } : {} };
}

function commandOf(
  kind: CommandName | "serve",
  { given, environment, variables, config, file, errors }: Sources & {
    readonly config: Config;
    readonly file: EnvironmentFile | undefined;
    readonly errors: string[];
  },
): Command {
  switch (kind) {
    case "serve":
      return { kind, config };
    case "access-log":
      return readPeriod(given, config, errors);
    case "doctor":
      return { kind, config, ...file === undefined ? {} : { file } };
    case "health":
    case "status": {
      const isGiven = (name: OptionName): boolean =>
        Boolean(given.get(name) || environment(environmentName(name)) || variables.has(name));
      const set = new Set(OPTION_NAMES.filter(isGiven));
      if (kind === "health") return { kind, config, given: set };
      return { kind, config, given: set, isJson: given.has("json") };
    }
  }
}

/** Returns the value of an environment variable. */
type Environment = (name: string) => string | undefined;

/** The flag that names an environment file. */
const FILE_FLAG = "env-file";

function noFile(): never {
  throw new Deno.errors.NotFound();
}

function openFile(
  path: string | undefined,
  readFile: (path: string) => string,
  errors: string[],
): EnvironmentFile | undefined {
  if (path === undefined) return undefined;
  try {
    return { path, text: readFile(path) };
  } catch (error) {
    errors.push(`Cannot read --${FILE_FLAG}=${path}: ${errorCode(error)}.`);
    return undefined;
  }
}

/** The options that a file sets. systemd and Docker would keep only the last of two values, so a second one is an error. */
function variablesIn(
  file: EnvironmentFile | undefined,
  errors: string[],
): ReadonlyMap<OptionName, string> {
  const values = new Map<OptionName, string>();
  const text: EnvironmentText = readAsSystemd(file?.text ?? "");
  for (const { name: variable, value } of text.assignments) {
    const name = OPTION_NAMES.find((one) => environmentName(one) === variable);
    if (name === undefined) continue;
    if (values.has(name)) {
      errors.push(`Cannot use ${variable}: it is given more than once in ${file?.path}.`);
    }
    values.set(name, value);
  }
  return values;
}

/** Where an option can be set, the first one with the highest priority. */
interface Sources {
  readonly given: Flags;
  readonly environment: Environment;
  /** Those of the environment file. */
  readonly variables: ReadonlyMap<OptionName, string>;
}

/** The given flags with their values. */
type Flags = ReadonlyMap<string, string>;

/**
 * The given flags with their values, and the errors in them. `more` lists allowed flags besides the options, and
 * `switches` those without a value.
 */
function readFlags(
  args: readonly string[],
  more: readonly string[],
  switches: Readonly<Record<string, "boolean">>,
): { given: Map<string, string>; errors: string[] } {
  const given = new Map<string, string>();
  const errors: string[] = [];
  const allowed: string[] = [...OPTION_NAMES, FILE_FLAG, ...more];
  const known = Object.fromEntries(allowed.map((name) => [name, { type: "string" as const }]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...known,
      ...Object.fromEntries(Object.entries(switches).map(([name, type]) => [name, { type }])),
    },
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      errors.push(`Cannot use "${token.value}": unexpected argument.`);
    }
    if (token.kind !== "option") continue;
    if (token.name in switches) given.set(token.name, "");
    else if (!allowed.includes(token.name)) {
      errors.push(`Cannot use ${token.rawName}: unknown option.`);
    } else if (token.value === undefined || lacksValue(token)) {
      errors.push(`Cannot use ${token.rawName}: it requires a value.`);
    } else given.set(token.name, addValue(given.get(token.name), token, errors));
  }
  return { given, errors };
}

/** Whether the next flag was taken for the value, as in `--operator --port=80`. */
function lacksValue({ value = "", inlineValue = true }: {
  readonly value?: string;
  readonly inlineValue?: boolean;
}): boolean {
  return !inlineValue && value.startsWith("--");
}

/** The value of a flag that may have been given before. Lists add up. Of other options, one value would be ignored. */
function addValue(
  earlier: string | undefined,
  { name, rawName, value }: { readonly name: string; readonly rawName: string; value: string },
  errors: string[],
): string {
  if (earlier === undefined) return value;
  const option = OPTION_NAMES.find((one) => one === name);
  if (option !== undefined && isList(option)) return [earlier, value].filter(Boolean).join(",");
  errors.push(`Cannot use ${rawName}: it is given more than once.`);
  return earlier;
}

function isList(name: OptionName): boolean {
  return Array.isArray(OPTIONS[name].defaultValue);
}

/** Reads the value of every option. */
function readOptions({ given, environment, variables }: Sources, errors: string[]): Config {
  const platform = platformOf(environment);
  const values = OPTION_NAMES.map((name): [OptionName, unknown] => {
    const source = given.has(name) ? `--${name}` : environmentName(name);
    const text = given.get(name) ?? (environment(source) || variables.get(name));
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
  if (/^(["']).*\1$/s.test(given)) {
    errors.push(`Cannot use ${source}: the value is in quotes, which are not part of it.`);
    return option.defaultValue;
  }
  const value = option.parse(given);
  if (value !== undefined) return value;
  const shown = option.isSecret ? "the given value" : `"${given}"`;
  errors.push(`Cannot use ${source}: ${shown} is not ${option.allowedValues}.`);
  return option.defaultValue;
}

/** Options of a server with pages, which contradict `--relay=only`. */
const RELAY_ONLY_EXCLUDES = ["turn-url", "redis-url", "relay-port", "trust-proxy"] as const;

/** Errors in the combination of options. */
function conflicts(config: Config): string[] {
  const speaksTls = config["tls-cert"] !== "" || config["tls-key"] !== "";
  const redirects = config["http-redirect-port"] !== 0;
  const rules: readonly (readonly [isBroken: boolean, message: string])[] = [
    [
      config.relay !== "only" &&
      (config["turn-url"].length === 0) !== (config["turn-secret"] === ""),
      "Cannot relay calls: --turn-url and --turn-secret require each other.",
    ],
    [
      config.relay === "on" && config["turn-url"].length > 0,
      "Cannot relay calls: use either --relay=on or --turn-url.",
    ],
    [
      ["on", "only"].includes(config.relay) && config.listener === "deno",
      `Cannot relay calls: --relay=${config.relay} requires --listener=node.`,
    ],
    [
      config.relay === "only" && config["turn-secret"] === "",
      "Cannot relay calls: --relay=only requires --turn-secret, which the other servers have, too.",
    ],
    ...RELAY_ONLY_EXCLUDES.map((name): readonly [boolean, string] => [
      config.relay === "only" && `${config[name]}` !== `${OPTIONS[name].defaultValue}`,
      `Cannot relay calls: use either --relay=only or --${name}.`,
    ]),
    [
      config.relay === "on" && lacksName(config),
      "Cannot relay calls: with --redis-url, --relay=on requires --relay-host, a name that leads only to this node.",
    ],
    [
      config["relay-port"] !== 0 && config["relay-port"] === config.port,
      "Cannot relay calls: --relay-port is the port of the page, which needs no --relay-port.",
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
