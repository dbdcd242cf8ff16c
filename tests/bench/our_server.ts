/**
 * Our server as it is measured: what `main.ts` serves, with the same command line, permissions, listener, logs and
 * statistics, with one difference. In the long run a session may send two messages a second
 * (`server/limits/rate_limits.ts`), and one that sends fifty thousand is closed with 1008. Here the limits on frames
 * are so high that no session reaches them, and so is the limit on requests of an address. Every frame and request
 * still takes a token from their buckets, so their cost is measured.
 */

import { App } from "../../server/app.ts";
import { systemClock } from "../../server/base/clock.ts";
import type { Config } from "../../server/config/options.ts";
import { gcFunction } from "../../server/base/gc.ts";
import { LIMITS } from "../../server/limits/rate_limits.ts";
import { listenDeno } from "../../server/listener/deno_listener.ts";
import { listenNode } from "../../server/listener/node_listener.ts";
import { openCertificate } from "../../server/commands/resources.ts";
import { lossFormatter, openLog } from "../../server/base/log.ts";
import { LogOutput } from "../../server/base/log_output.ts";
import type { Rate } from "../../server/base/token_bucket.ts";
import { appOptions, serverConfig } from "./app_options.ts";

const AMPLE: Rate = { burst: 1e9, perMinute: 1e9 };

const config = serverConfig(Deno.args, (name) => Deno.env.get(name));
const formatLoss = lossFormatter(false, systemClock);
await serve(config, new LogOutput(Deno.stderr, systemClock, formatLoss));

async function serve(config: Config, logOutput: LogOutput): Promise<void> {
  const log = await openLog(logOutput, false);
  for (const folder of [config["data-dir"], config["log-dir"]]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  const certificate = await openCertificate(config, systemClock, log);
  const chat = new App({
    ...appOptions({ config, clock: systemClock, log, logOutput }),
    certificate,
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
    certificate,
    clock: systemClock,
    handler: service,
    log,
  });
  await chat.start(listener);
  log.info(`Listening on http://localhost:${listener.port}/`);
}
