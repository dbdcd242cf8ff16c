/** The command that serves, which is the default: opens what the server needs, starts it, and stops it on a signal. */

import { App } from "../app.ts";
import { errorCode } from "../base/error_code.ts";
import { REDIRECTED_CONNECTIONS } from "../base/file_descriptors.ts";
import { gcFunction } from "../base/gc.ts";
import { type Log, lossFormatter, openLog } from "../base/log.ts";
import { LogOutput } from "../base/log_output.ts";
import { RunningClock } from "../base/running_clock.ts";
import { currentRuntime, runtimeProblem } from "../base/runtime.ts";
import { withTimeout } from "../base/timeout.ts";
import type { Config } from "../config/options.ts";
import { platformOf } from "../config/deno_deploy.ts";
import { listenDeno } from "../listener/deno_listener.ts";
import type { Listener, ListenerOptions } from "../listener/listener.ts";
import { type HttpResponse, textResponse } from "../http/message.ts";
import { listenNode } from "../listener/node_listener.ts";
import { EXIT_TIME, HAND_OFF_TIME, SHORT_HAND_OFF_TIME, shutDown } from "../shutdown.ts";
import type { Pages } from "../site/router.ts";
import type { Certificate } from "../tls/certificate.ts";
import { redirect } from "../tls/https_redirect.ts";
import { isFree } from "../turn/datagram_socket.ts";
import { removeAddress, writeAddress } from "./address_file.ts";
import { fail, MISCONFIGURED } from "./console.ts";
import {
  fitToMachine,
  newCluster,
  openCertificate,
  openOperatorFiles,
  openRedis,
  openStore,
} from "./resources.ts";
import {
  type HangupActions,
  onHangup,
  onStop,
  reportFailures,
  warnOfInspector,
} from "./signals.ts";
import { callsMessage } from "./calls_message.ts";
import { listenWithRelay } from "./port_pair.ts";
import { startupMessage } from "./startup_message.ts";
import { newToken, type System } from "./system.ts";

/** What was built, and from what. */
export interface Release {
  readonly version: string;
  /** The commit that it was built from. */
  readonly build: string;
  readonly pages: Pages;
}

/** Starts the server. It runs until a signal ends it. */
export async function serve(given: Config, release: Release, outside: System): Promise<void> {
  const system = { ...outside, clock: new RunningClock(outside.clock) };
  const { clock } = system;
  const unfit = runtimeProblem(given.listener, currentRuntime());
  if (unfit !== undefined) await fail(`Cannot serve: ${unfit}.`, MISCONFIGURED);
  const isTerminal = Deno.stderr.isTerminal();
  const logOutput = new LogOutput(Deno.stderr, clock, lossFormatter(isTerminal, clock));
  const log = await openLog(logOutput, isTerminal);
  reportFailures(log);
  const platform = platformOf(system.env);
  const ready = Promise.withResolvers<HangupActions>();
  if (platform === undefined) {
    onHangup(ready.promise, clock);
    warnOfInspector(log);
  }
  const config = given.listener === "node" ? await fitToMachine(given, log) : given; // Deno Deploy sets its own limits.
  const certificate = await openCertificate(config, clock, log);
  const redis = await openRedis(config, system, log);
  const token = newToken(system);
  const app = new App({
    ...release,
    ...{ config, clock, log, logOutput, certificate },
    ...await openOperatorFiles(config, log),
    cluster: redis && newCluster(redis, system, log),
    platform: platform?.name,
    store: await openStore(config, redis, log),
    wantedConnections: given["max-connections"],
    newToken: () => newToken(system),
    localToken: token,
    collect: gcFunction(),
  });
  const listeners = await listen(app, { config, certificate, clock, log });
  await app.start(listeners.main);
  const stop = onStop(async () => {
    await shutDown({
      chat: app,
      close: (over) => Promise.all(Object.values(listeners).map((one) => one?.close(over))),
      handOffTime: platform === undefined ? HAND_OFF_TIME : SHORT_HAND_OFF_TIME,
    });
    await removeAddress(config["data-dir"]);
    log.info("Stopped.");
    await withTimeout(EXIT_TIME, logOutput.flush());
  }, clock);
  ready.resolve({ stop, reload: () => reload(app, log) });
  const isTls = certificate !== undefined;
  const { port } = listeners.main;
  await writeAddress(config["data-dir"], { host: config.host, port, isTls, token });
  announce(config, listeners, platform !== undefined, log);
}

