/** Chats over networks that stall, delay, drop and recover, in every engine. */

import { delay } from "../../server/base/timeout.ts";
import { repeats, SEED, seeded } from "../support/repeats.ts";
import { NO_RATES } from "../support/server.ts";
import { type Figures, NetworkBed } from "./network_bed.ts";
import { type EngineFixture, everyEngine, type OpenEngineFixture } from "./site_fixture.ts";

/** How long a connection is silent before the device notices that its network has changed, in milliseconds. */
const SILENCE = 10_000;
/** After this many schedules, two new pages replace those that have shown so many messages. */
const PER_PAIR = 20;

const engines = await everyEngine();

/** Prints the durations, since only a person can say whether they are good. */
function print(engine: string, figures: readonly Figures[]): void {
  const notice = summary(figures.flatMap(({ toNotice }) => toNotice));
  const resume = summary(figures.flatMap(({ toResume }) => toResume));
  // deno-lint-ignore no-console -- figures for a person
  console.log(
    `${engine}: schedules: ${figures.length}; time to notice: ${notice}; time to resume: ${resume}; every message arrived once`,
  );
}

function summary(durations: readonly number[]): string {
  if (durations.length === 0) return "never";
  const sorted = durations.toSorted((a, b) => a - b);
  const [median = NaN, most = NaN] = [sorted[sorted.length >> 1], sorted.at(-1)];
  return `${Math.round(median)} ms (most: ${Math.round(most)} ms)`;
}

async function runSchedules(open: OpenEngineFixture, count: number): Promise<Figures[]> {
  const figures: Figures[] = [];
  while (figures.length < count) {
    await using fixture = await open({ rates: NO_RATES });
    using bed = await NetworkBed.open(fixture);
    const end = Math.min(count, figures.length + PER_PAIR);
    while (figures.length < end) {
      const schedule = { isLong: true, seed: SEED + figures.length };
      await seeded(async (seed) => void figures.push(await bed.run(seed)), schedule);
    }
  }
  return figures;
}

for (const { name, open } of engines) {
  Deno.test(`No message is lost or duplicated when networks stall, delay, drop and recover, in ${name}`, async () => {
    const sample = name === "Chromium" ? 2 : 1;
    print(name, await runSchedules(open, repeats({ sample, long: 200 })));
  });
}

/** Both write while one connection is dead for good, and the other is only silent. */
async function dieSilently(fixture: EngineFixture): Promise<Figures> {
  using bed = await NetworkBed.open(fixture);
  for (const end of bed.ends) await end.say();
  await bed.recover();
  bed.ann.proxy.strand();
  bed.bob.proxy.stall();
  for (const end of bed.ends) await end.say();
  await delay(SILENCE);
  for (const end of bed.ends) await end.say();
  return await bed.recover();
}

Deno.test("Chats continue automatically when connections die silently for ten seconds, in every engine", async () => {
  await Promise.all(engines.map(async ({ name, open }) => {
    await using fixture = await open();
    print(name, [await dieSilently(fixture)]);
  }));
});
