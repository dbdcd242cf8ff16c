/**
 * Anonymous Chat, started. This is the only file that reads arguments, environment and randomness; what there is to
 * wire stands in `server/app.ts`.
 */

import { build, pages } from "./client/page.gen.ts";
import manifest from "./deno.json" with { type: "json" };
import { readLines } from "./server/access_log/access_log.ts";
import { App } from "./server/app.ts";
import { Certificate } from "./server/tls/certificate.ts";
import { DAY, systemClock } from "./server/base/clock.ts";
import { Cluster } from "./server/cluster/cluster.ts";
import { RedisClient } from "./server/cluster/redis_client.ts";
import { RedisStatisticsStore } from "./server/cluster/redis_statistics.ts";
import { type Command, type Config, help, readConfig } from "./server/config/config.ts";
import {
  affordableConnections,
  REDIRECTED_CONNECTIONS,
  redirectedSockets,
} from "./server/base/file_descriptors.ts";
import type { Finding } from "./server/doctor/finding.ts";
import { EXIT_TIME, HAND_OFF_TIME, SHORT_HAND_OFF_TIME, shutDown } from "./server/shutdown.ts";
import { gcFunction } from "./server/base/gc.ts";
import { KvStatisticsStore } from "./server/statistics/kv_store.ts";
import { listenDeno } from "./server/listener/deno_listener.ts";
import type { Listener, ListenerOptions } from "./server/listener/listener.ts";
import { listenNode } from "./server/listener/node_listener.ts";
import { describeError, type Log, openLog } from "./server/base/log.ts";
import { LogOutput } from "./server/base/log_output.ts";
import { MAX_NODES, type NodeId } from "./server/ids.ts";
import { withTimeout } from "./server/base/timeout.ts";
import { platformOf } from "./server/config/deno_deploy.ts";
import { redirect } from "./server/tls/https_redirect.ts";
import { SqliteStatisticsStore } from "./server/statistics/sqlite_store.ts";
import { startupMessage } from "./server/startup_message.ts";
import { MemoryStatisticsStore, type StatisticsStore } from "./server/statistics/store.ts";

/** How much chance a session token is made of. */
const TOKEN_BYTES = 32;

const command = readConfig(Deno.args, (name) => Deno.env.get(name));
switch (command.kind) {
  case "help":
    await print(Deno.stdout, help());
    break;
  case "version":
    await print(Deno.stdout, `${manifest.version} (${build})\n`);
    break;
  case "mistaken":
    await complain(`${command.mistakes.join("\n")}\nSee --help.\n`);
    Deno.exit(2);
    break;
  case "access-log":
    await printAccessLog(command);
    break;
  case "doctor":
    await callDoctor(command.config);
    break;
  case "health":
    await printHealth(command.config);
    break;
  case "serve":
    await serve(command.config, new LogOutput(Deno.stderr, systemClock));
    break;
}

async function serve(given: Config, logOutput: LogOutput): Promise<void> {
  const log = await openLog(logOutput, Deno.stderr.isTerminal());
  const clock = systemClock;
  const platform = platformOf((name) => Deno.env.get(name));
  const config = given.listener === "node" ? await fit(given, log) : given; // Deno Deploy looks after itself.
  const certificate = await openCertificate(config, log);
  const link = await openLink(config["redis-url"], log);
  const chat = new App({
    config,
    clock,
    log,
    logOutput,
    certificate,
    cluster: link && newCluster(link, log),
    pages,
    version: manifest.version,
    build,
    platform: platform?.name,
    store: await openStore(config["data-dir"], link, log),
    wantedConnections: given["max-connections"],
    newToken,
    collect: gcFunction(),
  });
  const { host, port } = config;
  const maxConnections = config["max-connections"];
  const options = {
    host,
    port,
    maxConnections,
    certificate,
    clock,
    handler: chat.requestHandler,
    log,
  };
  const listener = await listen(config.listener === "node" ? listenNode : listenDeno, options);
  const redirecting = certificate && await listenBeside(chat, certificate, config, listener, log);
  await chat.start(listener);

  reportFailures(log);
  onStop(async () => {
    await shutDown({
      chat,
      close: () => Promise.all([listener.close(), redirecting?.close()]),
      handOffTime: platform === undefined ? HAND_OFF_TIME : SHORT_HAND_OFF_TIME,
    });
    log.info("Stopped.");
    await withTimeout(EXIT_TIME, logOutput.flush());
  });
  const isHosted = platform !== undefined;
  const [listening, ...hints] = startupMessage(config, { port: listener.port, isHosted });
  const redirectPort = redirecting?.port;
  log.info(listening.text, {
    host,
    listener: config.listener,
    ...redirectPort === undefined ? {} : { redirecting: redirectPort },
  });
  for (const { level, text } of hints) log[level](text);
}

