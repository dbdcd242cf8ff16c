/**
 * Pages that return after a restart, in another process than the server. Prints `open` when all are connected, and then
 * a report as one line of JSON. Their connections stay open until the process is ended.
 *
 *   deno run --allow-all tests/bench/returning_pages.ts PORT PAGES
 */

import { ReturningCrowd } from "./returning_crowd.ts";

const [port = 0, count = 0] = Deno.args.map(Number);
const crowd = await ReturningCrowd.open(port, count, Math.random);
print("open");
print(JSON.stringify(await crowd.returned()));

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
