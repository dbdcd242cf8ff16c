/**
 * Reads the command line. A flag overrides the environment, which overrides the default. One table defines all options.
 * `--help` and the list in docs/configuration.md are generated from it. All mistakes are reported together, each with
 * the given value and the allowed ones.
 *
 * On Deno Deploy the platform fixes some options (deno_deploy.ts). Setting them to another value is a mistake.
 *
 * Without a command the program starts the server. `access-log` prints access log lines, `doctor` checks whether the
 * host provides what the options require, and `health` queries the running server. All commands use the same options,
 * so that they find the files and the port of the server.
 */

import { parseArgs } from "node:util";
import { DAY, parseDay, SECOND } from "../base/clock.ts";
import {
  choice,
  email,
  integer,
  type Option,
  path,
  ranges,
  redis,
  relays,
  secret,
  text,
  token,
} from "./option.ts";
import { DENO_DEPLOY, DENO_DEPLOY_VARIABLE, platformOf } from "./deno_deploy.ts";
import { MAX_ACCESS_LOG_RETENTION, MAX_ADDRESS_RETENTION } from "../limits/privacy_limits.ts";

/** Maximum number of proxies in a chain. */
const MAX_HOPS = 9;

/** Every option, by the name of its flag. */
export const OPTIONS = {
  "host": text("0.0.0.0", "address to listen on"),
  "port": integer(8000, 0, 65_535, "port to listen on (0 = chosen by the system)"),
  "tls-cert": path("TLS certificate chain (PEM file)"),
  "tls-key": path("TLS private key (PEM file)"),
  "http-redirect-port": integer(
    0,
    0,
    65_535,
    "port that redirects HTTP to HTTPS, e.g. 80 (0 = off)",
  ),
  "acme-dir": path("webroot for ACME HTTP-01 challenges"),
  "data-dir": text("./data", "directory for the statistics"),
  "log-dir": text("./logs", "directory for the access log"),
  "access-log": choice(
    ["full", "truncated", "off"],
    "addresses in the access log: full, truncated (IPv4 /24, IPv6 /48), or off for no log",
  ),
  "trust-proxy": integer(
    0,
    0,
    MAX_HOPS,
    "number of trusted reverse proxies in front of the server",
  ),
  "operator": text("", "operator name shown on the contact page and in the policy"),
  "contact-email": email("contact address, also in security.txt"),
  "announcement": text("", "announcement shown on the home page"),
  "deny": ranges("addresses and ranges that may not connect, comma-separated"),
  "max-connections": integer(10_000, 1, 1_000_000, "maximum number of connections"),
  "max-connections-per-address": integer(
    20,
    1,
    1_000_000,
    "maximum connections per address (IPv6: per /64)",
  ),
  "ip-retention-seconds": integer(
    MAX_ADDRESS_RETENTION / SECOND,
    1,
    MAX_ADDRESS_RETENTION / SECOND,
    "seconds an address and its blocks are kept in memory after it disconnects",
  ),
  "access-log-retention-days": integer(
    MAX_ACCESS_LOG_RETENTION / DAY,
    1,
    MAX_ACCESS_LOG_RETENTION / DAY,
    "days access log lines are kept",
  ),
  "report-threshold": integer(
    3,
    2,
    100,
    "number of reports from distinct addresses after which an address is blocked",
  ),
  "proof-of-work": choice(
    ["auto", "always", "off"],
    "require about a second of client work before a search: under load, always, or never",
  ),
  "turn-url": relays("TURN servers that relay video calls, comma-separated"),
  "turn-secret": secret(
    "secret shared with the TURN servers (prefer the environment variable)",
  ),
  "redis-url": redis(
    "Redis or Valkey shared by all nodes; persistence must be disabled",
  ),
  "metrics-token": token(
    "bearer token for /metrics; without one, only localhost can read it",
  ),
  "listener": choice(
    ["node", "deno"],
    "HTTP server: node (hardened) or deno (for Deno Deploy)",
  ),
};

type Options = typeof OPTIONS;
type OptionName = keyof Options;

/** The settings in force. */
export type Config = {
  readonly [N in OptionName]: Options[N] extends Option<infer T> ? T : never;
};

/** The command to run, or the mistakes in the command line. */
export type Command =
  | { kind: "serve" | "doctor" | "health"; config: Config }
  | { kind: "access-log"; config: Config; from: Date; to: Date }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "mistaken"; mistakes: string[] };

/** The commands besides serving. */
const COMMANDS = ["access-log", "doctor", "health"] as const;