/** The certificate, if the program is to speak TLS. */
async function openCertificate(config: Config, log: Log): Promise<Certificate | undefined> {
  const { "tls-cert": certFile, "tls-key": keyFile } = config;
  if (certFile === "") return undefined;
  return await Certificate.open({ certFile, keyFile, clock: systemClock, log })
    .catch((error) => fail(error.message)); // It speaks of the files, which the operator chose.
}

async function listen(
  by: (options: ListenerOptions) => Promise<Listener>,
  options: ListenerOptions,
): Promise<Listener> {
  const { host, port } = options;
  return await by(options)
    .catch((error) => fail(`Cannot listen on ${host} port ${port}: ${codeOf(error)}.`));
}

/** Sends who comes by plain HTTP to https, if that is wanted. */
async function listenBeside(
  chat: App,
  certificate: Certificate,
  config: Config,
  { port }: Listener,
  log: Log,
): Promise<Listener | undefined> {
  if (config["http-redirect-port"] === 0) return undefined;
  const options = { certificate, port, acmeDir: config["acme-dir"] };
  return await listen(listenNode, {
    host: config.host,
    port: config["http-redirect-port"],
    maxConnections: REDIRECTED_CONNECTIONS,
    clock: systemClock,
    handler: chat.requestHandler.redirectHandler((request) => redirect(request, options)),
    log,
  });
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
}

/** The line to Redis, if there is to be one. */
async function openLink(url: string, log: Log): Promise<RedisClient | undefined> {
  return url === "" ? undefined : await RedisClient.create({ url, log, random: Math.random });
}

/** This machine's part in a cluster, under a number that no other machine is likely to have. */
function newCluster(link: RedisClient, log: Log): Cluster {
  const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
  const node = 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % (MAX_NODES - 1);
  return new Cluster({ link, node: node as NodeId, clock: systemClock, log, random });
}

/** Makes sure that the machine has what the configuration needs, before anybody is here. */
async function fit(config: Config, log: Log): Promise<Config> {
  const wanted = config["max-connections"];
  const beside = redirectedSockets(config["http-redirect-port"] !== 0);
  if (config["access-log"] !== "off") await tryFolder(config["log-dir"]);
  const affordable = await tryFolder(
    config["data-dir"],
    (file) => affordableConnections(wanted, file, beside),
  ) ?? wanted;
  if (affordable === wanted) return config;
  log.warn("File descriptor limit too low: --max-connections reduced to {affordable}.", {
    wanted,
    affordable,
  });
  return { ...config, "max-connections": affordable };
}

/** Ends the program when a folder can't be written to; until it returns, a file in it can be used. */
async function tryFolder<T>(folder: string, use?: (file: string) => T): Promise<T | undefined> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await Deno.makeTempFile({ dir: folder });
    const result = use?.(file);
    await Deno.remove(file);
    return result;
  } catch (error) {
    return await fail(`Cannot use the directory ${folder}: ${codeOf(error as Error)}.`);
  }
}

