/**
 * How the program is told what to do: flags over environment over defaults, from one table, which also prints
 * `--help` and the README's list. All mistakes are reported at once, each with what was given and what is allowed.
 *
 * On Deno Deploy the platform decides some of them (platform.ts), and it is a mistake to ask for something else.
 *
 * Without a command the program serves. `access-log` prints lines of the access log instead, `doctor` looks whether the
 * machine has what the options ask for, and `health` asks the server that runs by them how it is. All obey the same
 * options, so that they look where the server does.
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

/** The most proxies that may stand in a row. */
const MAX_HOPS = 9;

/** Every option, by the name of its flag. */
export const OPTIONS = {
  "host": text("0.0.0.0", "the address to listen on"),
  "port": integer(8000, 0, 65_535, "the port to listen on; 0 lets the system choose"),
  "tls-cert": path("the certificate to serve https with, and its chain, in PEM"),
  "tls-key": path("its private key, in PEM"),
  "http-redirect-port": integer(
    0,
    0,
    65_535,
    "where plain HTTP is sent to https from, such as 80; 0 for nowhere",
  ),
  "acme-dir": path("the webroot in which certbot proves there that the name is yours"),
  "data-dir": text("./data", "the folder of the statistics"),
  "log-dir": text("./logs", "the folder of the access log"),
  "access-log": choice(
    ["full", "truncated", "off"],
    "what the access log says of an address: all of it, IPv4 /24 and IPv6 /48, or no log at all",
  ),
  "trust-proxy": integer(0, 0, MAX_HOPS, "how many proxies of yours stand in front"),
  "operator": text("", "who runs this server, as the contact page and the policy name them"),
  "contact-email": email("the address on the contact page and in security.txt"),
  "announcement": text("", "a sentence to show on the home page"),
  "deny": ranges("addresses and ranges that may not connect, separated by commas"),
  "max-connections": integer(10_000, 1, 1_000_000, "how many people may be connected at once"),
  "max-connections-per-address": integer(
    20,
    1,
    1_000_000,
    "how many of them may share an address (IPv6: a /64)",
  ),
  "ip-retention-seconds": integer(
    MAX_ADDRESS_RETENTION / SECOND,
    1,
    MAX_ADDRESS_RETENTION / SECOND,
    "how long an address is held in memory after its last disconnection",
  ),
  "access-log-retention-days": integer(
    MAX_ACCESS_LOG_RETENTION / DAY,
    1,
    MAX_ACCESS_LOG_RETENTION / DAY,
    "how long a line of the access log lives",
  ),
  "report-threshold": integer(
    3,
    2,
    100,
    "by how many addresses one must be reported within the hour to be blocked",
  ),
  "proof-of-work": choice(
    ["auto", "always", "off"],
    "when a page must work for a second before it may search: in a rush, always or never",
  ),
  "turn-url": relays("your TURN servers, which relay video calls, separated by commas"),
  "turn-secret": secret(
    "what they share with this server; better in the environment, where others can't read it",
  ),
  "redis-url": redis(
    "the Redis or Valkey through which several machines are one; it must keep nothing on disk",
  ),
  "metrics-token": token(
    "what Prometheus shows to read /metrics; without one only this machine itself may read it",
  ),
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
  | { kind: "serve" | "doctor" | "health"; config: Config }
  | { kind: "access-log"; config: Config; from: Date; to: Date }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "mistaken"; mistakes: string[] };

/** What the program can do beside serving. */
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
    mistakes.push("Cannot print the access log: none is kept here.");
  }
  const command: Command = kind === "access-log"
    ? readWindow(given, config, mistakes)
    : { kind, config };
  return mistakes.length > 0 ? { kind: "mistaken", mistakes } : command;
}

/** Options that don't go with each other. */
function contradictions(config: Config): string[] {
  const speaksTls = config["tls-cert"] !== "" || config["tls-key"] !== "";
  const redirects = config["http-redirect-port"] !== 0;
  const rules: readonly (readonly [isBroken: boolean, mistake: string])[] = [
    [
      (config["turn-url"].length === 0) !== (config["turn-secret"] === ""),
      "Cannot relay calls: --turn-url and --turn-secret go together.",
    ],
    [
      (config["tls-cert"] === "") !== (config["tls-key"] === ""),
      "Cannot serve https: --tls-cert and --tls-key go together.",
    ],
    [
      speaksTls && config.listener === "deno",
      "Cannot serve https: --listener=deno waits for a handshake for ever.",
    ],
    [
      redirects && !speaksTls,
      "Cannot send anybody to https: --http-redirect-port needs --tls-cert and --tls-key.",
    ],
    [
      config["acme-dir"] !== "" && !redirects,
      "Cannot serve --acme-dir: it needs --http-redirect-port.",
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, mistake]) => mistake);
}

/** What `access-log` needs beside the options. */
const WINDOW = ["from", "to"] as const;

/** A point in time must say where on earth it is meant (RFC 3339 section 5.6); a day alone is a day in UTC. */
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

/** The name of the environment variable that stands for a flag. */
export function environmentName(flag: string): string {
  return flag.toUpperCase().replaceAll("-", "_");
}

/** How wide the column of flags is in `--help`, in characters. */
const LEFT_WIDTH = 36;

/** What `--help` prints. */
export function help(): string {
  const rows = rowsOf((name) => `--${name} ${OPTIONS[name].placeholder}`);
  return [
    "Anonymous Chat: two strangers talk and leave no trace.",
    "",
    "Usage: anonymous-chat [options]",
    "       anonymous-chat access-log --from TIME --to TIME [options]",
    "       anonymous-chat doctor [options]",
    "       anonymous-chat health [options]",
    "",
    ...rows.map(({ left, purpose, fallback }) =>
      `  ${left.padEnd(LEFT_WIDTH)}${purpose} (default: ${fallback})`
    ),
    `  ${"--help".padEnd(LEFT_WIDTH)}print this text`,
    `  ${"--version".padEnd(LEFT_WIDTH)}print the version`,
    "",
    "Each option can also be set by an environment variable: --max-connections is MAX_CONNECTIONS.",
    "access-log prints the lines of the access log of a window of time, to standard output.",
    "doctor checks whether this machine has what the options ask for, and says what to do.",
    "health asks the server that runs with these options how it is, for containers.",
    "",
    `On ${DENO_DEPLOY.name} (where ${DENO_DEPLOY_VARIABLE} is set) these can have one value only:`,
    "",
    ...decisions().map(({ name, shown }) => `  ${`--${name}`.padEnd(LEFT_WIDTH)}${shown}`),
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

/** What is decided on Deno Deploy, as a table for the README. */
export function markdownDecisions(): string {
  return [
    "| flag | on Deno Deploy | because |",
    "| --- | --- | --- |",
    ...decisions().map(({ name, shown, because }) =>
      `| \`--${name}\` | \`${shown}\` | ${because} |`
    ),
  ].join("\n");
}

function decisions(): { name: string; shown: string; because: string }[] {
  return Object.entries(DENO_DEPLOY.decisions).map(([name, { value, because }]) => {
    return { name, shown: value || "none", because };
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

/** The flags given, with their values; what is wrong with them goes to `mistakes`. */
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
      mistakes.push(`Cannot use "${token.value}": it is not an option.`);
    }
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") given.set(token.name, "");
    else if (!allowed.includes(token.name)) {
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
  const shown = option.isSecret ? "what was given" : `"${given}"`;
  mistakes.push(`Cannot use ${source}: ${shown} is not ${option.form}.`);
  return option.fallback;
}
