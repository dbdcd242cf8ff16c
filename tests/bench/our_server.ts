/**
 * Our server as it is measured: what `main.ts` serves, with the same command line, permissions, listener, logs and
 * statistics, with one difference. In the long run a session may send two messages a second
 * (`server/limits/rate_limits.ts`), and one that sends fifty thousand is closed with 1008. Here the limits on frames
 * are so high that no session reaches them, and so is the limit on requests of an address. Every frame and request
 * still takes a token from their buckets, so their cost is measured.
 */

import { pages } from "../../client/page.gen.ts";
import { App } from "../../server/app.ts";
import { systemClock } from "../../server/base/clock.ts";
import { readCommandLine } from "../../server/config/command_line.ts";
import type { Config } from "../../server/config/options.ts";
import { gcFunction } from "../../server/base/gc.ts";
import { LIMITS } from "../../server/limits/rate_limits.ts";
import { listenDeno } from "../../server/listener/deno_listener.ts";
import { listenNode } from "../../server/listener/node_listener.ts";
import { lossFormatter, openLog } from "../../server/base/log.ts";
import { LogOutput } from "../../server/base/log_output.ts";
import type { Rate } from "../../server/base/token_bucket.ts";
import { SqliteStatisticsStore } from "../../server/statistics/sqlite_store.ts";

const TOKEN_BYTES = 32;
const AMPLE: Rate = { burst: 1e9, perMinute: 1e9 };

const command = readCommandLine(Deno.args, (name) => Deno.env.get(name));
if (command.kind !== "serve") {
  throw new Error(`Cannot serve: the command line says ${command.kind}`);
}
const formatLoss = lossFormatter(false, systemClock);
await serve(command.config, new LogOutput(Deno.stderr, systemClock, formatLoss));

async function serve(config: Config, logOutput: LogOutput): Promise<void> {
  const log = await openLog(logOutput, false);
  for (const folder of [config["data-dir"], config["log-dir"]]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  const chat = new App({
    config,
    clock: systemClock,
    log,
    logOutput,
    pages,
    version: "0.0.0-bench",
    build: "unknown",
    store: SqliteStatisticsStore.open(config["data-dir"], log),
    newToken: () => crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex(),
    collect: gcFunction(),
    rates: { ...LIMITS, messages: AMPLE, signals: AMPLE, bytes: AMPLE },
    requestRate: AMPLE,
  });
  const listen = config.listener === "node" ? listenNode : listenDeno;
  const { host, port } = config;
  const maxConnections = config["max-connections"];
  const service = chat.requestHandler;
  const listener = await listen({
    host,
    port,
    maxConnections,
    clock: systemClock,
    handler: service,
    log,
  });
  await chat.start(listener);
  log.info(`Listening on http://localhost:${listener.port}/`);
}
