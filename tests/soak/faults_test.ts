import assert from "node:assert/strict";
import { seededRandom } from "../support/seeded_random.ts";
import { FAULTS, faultSequence, faultsFor } from "./faults.ts";

/** The names of the first `count` faults with this seed. */
function names(count: number, seed: number): string[] {
  return faultSequence(FAULTS, seededRandom(seed)).take(count).map(({ name }) => name).toArray();
}

Deno.test("Faults happen in an order that depends only on the seed, each kind once in every round", () => {
  const every = FAULTS.map(({ name }) => name).sort();
  const rounds = names(2 * every.length, 48);
  assert.deepEqual(rounds.slice(0, every.length).sort(), every);
  assert.deepEqual(rounds.slice(every.length).sort(), every);
  assert.deepEqual(rounds, names(2 * every.length, 48));
  assert.notDeepEqual(rounds, names(2 * every.length, 74));
});

Deno.test("Faults that the surroundings rule out don't happen", () => {
  const plain = faultsFor({ tls: false, redis: false }).map(({ name }) => name);
  const cluster = faultsFor({ tls: true, redis: true }).map(({ name }) => name);
  assert.deepEqual(plain.filter((name) => !cluster.includes(name)), [
    "moved data folder",
    "locked statistics",
  ]);
  assert.deepEqual(cluster.filter((name) => !plain.includes(name)), [
    "broken certificate",
    "killed Redis",
    "stopped Redis",
  ]);
});
