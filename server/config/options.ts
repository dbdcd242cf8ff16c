/**
 * Every option of the program, as a table: its type, default, bounds and purpose. Parsing (`command_line.ts`), `--help`
 * (`help.ts`) and the list in docs/configuration.md are derived from it.
 */

import { DAY, SECOND } from "../base/clock.ts";
import { MAX_ACCESS_LOG_RETENTION, MAX_ADDRESS_RETENTION } from "../limits/privacy_limits.ts";
import { CONNECTIONS_PER_ADDRESS } from "../limits/rate_limits.ts";
import {
  choice,
  email,
  hostName,
  integer,
  type Option,
  path,
  ranges,
  redis,
  relays,
  secret,
  sharedRanges,
  text,
  token,
  url,
} from "./option_types.ts";

/** Maximum number of proxies in a chain. */
const MAX_HOPS = 9;

/** Largest number of connections that can be configured. */
const MAX_CONNECTIONS = 1_000_000;

/** Largest number of relayed calls that can be configured. */
const MAX_CALLS = 100_000;

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
  "access-log-max-mb": integer(
    256,
    1,
    1_000_000,
    "maximum size of the access log of one day, in MiB",
  ),
  "trust-proxy": integer(
    0,
    0,
    MAX_HOPS,
    "number of trusted reverse proxies in front of the server",
  ),
  "public-url": url(
    "URL of the home page as visitors enter it, for doctor and behind proxies that change the host",
  ),
  "operator": text("", "operator name shown on the contact page and in the policy"),
  "contact-email": email("contact address, also in security.txt"),
  "announcement": text("", "announcement shown on the home page"),
  "announcement-file": path("file with the announcement, read again when it changes"),
  "rules-file": path("file with the house rules, read again when it changes"),
  "deny": ranges("addresses and ranges that may not connect, comma-separated"),
  "deny-file": path(
    "file of addresses and ranges that may not connect, read again when it changes",
  ),
  "max-connections": integer(10_000, 1, MAX_CONNECTIONS, "maximum number of connections"),
  "max-connections-per-address": integer(
    CONNECTIONS_PER_ADDRESS,
    1,
    MAX_CONNECTIONS,
    "maximum connections per address (IPv6: per /64)",
  ),
  "shared-address": sharedRanges(
    MAX_CONNECTIONS,
    "addresses and ranges that many people share (RANGE=N: N connections per address; RANGE: no such limit), comma-separated",
  ),
  "ip-retention-seconds": integer(
    MAX_ADDRESS_RETENTION / SECOND,
    1,
    MAX_ADDRESS_RETENTION / SECOND,
    "seconds to keep an address and its blocks in memory after it disconnects",
  ),
  "access-log-retention-days": integer(
    MAX_ACCESS_LOG_RETENTION / DAY,
    1,
    MAX_ACCESS_LOG_RETENTION / DAY,
    "days to keep access log lines",
  ),
  "report-threshold": integer(
    3,
    2,
    100,
    "number of reports from distinct addresses after which an address is blocked",
  ),
  "proof-of-work": choice(
    ["auto", "always", "off"],
    "require a second of client work before a search: auto (under load), always, or off",
  ),
  "relay": choice(
    ["auto", "on", "off", "only"],
    "relay video calls: auto (if the network reaches this program directly), on, off, or only (relay those of other servers, and serve nothing else)",
  ),
  "relay-port": integer(
    0,
    0,
    65_535,
    "UDP and TCP port of the relay (0 = the port of the page)",
  ),
  "relay-host": hostName("host name of the relay, if it differs from that of the page"),
  "max-calls": integer(100, 1, MAX_CALLS, "maximum number of relayed calls"),
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

/** The name of an option: its flag without the dashes. */
export type OptionName = keyof Options;

/** In the order of the table. */
export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** The settings in force. */
export type Config = {
  readonly [N in OptionName]: Options[N] extends Option<infer T> ? T : never;
};

/** The environment variable of a flag. */
export function environmentName(flag: string): string {
  return flag.toUpperCase().replaceAll("-", "_");
}
