/** Tests of the goals and of the tables: what counts as met, and where the figures go. */

import assert from "node:assert/strict";
import { partIn } from "../../tools/docs/documents.ts";
import { NAMES } from "./competitor.ts";
import type { Findings } from "./findings.ts";
import { goalLines, goalTable } from "./goal_table.ts";
import { type Goal, goals } from "./goals.ts";
import type { ArrivalFigures, MemoryFigures, RelayFigures, Result } from "./measurement.ts";
import { PARTS } from "./parts.ts";
import { summaryOf } from "./summary.ts";
import { arrivalsTable, memoryTable, relayTable } from "./tables.ts";

function measured<F extends Record<string, number>>(name: string, figures: F): Result<F> {
  return { name, kind: "measured", figures };
}

/** CPU time of a message in a chat and in bursts. */
function relayed(name: string, chatCpu: number, burstsCpu: number): Result<RelayFigures> {
  const rest = { chatPerSecond: 1e6 / chatCpu, burstsPerSecond: 1e6 / burstsCpu, p50: 1, p99: 2 };
  return measured(name, { chatCpu, burstsCpu, ...rest });
}

function arrived(name: string, pairCpu: number): Result<ArrivalFigures> {
  return measured(name, { pairCpu, pairsPerSecond: 1e6 / pairCpu });
}

function remembered(bytes: number): Result<MemoryFigures> {
  return measured(NAMES.node, { bytes, connections: 10_000 });
}

/** Findings in which every goal is reached, but not by much. */
const GOOD: Findings = {
  relay: [
    relayed(NAMES.node, 10, 1),
    relayed(NAMES.socketIo, 25, 20),
    relayed(NAMES.ws, 9.6, 10),
    relayed(NAMES.bun, 8, 3),
    relayed(NAMES.runtime, 9, 0.8),
    relayed(NAMES.floor, 6, 0.5),
  ],
  arrivals: [arrived(NAMES.node, 400), arrived(NAMES.ws, 650)],
  memory: [remembered(6_300)],
  tlsMemory: [remembered(16_300)],
  find: [{ name: "find and leave", nanoseconds: new Map([[10, 1_000], [100_000, 2_000]]) }],
};

function missed(findings: Findings): string[] {
  return goals(findings).filter(({ kind }) => kind === "missed").map(({ says }) => says);
}

Deno.test("Goals are met at their limits, and missed beyond them", () => {
  assert.deepEqual(goals(GOOD).map(({ kind }) => kind), [
    ...Array.from({ length: 7 }, () => "met"),
    ...["unreachable", "unreachable"],
  ]);
  const withOurs = (chatCpu: number, burstsCpu: number): Findings => ({
    ...GOOD,
    relay: [relayed(NAMES.node, chatCpu, burstsCpu), ...GOOD.relay!.slice(1)],
  });
  assert.match(missed(withOurs(10.15, 1)).join(), /^A message [^.]*1\.05 [^.]*`ws`\.$/);
  assert.equal(missed(withOurs(10.25, 1)).length, 2);
  assert.match(missed(withOurs(10, 1.01)).join(), /Bun/);
  assert.match(missed({ ...GOOD, memory: [remembered(6_301)] }).join(), /idle paired connection/);
  assert.match(missed({ ...GOOD, tlsMemory: [remembered(16_301)] }).join(), /TLS/);
});

Deno.test("Goal of arrivals is met by the time or by the ratio to ws", () => {
  const missedWith = (...arrivals: Result<ArrivalFigures>[]): number =>
    missed({ ...GOOD, arrivals }).length;
  assert.equal(missedWith(arrived(NAMES.node, 370), arrived(NAMES.ws, 100)), 0);
  assert.equal(missedWith(arrived(NAMES.node, 650), arrived(NAMES.ws, 1_000)), 0);
  assert.equal(missedWith(arrived(NAMES.node, 371), arrived(NAMES.ws, 570)), 1);
  assert.equal(missedWith(arrived(NAMES.node, 371)), 1);
});

