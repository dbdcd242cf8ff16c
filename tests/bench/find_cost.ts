/** The cost of `find` against pools of three sizes: runs `find_bench.ts` and reads the output of `deno bench`. */

import { medians } from "./medians.ts";

/** One benchmark: nanoseconds by the number of waiting sessions. */
export interface FindCost {
  readonly name: string;
  readonly nanoseconds: ReadonlyMap<number, number>;
}

/** The parts of `deno bench --json` that are used. */
interface Benches {
  readonly benches: readonly {
    readonly group: string;
    readonly name: string;
    readonly results: readonly { readonly ok: { readonly p75: number } }[];
  }[];
}

/** Medians over all runs of the third quartile of each run. A mean would show the few runs that are disturbed. */
export async function findCosts(repetitions: number): Promise<FindCost[]> {
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < repetitions; run++) runs.push(await findBench());
  return costsOf(medians(runs));
}

async function findBench(): Promise<Record<string, number>> {
  const file = new URL("find_bench.ts", import.meta.url).pathname;
  const args = ["bench", "--allow-all", "--json", file];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error("Cannot measure find: deno bench failed");
  const { benches } = JSON.parse(new TextDecoder().decode(stdout)) as Benches;
  return Object.fromEntries(benches.map(({ name, results }) => [name, results[0]!.ok.p75]));
}

/** Groups titles such as `find and leave, 10 waiting`. */
function costsOf(figures: Readonly<Record<string, number>>): FindCost[] {
  const entries = Object.entries(figures).map(([title, nanoseconds]) => {
    const [, name = title, size] = /^(.*), (\d+) waiting$/.exec(title) ?? [];
    return { name, size: Number(size), nanoseconds };
  });
  return [...Map.groupBy(entries, ({ name }) => name)].map(([name, sizes]) => ({
    name,
    nanoseconds: new Map(sizes.map(({ size, nanoseconds }) => [size, nanoseconds])),
  }));
}