/** Where the statistics go; while they have no place, that is said and they last as long as the program. */
async function openStore(
  folder: string,
  link: RedisClient | undefined,
  log: Log,
): Promise<StatisticsStore> {
  try {
    if (folder === "") return await KvStatisticsStore.open(await Deno.openKv());
    const file = SqliteStatisticsStore.open(folder, log);
    return link === undefined ? file : new RedisStatisticsStore(link, file);
  } catch (error) {
    const reason = (error as Error).message; // It speaks of the file and the folder, which the operator chose, or of the database.
    log.warn("Statistics database unavailable: statistics are kept in memory only.", {
      folder,
      reason,
    });
    return new MemoryStatisticsStore();
  }
}

/** Prints the lines of a window of time, and says on standard error what can't be among them. */
async function printAccessLog(
  { config, from, to }: Command & { kind: "access-log" },
): Promise<void> {
  const folder = config["log-dir"];
  const days = config["access-log-retention-days"];
  const oldest = systemClock.date().getTime() - days * DAY;
  if (from.getTime() < oldest) {
    const kept = new Date(oldest).toISOString();
    await print(
      Deno.stderr,
      `Lines are deleted after ${days} days: none exist from before ${kept}.\n`,
    );
  }
  try {
    const since = new Date(Math.max(from.getTime(), oldest)); // A server that was off may not have deleted yet.
    for await (const line of readLines(folder, since, to)) await print(Deno.stdout, `${line}\n`);
  } catch (error) {
    await fail(`Cannot read the access log in ${folder}: ${codeOf(error as Error)}.`);
  }
}

/**
 * Says what is wrong with this machine, as the options have it; with exit code 1 if anything is. The doctor is fetched
 * when it is called: a server needs none, and Deno Deploy's runtime has not all that it looks with.
 */
async function callDoctor(config: Config): Promise<void> {
  const { examine, lineOf, summaryOf } = await import("./server/doctor/doctor.ts");
  const isColoured = Deno.stdout.isTerminal() && !Deno.noColor;
  const findings: Finding[] = [];
  for await (const finding of examine({ config, clock: systemClock, newToken })) {
    findings.push(finding);
    await print(Deno.stdout, lineOf(finding, isColoured));
  }
  await print(Deno.stdout, summaryOf(findings));
  Deno.exit(findings.some(({ kind }) => kind === "problem") ? 1 : 0);
}

/** Says how the server is that runs with these options; with exit code 1 unless it takes visitors. */
async function printHealth({ host, port, "tls-cert": cert }: Config): Promise<void> {
  const { askOwnServer, reachable } = await import("./server/doctor/health_client.ts");
  const reply = await askOwnServer({ host, port, isTls: cert !== "" });
  const where = `${reachable(host)} port ${port}`;
  if (reply.kind === "unreachable") {
    await fail(`Cannot check the server on ${where}: ${reply.code}.`);
  }
  if (reply.kind === "other") {
    await fail(`Cannot check the server on ${where}: it is not Anonymous Chat.`);
  }
  if (reply.kind !== "answered") return;
  const { status, failing } = reply.health;
  await print(Deno.stdout, `${[status, ...failing].join(" ")}\n`);
  Deno.exit(status === "draining" ? 1 : 0);
}

/** What throws where nobody waits for it is said, and does not end the program. */
function reportFailures(log: Log): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("Unhandled error.", describeError(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("Unhandled error.", describeError(event.error));
  });
}

/**
 * Runs `stop` once, on the first signal to end. With nothing left to do the program then ends by itself; a socket that
 * can't be cut does not keep it.
 */
function onStop(stop: () => Promise<void>): void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const once = async (): Promise<void> => {
    for (const signal of signals) Deno.removeSignalListener(signal, once);
    await stop();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), EXIT_TIME));
  };
  for (const signal of signals) Deno.addSignalListener(signal, once);
}

/** Why the system refused, as its short code: the message may hold more than belongs in a log. */
function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}

async function fail(message: string): Promise<never> {
  await complain(`${message}\n`);
  Deno.exit(1);
}

/** Says on standard error why the program ends, which it does even where that can't be written. */
async function complain(text: string): Promise<void> {
  await withTimeout(EXIT_TIME, print(Deno.stderr, text).catch(() => {}));
}

async function print(
  to: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  await to.write(new TextEncoder().encode(text));
}
