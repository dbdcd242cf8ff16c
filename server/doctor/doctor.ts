/**
 * Checks whether the machine has what the options ask for, before a visitor misses it. Each check reports
 * its result in a line. Checks change nothing, reveal no secrets, and connect to no other hosts than the relays,
 * the Redis and the public URL that the options name.
 *
 *   ok  port 8000: free
 *   !!  --log-dir: other users can access ./logs (mode 755): chmod 700 ./logs
 *   --  Redis: single node: --redis-url is not set
 */

import { statfs } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { redirectedSockets } from "../base/file_descriptors.ts";
import { currentRuntime } from "../base/runtime.ts";
import { TurnCredentials } from "../chat/turn.ts";
import type { EnvironmentFile } from "../config/command_line.ts";
import type { Config } from "../config/options.ts";
import { relayedConnections, relayModeOf, whyNoRelay } from "../config/relay_mode.ts";
import { checkStoredFiles, checkUser } from "./access.ts";
import { checkEmbeddedRelay } from "./embedded_relay.ts";
import { checkEnvironmentFile } from "./environment_file.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import type { ServerAddress } from "./health_client.ts";
import { checkLogCopies } from "./log_folder.ts";
import {
  checkClock,
  checkConnections,
  checkFolder,
  checkFreeSpace,
  checkPort,
  checkWebroot,
} from "./machine.ts";
import { checkOperatorFiles } from "./operator_files.ts";
import { checkPublicUrl } from "./public_url.ts";
import { checkRedis } from "./redis.ts";
import {
  checkCertificate,
  checkContact,
  checkListener,
  checkMetrics,
  checkProxy,
  checkRuntime,
} from "./settings.ts";
import { checkRelays } from "./turn.ts";

export interface DoctorOptions {
  readonly config: Config;
  /** The file that `--env-file` names. */
  readonly file?: EnvironmentFile | undefined;
  readonly clock: Pick<Clock, "date">;
}

/** Runs all checks, one after another. A check that fails itself is also a finding. */
export async function* examine(options: DoctorOptions): AsyncGenerator<Finding> {
  for (const [subject, check] of checksOf(options)) {
    try {
      const found = await check();
      yield* Array.isArray(found) ? found : [found];
    } catch (error) {
      yield problem(subject, `check failed (${errorCode(error)}): please report this`);
    }
  }
}

type NamedCheck = [subject: string, check: Check];
type Check = () => Finding | Finding[] | Promise<Finding | Finding[]>;

function checksOf({ config, file, clock }: DoctorOptions): NamedCheck[] {
  const { host, port, "turn-url": urls, "turn-secret": secret } = config;
  const { "tls-cert": cert, "tls-key": key } = config;
  const server = { host, port, isTls: cert !== "" };
  const otherSockets = redirectedSockets(config["http-redirect-port"] !== 0) +
    redirectedSockets(config["relay-port"] !== 0) + relayedConnections(config);
  const folders = foldersOf(config);
  return [
    ["options", () => ok("options", "valid and consistent")],
    ["Deno", () => checkRuntime(config, currentRuntime())],
    ...file === undefined
      ? []
      : [["--env-file", () => checkEnvironmentFile(file)] satisfies NamedCheck],
    ["user", () => checkUser(config["data-dir"])],
    ["clock", () => checkClock(clock.date(), folders.map(([, folder]) => folder))],
    ...folders.map(([option, folder]): NamedCheck => [
      `--${option}`,
      () => checkFolderAndSpace(option, folder),
    ]),
    ["access log", () => checkLogCopies(config["log-dir"])],
    ["--max-connections", () => checkConnections(config["max-connections"], otherSockets)],
    [`port ${port}`, () => checkPort(server)],
    ["certificate", () => checkTls(cert, key, clock.date())],
    ["plain HTTP", () => checkRedirect(config, server)],
    ["--listener", () => checkListener(config)],
    ["--trust-proxy", () => checkProxy(config)],
    ["files", () => checkOperatorFiles(config)],
    ["--public-url", () => checkPublicUrl(config["public-url"])],
    ...config.relay === "only" ? [] : [["contact", () => checkContact(config)] as NamedCheck],
    ["metrics", () => checkMetrics(config)],
    [
      "relay",
      () =>
        relayModeOf(config) === "embedded"
          ? checkEmbeddedRelay(config)
          : checkRelays(new TurnCredentials({ urls, secret, clock }), whyNoRelay(config)),
    ],
    ["Redis", () => checkRedis(config["redis-url"])],
  ];
}

async function checkTls(cert: string, key: string, now: Date): Promise<Finding | Finding[]> {
  if (cert !== "") return await checkCertificate(cert, key, now);
  return skipped("certificate", "plain HTTP only: --tls-cert and --tls-key are not set");
}

/** The redirect for visitors who type `http://`, and the webroot for certificate authorities. */
async function checkRedirect(config: Config, server: ServerAddress): Promise<Finding | Finding[]> {
  const { host, "http-redirect-port": port, "acme-dir": folder } = config;
  if (port === 0) {
    return skipped("plain HTTP", "not redirected to HTTPS: --http-redirect-port is not set");
  }
  const found = await checkPort({ host, port, isTls: false }, server);
  return folder === "" ? found : [found, await checkWebroot("acme-dir", folder)];
}

function foldersOf(config: Config): [option: "data-dir" | "log-dir", folder: string][] {
  const keepsLog = config["access-log"] !== "off";
  const options = ["data-dir", ...keepsLog ? ["log-dir" as const] : []] as const;
  return options.map((option) => [option, config[option]]);
}

/** If a folder can't be used, its free space doesn't matter. */
async function checkFolderAndSpace(option: string, folder: string): Promise<Finding[]> {
  const found = await checkFolder(option, folder);
  const stats = await statfs(folder).catch(() => statfs("."));
  return found.kind === "ok"
    ? [
      found,
      ...await checkStoredFiles(option, folder),
      checkFreeSpace(option, folder, stats.bavail * stats.bsize),
    ]
    : [found];
}

const MARKS = { ok: "ok", problem: "!!", skipped: "--" } as const;

/** The colour of each kind on a terminal (ECMA-48 section 8.3.117). */
const COLOURS = { ok: 32, problem: 31, skipped: 2 } as const;

/** A finding as a line. */
export function formatFinding({ kind, subject, message }: Finding, isColoured: boolean): string {
  const mark = isColoured ? `\x1b[${COLOURS[kind]}m${MARKS[kind]}\x1b[0m` : MARKS[kind];
  return `${mark}  ${subject}: ${message}\n`;
}

/** The last line: the number of problems. */
export function summaryOf(findings: readonly Finding[]): string {
  const { length } = findings.filter(({ kind }) => kind === "problem");
  if (length === 0) return "\nNo problems found.\n";
  return `\n${length === 1 ? "One problem" : `${length} problems`} found.\n`;
}
