/**
 * A soak test of any length that prints its figures:
 *
 *   deno task soak [seconds, 600 by default] [actors, 200 by default] [seed, the time by default]
 */

import { soak } from "./soak.ts";

const [seconds = 600, actors = 200, seed = Date.now() >>> 0] = Deno.args.map(Number);
print({ seconds, actors, seed });
const report = await soak({ seconds, actors, seed });
print(report);
if (report.faults.length > 0) Deno.exit(1);

function print(figures: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, undefined, 2)}\n`));
}
