/** The parts that compare this program with other servers, and those that measure it in the same way alone. */

import {
  type Competitor,
  competitors,
  OURS,
  type RunningServer,
  type Unavailable,
} from "./competitor.ts";
import {
  arrivalsTable,
  findTable,
  memoryTable,
  pageLine,
  pagesTable,
  relayTable,
} from "./tables.ts";
import { findCosts } from "./find_cost.ts";
import {
  inTurns,
  measureArrivals,
  measureMemory,
  measurePages,
  measureRelay,
  type Result,
} from "./measurement.ts";
import type { Figures } from "./medians.ts";
import { measurePageLoad } from "./page_load.ts";
import type { Bench, Part, PartResult } from "./part.ts";

const SHARED = { document: "docs/benchmarks.md", programs: "competitors" } as const;

const relay: Part = {
  ...SHARED,
  name: "relay",
  async measure({ profile, installation, note }: Bench): Promise<PartResult> {
    const measure = measureRelay.bind(null, profile);
    const relay = await inTurns(competitors(installation), profile.repetitions, measure, note);
    return { tables: relayTable(relay), findings: { relay } };
  },
};

const arrivals: Part = {
  ...SHARED,
  name: "arrivals",
  async measure(bench: Bench): Promise<PartResult> {
    const { repetitions, visitors, tlsVisitors } = bench.profile;
    const [arrivals, tlsArrivals] = await plainAndTls(
      bench,
      repetitions,
      measureArrivals.bind(null, visitors),
      measureArrivals.bind(null, tlsVisitors),
    );
    return { tables: arrivalsTable(arrivals, tlsArrivals), findings: { arrivals, tlsArrivals } };
  },
};

const memory: Part = {
  ...SHARED,
  name: "memory",
  async measure(bench: Bench): Promise<PartResult> {
    const { longRepetitions, idlePairs: pairs, firstPairs: before, settle } = bench.profile;
    const measure = measureMemory.bind(null, { pairs, before, settle });
    const [memory, tlsMemory] = await plainAndTls(bench, longRepetitions, measure);
    return { tables: memoryTable(memory, tlsMemory), findings: { memory, tlsMemory } };
  },
};

const pages: Part = {
  ...SHARED,
  name: "pages",
  programs: "none",
  async measure({ profile, note }: Bench): Promise<PartResult> {
    const measure = measurePages.bind(null, profile);
    const pages = await inTurns(OURS, profile.repetitions, measure, note);
    const load = await measurePageLoad(profile.pageLoads);
    return { tables: `${pagesTable(pages)}\n\n${pageLine(load)}` };
  },
};

const find: Part = {
  ...SHARED,
  name: "find",
  programs: "none",
  async measure({ profile }: Bench): Promise<PartResult> {
    const find = await findCosts(profile.findRepetitions);
    return { tables: findTable(find), findings: { find } };
  },
};

/** In the order of the document. */
export const COMPARISON_PARTS: readonly Part[] = [relay, arrivals, memory, pages, find];

/** Measures every server without TLS, and then every server with it. */
async function plainAndTls<F extends Figures>(
  { installation, keys, note }: Bench,
  repetitions: number,
  measure: (server: RunningServer) => Promise<F>,
  measureTls = measure,
): Promise<[plain: Result<F>[], tls: Result<F>[]]> {
  const [plain, tls] = [competitors(installation), competitors(installation, keys)];
  const results = await inTurns(plain.filter(isServer), repetitions, measure, note);
  note("over TLS:");
  return [results, await inTurns(tls.filter(isServer), repetitions, measureTls, note)];
}

function isServer(one: Competitor | Unavailable): boolean {
  return "reason" in one || one.isServer;
}
