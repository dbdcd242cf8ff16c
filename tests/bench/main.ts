/**
 * How fast it is, and how that compares: everything is measured in one run, in turns, and printed as docs/benchmarks.md has it.
 *
 *   deno task bench             ten minutes, for figures to publish
 *   deno task bench --quick     a few minutes, to see whether it runs
 *   deno task bench --readme    also writes the tables into docs/benchmarks.md, and the summary into the README
 *
 *   main.ts ──> contestant.ts       starts a server on one core: ours (our_server.ts), or a relay_* of another's
 *          └──> generate.ts         runs the generator on the other; task.ts is what they say to each other
 *                   generator.ts ──> flood, steady, crowd, visits, page_requests ──> pairs ──> peer ──> dialect
 *
 * The processor time that a message costs a server is what to look at: how many a core can relay is its inverse. It
 * depends less on what else the machine does than messages a second do, but it does: where the generator has to wait for
 * its core, messages come one by one, and each wakes the server. How much others had of the machine is printed with the
 * figures; above a few hundredths, measure again.
 *
 * The others only relay: they have no sessions, no limits and no matchmaking, nor a second listener for a bad day.
 * Everything is on loopback, whose cost in the kernel is in all figures; `relay_floor.c` shows how much that is.
 */

import { formatted, withPart } from "../../tools/docs/documents.ts";
import { type Absentee, type Contestant, contestants, OURS } from "./contestant.ts";
import { Disturbance } from "./disturbance.ts";
import { FULL, QUICK } from "./extent.ts";
import { findCosts } from "./find_cost.ts";
import { goalLines } from "./goals.ts";
import { describeMachine } from "./machine.ts";
import { inTurns, measureMemory, measureRelay, measureVisits } from "./measurement.ts";
import { measurePageLoad } from "./page_load.ts";
import { markdown, summary } from "./tables.ts";
import { openWorkshop } from "./workshop.ts";

const extent = Deno.args.includes("--quick") ? QUICK : FULL;
const { repetitions, longRepetitions, pageLoads } = extent;
const workshop = await openWorkshop();
const all = contestants(workshop);

const disturbance = new Disturbance();
const find = await findCosts(repetitions);
note("find has been measured");
const pageLoad = await measurePageLoad(pageLoads);
note("the page has been loaded");
const relay = await inTurns(all, repetitions, (one) => measureRelay(one, extent), note);
const visits = await inTurns(OURS, repetitions, (one) => measureVisits(one, extent), note);
const memory = await inTurns(
  all.filter(isServer),
  longRepetitions,
  (one) => measureMemory(one, extent),
  note,
);

const machine = await describeMachine(workshop, new Date(), disturbance.share);
const findings = { machine, relay, memory, visits, find, pageLoad };
const text = await formatted(markdown(findings));
if (Deno.args.includes("--readme")) {
  await write("docs/benchmarks.md", "measured: benchmarks", text);
  await write("README.md", "measured: summary", await formatted(summary(findings)));
}
print(Deno.stdout, text);
print(Deno.stdout, `\n${goalLines(relay, memory, find).join("\n")}`);

function isServer(one: Contestant | Absentee): boolean {
  return "reason" in one || one.isServer;
}

async function write(document: string, marker: string, part: string): Promise<void> {
  const file = new URL(`../../${document}`, import.meta.url);
  await Deno.writeTextFile(file, withPart(await Deno.readTextFile(file), marker, part));
}

function note(line: string): void {
  print(Deno.stderr, line);
}

function print(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}
