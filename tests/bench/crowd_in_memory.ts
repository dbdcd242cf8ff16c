/**
 * A server and a crowd in one process, without sockets between them. It obeys the orders of both, and `stop`, which does
 * what SIGTERM does.
 *
 *   deno run --allow-all tests/bench/crowd_in_memory.ts PEOPLE OPTIONS
 */

import { systemClock } from "../../server/base/clock.ts";
import { gcFunction } from "../../server/base/gc.ts";
import { lossFormatter, openLog } from "../../server/base/log.ts";
import { LogOutput } from "../../server/base/log_output.ts";
import { App } from "../../server/app.ts";
import { HAND_OFF_TIME, shutDown } from "../../server/shutdown.ts";
import { appOptions, serverConfig } from "./app_options.ts";
import { Crowd, type CrowdOrder } from "./crowd.ts";
import { LoopMeter } from "./loop_meter.ts";
import { MemoryListener } from "./memory_network.ts";
import { MeteredClock } from "./metered_clock.ts";
import { obeyOrders, printAnswer } from "./orders.ts";
import { ServerMeter, type ServerOrder } from "./server_meter.ts";

type Order =
  | { readonly server: ServerOrder }
  | { readonly crowd: CrowdOrder }
  | { readonly stop: true };

const [people = "", ...args] = Deno.args;
const clock = new MeteredClock(systemClock);
const meter = new ServerMeter(clock, new LoopMeter());
const logOutput = new LogOutput(Deno.stderr, clock, lossFormatter(false, clock));
const log = await openLog(logOutput, false);
const config = serverConfig(args, () => undefined);
await Deno.mkdir(config["data-dir"], { recursive: true });
const app = new App({
  ...appOptions({ config, clock, log, logOutput }),
  collect: gcFunction(),
});
const listener = new MemoryListener({ handler: app.requestHandler, clock, log });
await app.start(listener);
const crowd = new Crowd(listener, 0, Number(people));
printAnswer("ready");
await obeyOrders(async (order: Order) => {
  if ("server" in order) return meter.obey(order.server);
  if ("crowd" in order) return await crowd.obey(order.crowd);
  await shutDown({ chat: app, close: () => listener.close(), handOffTime: HAND_OFF_TIME });
});
