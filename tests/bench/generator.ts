/**
 * The load generator, as a separate process. It performs one task against one server and prints its report as one line
 * of JSON.
 *
 *   deno run --allow-all tests/bench/generator.ts TARGET TASK    both as JSON; see task.ts
 *
 * It runs on Deno, with `node:net` and one buffer for all reads. Measured this way, it needs the same processor time
 * per message as on Node.
 */

import { crowd } from "./crowd.ts";
import { DIALECTS } from "./dialect.ts";
import { flood } from "./flood.ts";
import { pageRequests } from "./page_requests.ts";
import { Wire } from "./peer.ts";
import { steady } from "./steady.ts";
import type { Reports, Target, Task } from "./task.ts";
import { visits } from "./visits.ts";

const [target, task] = Deno.args.map((text) => JSON.parse(text)) as [Target, Task];
const report = await perform(target, task);
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
Deno.exit(); // Exiting closes the remaining connections.

function perform({ dialect, port, pid }: Target, task: Task): Promise<Reports[Task["kind"]]> {
  const wire = new Wire(port, DIALECTS[dialect]);
  switch (task.kind) {
    case "flood":
      return flood(wire, pid, task);
    case "steady":
      return steady(wire, task);
    case "crowd":
      return crowd(wire, pid, task);
    case "visits":
      return visits(wire, pid, task);
    case "page":
      return pageRequests(port, pid, task);
  }
}
