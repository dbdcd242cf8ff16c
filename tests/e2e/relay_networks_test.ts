/**
 * Calls through the embedded relay between two networks that reach only the server. One of the browsers has Chrome's
 * Local Network Access enabled.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { isIpThere } from "../support/networks.ts";
import type { Caller } from "./caller.ts";
import { RelayBed } from "./relay_bed.ts";

const { words } = en;
const ignore = !await isIpThere();

/** A candidate of the embedded relay, as the other page may see it. */
const VIRTUAL = /^candidate:\S+ 1 udp \d+ 192\.0\.2\.1 \d+ typ relay raddr 0\.0\.0\.0 rport 0 /i;

/** Prints how long a call takes to connect, since only a person can say whether that is good. */
function print(what: string, ms: number): void {
  // deno-lint-ignore no-console -- a figure for a person
  console.log(`${what}: picture and tone on both sides after ${Math.round(ms)} ms`);
}

/** Both have a call. Prints how long that takes. */
async function call(bed: RelayBed, what: string): Promise<void> {
  await bed.meet();
  const start = performance.now();
  for (const caller of bed.callers) await caller.seesAndHears();
  print(what, performance.now() - start);
  for (const caller of bed.callers) deepEqual(await caller.route(), ["relay", "relay"]);
}

/** What a page has recorded in one of its lists. */
function recorded({ visitor }: Caller, list: "sealed" | "received"): Promise<string[]> {
  return visitor.evaluate(list);
}

function candidatesIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.match(/candidate:[^"\\]*/g) ?? []);
}

/** Asserts that a page has seen and sent only virtual candidates, and has received nothing that names `address`. */
async function learnsNothing(caller: Caller, address: string): Promise<void> {
  const [sealed, received] = [await recorded(caller, "sealed"), await recorded(caller, "received")];
  for (const texts of [await caller.candidates(), sealed, received]) {
    const candidates = candidatesIn(texts);
    ok(candidates.length > 0);
    for (const candidate of candidates) ok(VIRTUAL.test(candidate), candidate);
  }
  deepEqual([...new Set(await caller.addresses())], ["192.0.2.1"]);
  ok(received.some((text) => text.includes("welcome")));
  ok(!received.some((text) => text.includes(address)), address);
}

/** Stops the program. Both are told, the call ends, and so does the program. */
async function stopsDuringCall({ program, callers }: RelayBed): Promise<void> {
  const ended = program.stop("SIGTERM");
  for (const caller of callers) {
    await caller.visitor.reads(words.Notices.restart);
    await caller.visitor.reads(words.Notices["connection-lost"]);
    await caller.visitor.until(
      `peers.every(({ connectionState }) => connectionState === "closed")`,
    );
    deepEqual(await caller.liveTracks(), []);
  }
  equal(await ended, 0);
}

Deno.test({
  name:
    "Call from a fresh start with no options is relayed without an address, and ends on both sides at SIGTERM",
  ignore,
}, async () => {
  await using bed = await RelayBed.open();
  if (bed === undefined) return;
  await call(bed, "Fresh start");
  const [ann, bob] = bed.callers;
  await learnsNothing(ann, bed.network.clients[1]);
  await learnsNothing(bob, bed.network.clients[0]);
  await stopsDuringCall(bed);
});

Deno.test(
  { name: "Call passes through the https port alone where UDP is blocked", ignore },
  async () => {
    await using bed = await RelayBed.open({ scheme: "https" });
    if (bed === undefined) return;
    for (const client of [0, 1] as const) await bed.network.blockUdp(client);
    await call(bed, "TLS, UDP blocked");
    for (const caller of bed.callers) equal(await caller.transport(), "tls");
  },
);
