/**
 * Calls through the embedded relay between the engines that can make calls, by every transport, in networks where the
 * relay is the only path.
 */

import { deepEqual, equal } from "node:assert/strict";
import { isIpThere } from "../support/networks.ts";
import { repeats } from "../support/repeats.ts";
import { isFirefoxThere } from "./browser.ts";
import { only } from "./caller.ts";
import { type CallEngine, RelayBed } from "./relay_bed.ts";

const ignore = !await isIpThere() || !await isFirefoxThere();

type Transport = "udp" | "tcp" | "tls";

/** A browser, and how it reaches the relay. */
type End = readonly [CallEngine, Transport];

/** The combinations. The first one is the sample. Firefox finds no relay by TLS here. */
const COMBINATIONS: readonly (readonly [End, End])[] = [
  [["Chromium", "tls"], ["Firefox", "udp"]],
  [["Firefox", "tcp"], ["Firefox", "udp"]],
  [["Chromium", "tcp"], ["Firefox", "tcp"]],
  [["Firefox", "udp"], ["Chromium", "udp"]],
  [["Firefox", "udp"], ["Firefox", "udp"]],
  [["Firefox", "tcp"], ["Firefox", "tcp"]],
  [["Chromium", "udp"], ["Chromium", "tls"]],
];

/** Two visitors, each of whom reaches the relay by the given transport only. */
async function open(ends: readonly [End, End]): Promise<RelayBed | undefined> {
  const [[one, here], [other, there]] = ends;
  const transports = [here, there] as const;
  const bed = await RelayBed.open({
    engines: [one, other],
    scheme: transports.includes("tls") ? "https" : "http",
    scripts: [here === "udp" ? only("udp") : "", there === "udp" ? only("udp") : ""],
  });
  for (const client of [0, 1] as const) {
    if (transports[client] !== "udp") await bed?.network.blockUdp(client);
  }
  return bed;
}

const { length } = COMBINATIONS;
for (const ends of COMBINATIONS.slice(0, repeats({ sample: 1, long: length }))) {
  const names = ends.map(([engine, transport]) => `${engine} by ${transport}`);
  Deno.test({ name: `Call through the embedded relay: ${names.join(", ")}`, ignore }, async () => {
    await using bed = await open(ends);
    if (bed === undefined) return;
    await bed.meet();
    for (const caller of bed.callers) await caller.seesAndHears();
    for (const [client, caller] of bed.callers.entries()) {
      equal(await caller.transport(), ends[client]![1]);
      deepEqual([...new Set(await caller.addresses())], ["192.0.2.1"]);
    }
  });
}
