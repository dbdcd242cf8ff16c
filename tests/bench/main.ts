/**
 * How fast the program is, and how it compares. Everything is measured in one run, in turns, and printed in the form of
 * the documents.
 *
 *   deno task bench             everything in docs/benchmarks.md, in less than 25 minutes
 *   deno task bench --quick     a few minutes, to see whether it runs
 *   deno task bench --write     also writes the tables into the documents, and the summary into the README
 *
 * A switch selects a part, and several select several. Each part writes only its own tables:
 *
 *   --relay --arrivals --memory --pages --find --restart --calls     docs/benchmarks.md
 *   --first-message                                                  docs/benchmarks.md, if it is selected
 *   --stalls --pairing --crowd                                       docs/scaling.md
 *
 * The table of goals needs several parts, and is written if a run has all of them. --cost, --streams and --text restrict
 * --calls further, and --ways=process,transports,cluster restricts --crowd. Such a run writes nothing.
 *
 *   main.ts ──> parts.ts            the parts: comparison_parts.ts, restart.ts, call_bench.ts, stalls.ts, pairing.ts
 *          ──> competitor.ts        starts a server on one core: ours (our_server.ts), or another (relay_*)
 *          ──> generate.ts          runs the generator on the other core; task.ts defines what they exchange
 *                   generator.ts ──> *_load, visits, page_requests ──> pairs ──> peer ──> protocol_adapter
 *          ──> goals.ts             compares the figures with the goals
 *
 * The figure to compare is the processor time per message. Its inverse is the number of messages a core can relay. It
 * depends less on the load of the machine than messages per second, but it does depend on it: when the generator has to
 * wait for its core, messages arrive one by one, and each wakes the server. The share of other programs is printed with
 * the figures. If it is above a few percent, measure again.
 *
 * The competitors only relay. They have no sessions, no limits, no matchmaking and no second listener as a fallback.
 * Everything runs on loopback, whose kernel cost is part of all figures. `relay_floor.c` shows how much that is, and
 * `relay_deno.mjs` how much the runtime adds.
 */

import { formatted, withPart } from "../../tools/docs/documents.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { BackgroundLoad } from "./background_load.ts";
import { CALL_SWITCHES } from "./call_bench.ts";
import { WAYS_SWITCH } from "./crowd_bench.ts";
import { installCompetitors } from "./competitor_install.ts";
import type { Findings } from "./findings.ts";
import { goalLines, goalTable } from "./goal_table.ts";
import { goals } from "./goals.ts";
import { describeMachine } from "./machine.ts";
import type { Bench, Part, PartResult } from "./part.ts";
import { PARTS, USUAL_PARTS } from "./parts.ts";
import { FULL, QUICK } from "./profile.ts";
import { summaryOf } from "./summary.ts";

const { args } = Deno;
const isWriting = args.includes("--write") &&
  !args.some((one) => CALL_SWITCHES.includes(one) || one.startsWith(WAYS_SWITCH));
const selected = PARTS.filter(({ name }) => args.includes(`--${name}`));
await using keys = new CertificateFiles();
const bench: Bench = {
  args,
  keys,
  profile: args.includes("--quick") ? QUICK : FULL,
  installation: await installCompetitors(),
  note: (line) => print(Deno.stderr, line),
};

let findings: Findings = {};
for (const part of selected.length > 0 ? selected : USUAL_PARTS) {
  const result = await measure(part);
  findings = { ...findings, ...result.findings };
}
await report(findings);

/** Measures a part, and prints and writes its tables. */
async function measure(part: Part): Promise<PartResult> {
  const [load, began] = [new BackgroundLoad(), performance.now()];
  const result = await part.measure(bench);
  bench.note(`${part.name} took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const programs = part.programs === "competitors" ? bench.installation : undefined;
  const machine = await describeMachine(programs, new Date(), load.share, part.placement);
  await publish(part.document, part.name, `${machine}\n\n${result.tables}`);
  return result;
}

/** Prints and writes what follows from the parts: the goals, and the summary of docs/benchmarks.md. */
async function report(findings: Findings): Promise<void> {
  const all = goals(findings);
  if (all.every(({ kind }) => kind !== "unmeasured")) {
    await publish("docs/benchmarks.md", "goals", goalTable(all));
  }
  if (isWriting && (findings.relay || findings.memory)) {
    const page = await Deno.readTextFile(new URL("../../docs/benchmarks.md", import.meta.url));
    await publish("README.md", "summary", summaryOf(page));
  }
  for (const line of goalLines(all)) print(Deno.stdout, line);
}

async function publish(document: string, name: string, markdown: string): Promise<void> {
  const part = await formatted(markdown);
  print(Deno.stdout, `${part}\n`);
  if (!isWriting) return;
  const file = new URL(`../../${document}`, import.meta.url);
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, withPart(text, `measured: ${name}`, part));
}

function print(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}
