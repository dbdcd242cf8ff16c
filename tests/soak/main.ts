/**
 * A soak test of any length that prints its figures:
 *
 *   deno task soak [--minutes=10] [--actors=200] [--seed=the time]
 *
 * With `--faults`, the program runs as a separate process, to which something happens every 20 seconds
 * (`fault_soak.ts`):
 *
 *   deno task soak --faults [--interval=20] [--only="exhausted descriptors"] [--tls] [--redis]
 */

import { parseArgs } from "node:util";
import { faultsFor } from "./faults.ts";
import { soakWithFaults } from "./fault_soak.ts";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "10" },
    actors: { type: "string", default: "200" },
    seed: { type: "string", default: `${Date.now() >>> 0}` },
    faults: { type: "boolean", default: false },
    interval: { type: "string", default: "20" },
    only: { type: "string" },
    tls: { type: "boolean", default: false },
    redis: { type: "boolean", default: false },
  },
});

const size = {
  seconds: Number(values.minutes) * 60,
  actors: Number(values.actors),
  seed: Number(values.seed),
};
print({ ...values, ...size });
Deno.exit(await (values.faults ? runWithFaults() : run()) ? 0 : 1);

async function run(): Promise<boolean> {
  const report = await soak(size);
  print(report);
  return report.faults.length === 0;
}

async function runWithFaults(): Promise<boolean> {
  const { tls, redis, only, interval } = values;
  const possible = faultsFor({ tls, redis });
  const report = await soakWithFaults({
    ...{ ...size, tls, redis, interval: Number(interval) },
    faults: only === undefined ? possible : possible.filter(({ name }) => name === only),
    onFault: (fault, seconds) => print({ fault, seconds: Math.round(seconds) }),
  });
  print(report);
  return report.violations.length === 0 && report.exitCode === 0;
}

function print(figures: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, undefined, 2)}\n`));
}