/** Reads the certificate and the operator's files again, and logs that it did, and what doesn't work. */
async function reload(app: App, log: Log): Promise<void> {
  await app.reload();
  log.info("The certificate and the operator's files have been read again.", {
    failing: app.health.failing,
  });
}

/** The listener of the chat, and the one that redirects HTTP to HTTPS. */
interface Listeners {
  readonly main: Listener;
  readonly redirect: Listener | undefined;
  /** The one of `--relay-port`, where there is nothing but the relay. */
  readonly relay: Listener | undefined;
}

/** Opens all sockets. The relay uses UDP and TCP at the port of the page, or at that of `--relay-port`. */
async function listen(
  { requestHandler, callRelay }: App,
  { config, certificate, clock, log }: Pick<ListenerOptions, "clock" | "log"> & {
    readonly config: Config;
    readonly certificate: Certificate | undefined;
  },
): Promise<Listeners> {
  const { host, port, "max-connections": maxConnections, "relay-port": relayPort } = config;
  const shared = { host, certificate, clock, log };
  const refuse = (): HttpResponse => textResponse(404, "This is a TURN server.\n");
  const listenMain = (): Promise<Listener> =>
    listenBy(config.listener === "node" ? listenNode : listenDeno, {
      ...{ ...shared, port, maxConnections },
      handler: config.relay === "only" ? requestHandler.relayOnlyHandler(refuse) : requestHandler,
      streams: relayPort === 0 ? callRelay?.streams : undefined,
    });
  const main = port === 0 && relayPort === 0 && callRelay !== undefined
    ? await listenWithRelay(listenMain, (chosen) => isFree({ hostname: host, port: chosen }))
    : await listenMain();
  const relay = callRelay === undefined || relayPort === 0
    ? undefined
    : await listenBy(listenNode, {
      ...{ ...shared, port: relayPort, maxConnections: REDIRECTED_CONNECTIONS },
      handler: requestHandler.redirectHandler(refuse),
      streams: callRelay.streams,
    });
  await callRelay?.start({ hostname: host, port: (relay ?? main).port });
  const redirectPort = config["http-redirect-port"];
  if (certificate === undefined || redirectPort === 0) return { main, redirect: undefined, relay };
  const options = { certificate, port: main.port, acmeDir: config["acme-dir"] };
  const handler = requestHandler.redirectHandler((request) => redirect(request, options));
  const beside = { host, port: redirectPort, maxConnections: REDIRECTED_CONNECTIONS };
  return { main, redirect: await listenBy(listenNode, { ...beside, clock, handler, log }), relay };
}

async function listenBy(
  start: (options: ListenerOptions) => Promise<Listener>,
  options: ListenerOptions,
): Promise<Listener> {
  const { host, port } = options;
  return await start(options)
    .catch((error) => fail(`Cannot listen on ${host} port ${port}: ${errorCode(error)}.`));
}

/** Logs where the server can be reached, and what it still lacks. */
function announce(
  config: Config,
  { main, redirect, relay }: Listeners,
  isHosted: boolean,
  log: Log,
): void {
  const [listening, ...hints] = startupMessage(config, { port: main.port, isHosted });
  log.info(listening.text, {
    host: config.host,
    listener: config.listener,
    ...redirect === undefined ? {} : { redirecting: redirect.port },
  });
  for (const { level, text } of hints) log[level](text);
  log.info(callsMessage(config, (relay ?? main).port));
}
