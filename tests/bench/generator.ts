/**
 * The load generator, as a separate process. It performs one task against one server and prints its report as one line
 * of JSON.
 *
 *   deno run --allow-all tests/bench/generator.ts TARGET TASK    both as JSON; see task.ts
 *
 * It runs on Deno, with `node:net` and one buffer for all reads. Measured this way, it needs the same processor time
 * per message as on Node.
 */

import { idleLoad } from "./idle_load.ts";
import { ADAPTERS } from "./protocol_adapter.ts";
import { closedLoopLoad } from "./closed_loop_load.ts";
import { pageRequests } from "./page_requests.ts";
import { Endpoint } from "./peer.ts";
import { fixedRateLoad } from "./fixed_rate_load.ts";
import type { Reports, Target, Task } from "./task.ts";
import { visits } from "./visits.ts";

const [target, task] = Deno.args.map((text) => JSON.parse(text)) as [Target, Task];
const report = await perform(target, task);
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
Deno.exit(); // Exiting closes the remaining connections.

function perform(target: Target, task: Task): Promise<Reports[Task["kind"]]> {
  const { protocol, port, pid, isTls } = target;
  const endpoint = new Endpoint(port, ADAPTERS[protocol], isTls);
  switch (task.kind) {
    case "closed-loop":
      return closedLoopLoad(endpoint, pid, task);
    case "fixed-rate":
      return fixedRateLoad(endpoint, task);
    case "idle":
      return idleLoad(endpoint, pid, task);
    case "visits":
      return visits(endpoint, pid, task);
    case "page":
      return pageRequests(port, pid, task);
  }
}
