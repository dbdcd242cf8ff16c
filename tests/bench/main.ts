/**
 * How fast the program is, and how it compares. Everything is measured in one run, in turns, and printed in the form of
 * docs/benchmarks.md.
 *
 *   deno task bench             ten minutes, for figures to publish
 *   deno task bench --quick     a few minutes, to see whether it runs
 *   deno task bench --readme    also writes the tables into docs/benchmarks.md, and the summary into the README
 *
 *   deno task bench --stalls    only the stalls of the event loop, in two minutes; also writes docs/scaling.md
 *   deno task bench --pairing   only pairing through Redis, in two minutes; also writes docs/scaling.md
 *   deno task bench --first-message   only the time from pairing to the first message, in a browser, in two minutes;
 *                                     --readme as above
 *   deno task bench --calls     only the relay of calls, next to coturn, in six minutes; --readme and --quick as above
 *
 *   main.ts ──> contestant.ts       starts a server on one core: ours (our_server.ts), or another (relay_*)
 *          └──> generate.ts         runs the generator on the other core; task.ts defines what they exchange
 *                   generator.ts ──> *_load, visits, page_requests ──> pairs ──> peer ──> protocol_adapter
 *
 * The figure to compare is the processor time per message. Its inverse is the number of messages a core can relay. It
 * depends less on the load of the machine than messages per second, but it does depend on it: when the generator has to
 * wait for its core, messages arrive one by one, and each wakes the server. The share of other programs is printed with
 * the figures. If it is above a few percent, measure again.
 *
 * The competitors only relay. They have no sessions, no limits, no matchmaking and no second listener as a fallback.
 * Everything runs on loopback, whose kernel cost is part of all figures. `relay_floor.c` shows how much that is.
 */

import { formatted, withPart } from "../../tools/docs/documents.ts";
import { type Competitor, competitors, OURS, type Unavailable } from "./competitor.ts";
import { BackgroundLoad } from "./background_load.ts";
import { measureCalls } from "./call_bench.ts";
import { FULL, QUICK } from "./profile.ts";
import { measureFirstMessage } from "./first_message.ts";
import { findCosts } from "./find_cost.ts";
import { goalLines } from "./goals.ts";
import { describeMachine } from "./machine.ts";
import { measurePairing } from "./pairing.ts";
import { inTurns, measureMemory, measureRelay, measureVisits } from "./measurement.ts";
import { measurePageLoad } from "./page_load.ts";
import { markdown, summary } from "./tables.ts";
import { measureStalls, stallsTable } from "./stalls.ts";
import { installCompetitors } from "./competitor_install.ts";

if (Deno.args.includes("--stalls")) {
  const table = await formatted(stallsTable(await measureStalls()));
  await write("docs/scaling.md", "measured: stalls", table);
  print(Deno.stdout, table);
  Deno.exit();
}

if (Deno.args.includes("--pairing")) {
  const load = new BackgroundLoad();
  const figures = await measurePairing(progress);
  const machine = await describeMachine(
    undefined,
    new Date(),
    load.share,
    "Redis 7 and the nodes shared the cores",
  );
  const tables = await formatted(`${machine}\n\n${figures}`);
  await write("docs/scaling.md", "measured: pairing", tables);
  print(Deno.stdout, tables);
  Deno.exit();
}

if (Deno.args.includes("--first-message")) {
  const load = new BackgroundLoad();
  const figures = await measureFirstMessage(progress);
  const machine = await describeMachine(
    undefined,
    new Date(),
    load.share,
    "the server and two pages shared the cores",
  );
  const table = await formatted(`${machine}\n\n${figures}`);
  if (Deno.args.includes("--readme")) {
    await write("docs/benchmarks.md", "measured: first message", table);
  }
  print(Deno.stdout, table);
  Deno.exit();
}

if (Deno.args.includes("--calls")) {
  const tables = await formatted(await measureCalls(Deno.args, progress));
  if (Deno.args.includes("--readme")) await write("docs/benchmarks.md", "measured: calls", tables);
  print(Deno.stdout, tables);
  Deno.exit();
}

const profile = Deno.args.includes("--quick") ? QUICK : FULL;
const { repetitions, longRepetitions, pageLoads } = profile;
const installation = await installCompetitors();
const all = competitors(installation);

const backgroundLoad = new BackgroundLoad();
const find = await findCosts(repetitions);
progress("find has been measured");
const pageLoad = await measurePageLoad(pageLoads);
progress("the page has been loaded");
const relay = await inTurns(all, repetitions, (one) => measureRelay(one, profile), progress);
const visits = await inTurns(OURS, repetitions, (one) => measureVisits(one, profile), progress);
const memory = await inTurns(
  all.filter(isServer),
  longRepetitions,
  (one) => measureMemory(one, profile),
  progress,
);

const machine = await describeMachine(installation, new Date(), backgroundLoad.share);
const findings = { machine, relay, memory, visits, find, pageLoad };
const text = await formatted(markdown(findings));
if (Deno.args.includes("--readme")) {
  await write("docs/benchmarks.md", "measured: benchmarks", text);
  await write("README.md", "measured: summary", await formatted(summary(findings)));
}
print(Deno.stdout, text);
print(Deno.stdout, `\n${goalLines(relay, memory, find).join("\n")}`);

function isServer(one: Competitor | Unavailable): boolean {
  return "reason" in one || one.isServer;
}

async function write(document: string, marker: string, part: string): Promise<void> {
  const file = new URL(`../../${document}`, import.meta.url);
  await Deno.writeTextFile(file, withPart(await Deno.readTextFile(file), marker, part));
}

function progress(line: string): void {
  print(Deno.stderr, line);
}

function print(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}
