/**
 * A server for a crowd: what `main.ts` serves, with a clock that measures the interval tasks. It obeys the orders of
 * `server_meter.ts`, and prints a last report when it exits.
 *
 *   deno run --allow-all tests/bench/crowd_server.ts OPTIONS
 */

import { pages } from "../../client/page.gen.ts";
import { systemClock } from "../../server/base/clock.ts";
import { serve } from "../../server/commands/serve.ts";
import { serverConfig } from "./app_options.ts";
import { LoopMeter } from "./loop_meter.ts";
import { MeteredClock } from "./metered_clock.ts";
import { obeyOrders, printAnswer } from "./orders.ts";
import { ServerMeter, type ServerOrder } from "./server_meter.ts";

const clock = new MeteredClock(systemClock);
const meter = new ServerMeter(clock, new LoopMeter());
const config = serverConfig(Deno.args, () => undefined);
await serve(config, { version: "0.0.0-bench", build: "unknown", pages }, {
  clock,
  env: () => undefined,
  random: Math.random,
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
});
printAnswer("ready");
await obeyOrders((order: ServerOrder) => meter.obey(order));