/** Reads a command line (without the program's name) and an environment. */
export function readConfig(
  args: readonly string[],
  environment: (name: string) => string | undefined,
): Command {
  const kind: (typeof COMMANDS)[number] | "serve" = COMMANDS.find((one) => one === args[0]) ??
    "serve";
  const exports = kind === "access-log";
  const rest = kind === "serve" ? args : args.slice(1);
  const { given, mistakes } = readFlags(rest, exports ? WINDOW : []);
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const platform = platformOf(environment);
  const values: Record<string, unknown> = {};
  for (const name of names()) {
    const source = given.has(name) ? `--${name}` : environmentName(name);
    const option: Option<unknown> = OPTIONS[name];
    const text = given.get(name) ?? environment(source);
    const decision = platform?.decisions[name];
    values[name] = decision === undefined
      ? readOption(option, source, text, mistakes)
      : option.parse(decision.value);
    if (decision !== undefined && ![undefined, "", decision.value].includes(text)) {
      mistakes.push(`Cannot use ${source}=${text} on ${platform?.name}: ${decision.because}.`);
    }
  }
  const config = values as Config;
  mistakes.push(...contradictions(config));
  if (exports && config["log-dir"] === "") {
    mistakes.push("Cannot print the access log: none is kept on this platform.");
  }
  const command: Command = kind === "access-log"
    ? readWindow(given, config, mistakes)
    : { kind, config };
  return mistakes.length > 0 ? { kind: "mistaken", mistakes } : command;
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
const TIME_FORM = "a time like 2026-11-23T14:00:00Z, or a day like 2026-11-23";

function readWindow(
  given: ReadonlyMap<string, string>,
  config: Config,
  mistakes: string[],
): Command {
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

/** The environment variable of a flag. */
export function environmentName(flag: string): string {
  return flag.toUpperCase().replaceAll("-", "_");
}

/** Width of the column of flags in `--help`, in characters. */
const LEFT_WIDTH = 36;

/** The text that `--help` prints. */
export function help(): string {
  const commands: readonly (readonly [name: (typeof COMMANDS)[number], purpose: string])[] = [
    ["access-log", "print the access log lines of a time range to standard output"],
    ["doctor", "check the options, the host and the services in use, and suggest fixes"],
    ["health", "print the status of the server that runs with the same options"],
  ];
  const rows = rowsOf((name) => `--${name} ${OPTIONS[name].placeholder}`);
  return [
    "Anonymous Chat: two strangers chat and leave no trace.",
    "",
    "Usage: anonymous-chat [options]",
    "       anonymous-chat access-log --from TIME --to TIME [options]",
    "       anonymous-chat doctor [options]",
    "       anonymous-chat health [options]",
    "",
    "Commands:",
    ...commands.map(([name, purpose]) => `  ${name.padEnd(LEFT_WIDTH)}${purpose}`),
    "",
    "Options:",
    ...rows.map(({ left, purpose, fallback }) =>
      `  ${left.padEnd(LEFT_WIDTH)}${purpose} (default: ${fallback})`
    ),
    `  ${"--help".padEnd(LEFT_WIDTH)}print this help`,
    `  ${"--version".padEnd(LEFT_WIDTH)}print the version`,
    "",
    "Each option can also be set by an environment variable: --max-connections is MAX_CONNECTIONS.",
    "An option on the command line overrides the environment variable.",
    `TIME is ${TIME_FORM}.`,
    "",
    `On ${DENO_DEPLOY.name} (where ${DENO_DEPLOY_VARIABLE} is set) these options are fixed:`,
    "",
    ...decisions().map(({ name, shown }) => `  ${`--${name}`.padEnd(LEFT_WIDTH)}${shown}`),
    "",
  ].join("\n");
}

function decisions(): { name: string; shown: string }[] {
  return Object.entries(DENO_DEPLOY.decisions).map(([name, { value }]) => {
    return { name, shown: value || "none" };
  });
}

function rowsOf(
  left: (name: OptionName) => string,
): { left: string; purpose: string; fallback: string }[] {
  return names().map((name) => {
    const { purpose, shown } = OPTIONS[name];
    return { left: left(name), purpose, fallback: shown };
  });
}

function names(): OptionName[] {
  return Object.keys(OPTIONS) as OptionName[];
}

/** The given flags with their values, and the mistakes in them. `more` lists allowed flags besides the options. */
function readFlags(
  args: readonly string[],
  more: readonly string[],
): { given: Map<string, string>; mistakes: string[] } {
  const given = new Map<string, string>();
  const mistakes: string[] = [];
  const allowed = [...names(), ...more];
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

function readOption<T>(
  option: Option<T>,
  source: string,
  given: string | undefined,
  mistakes: string[],
): T {
  if (given === undefined || given === "") return option.fallback;
  const value = option.parse(given);
  if (value !== undefined) return value;
  const shown = option.isSecret ? "the given value" : `"${given}"`;
  mistakes.push(`Cannot use ${source}: ${shown} is not ${option.form}.`);
  return option.fallback;
}