Deno.test("Goals without figures are neither met nor missed", () => {
  const all = goals({});
  assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(["unmeasured"]));
  assert.deepEqual(goalLines(all), []);
  assert.match(goalTable(all), /not measured/);
});

Deno.test("Unreachable goal is a result with its reason, and not in the table of goals", () => {
  const goal: Goal = { kind: "met", says: "It is fast.", measured: "1 µs" };
  const former: Goal = { kind: "unreachable", says: "A", measured: "B", reason: "Because." };
  const [table = "", , formerTable = ""] = goalTable([goal, former]).split("\n\n");
  assert.match(table, /\| It is fast\. \| 1 µs \| met \|/);
  assert.doesNotMatch(table, /Because/);
  assert.match(formerTable, /\| A \| B \| Because\. \|/);
  assert.match(goalLines([former]).join(), /^result: A B\. Unreachable: Because\.$/);
});

Deno.test("Every row of a table has a cell for each column, whatever is missing", () => {
  const missing = { name: NAMES.deno, kind: "missing", reason: "no TLS" } as const;
  const plain = [arrived(NAMES.node, 400), arrived(NAMES.deno, 300), arrived(NAMES.ws, 600)];
  const arrivals = arrivalsTable(plain, [arrived(NAMES.node, 900), missing]);
  const memory = memoryTable([remembered(6_000), missing], [remembered(16_000), missing]);
  for (const text of [arrivals, memory]) {
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    assert.ok(rows.length >= 3);
    assert.equal(new Set(rows.map((row) => row.split("|").length)).size, 1, text);
  }
  assert.match(arrivals, /\| 900 \| 1\.00 \| 500 \|/);
  assert.match(arrivals, /not measured: no TLS/);
  assert.match(memory, /\| 16\.00 \| 1\.00 \| 10\.00 \|/);
});

Deno.test("Summary has the figures of the page, and empty cells for what was not measured", () => {
  const part = (name: string, text: string): string =>
    `<!-- measured: ${name} -->\n${text}\n<!-- end -->`;
  const missing = { name: NAMES.ws, kind: "missing", reason: "no 1 here" } as const;
  const relay = relayTable([relayed(NAMES.node, 10, 1), missing]);
  const memory = memoryTable([remembered(6_000), missing], []);
  const [, , ...rows] = summaryOf(part("relay", relay) + part("memory", memory)).split("\n");
  assert.equal(rows[0], `| ${NAMES.node} | 100,000 | 1,000,000 | 1.00 | 6.00 |`);
  assert.equal(rows[1], `| ${NAMES.socketIo} |  |  |  |  |`);
  assert.equal(rows[2], `| ${NAMES.ws} |  |  |  |  |`);
});

Deno.test("Every part of the benchmark has its place in its document, and a different name", async () => {
  const places = [
    ...PARTS.map(({ document, name }) => ({ document, name })),
    { document: "docs/benchmarks.md", name: "goals" },
    { document: "README.md", name: "summary" },
  ];
  for (const { document, name } of places) {
    const text = await Deno.readTextFile(new URL(`../../${document}`, import.meta.url));
    assert.ok(partIn(text, `measured: ${name}`).length > 0, name);
  }
  assert.equal(new Set(places.map(({ name }) => name)).size, places.length);
  assert.equal(PARTS.at(-1)?.name, "calls"); // It pins this process.
});

Deno.test("Former goal has the figures of the experiment as its reason", () => {
  const former = goals(GOOD).filter((goal) => goal.kind === "unreachable");
  assert.deepEqual(former.map(({ measured }) => measured), ["2.50 times", "0.96 times"]);
  assert.match(
    former[1]!.reason,
    /7\.7 µs\. With a bare relay on the same runtime it takes 9\.0 µs/,
  );
});
