/**
 * `find` against pools of three sizes. A client joins, searches and leaves, so the size stays constant. The cost must
 * not grow with the pool.
 */

import { MAX_INTERESTS, SUITES } from "../../protocol.ts";
import { MemoryBackend } from "../../server/matching/backend.ts";
import { Matchmaker, type Seeker } from "../../server/matching/matchmaker.ts";
import type { Wish } from "../../server/matching/policy.ts";
import type { SessionId } from "../../server/ids.ts";
import { FakeClock } from "../support/fake_clock.ts";

const SIZES = [10, 1_000, 100_000];

/** As many as a search may name. */
const INTERESTS = Array.from({ length: MAX_INTERESTS }, (_, n) => `hobby ${n}`);
const LANGUAGES = ["de", "en", "es", "fr", "pt", "zh-Hant"];

function seeker(id: number, paired = (): void => {}): Seeker {
  return { id: id as SessionId, recent: [], waits: () => {}, paired, search: undefined };
}

function wishFor(interests: string[], languages: string[] = []): Wish {
  return { mode: "text", interests, languages, suites: SUITES };
}

/** Searches, and resolves once paired. */
function findUntilPaired(matchmaker: Matchmaker, id: number, interests: string[]): Promise<void> {
  return new Promise((resolve) => matchmaker.find(seeker(id, resolve), wishFor(interests)));
}

/** A pool in which every session waits for a different interest, so that none are paired with each other. */
function poolOf(size: number): Matchmaker {
  const onError = (error: unknown): never => {
    throw error;
  };
  const matchmaker = new Matchmaker({
    clock: new FakeClock(),
    backend: new MemoryBackend(),
    onError,
  });
  for (let id = 0; id < size; id++) matchmaker.find(seeker(id), wishFor([`interest ${id}`]));
  return matchmaker;
}

for (const size of SIZES) {
  const matchmaker = poolOf(size);
  const searching = seeker(size);
  const middle = size >> 1;
  const options = { baseline: size === 10 };

  Deno.bench(`find and leave, ${size} waiting`, { group: "no match", ...options }, () => {
    matchmaker.find(searching, wishFor(["something", "else"]));
    matchmaker.withdraw(searching);
  });

  Deno.bench(
    `find and be paired, ${size} waiting`,
    { group: "immediate", ...options },
    async () => {
      matchmaker.find(searching, wishFor([]));
      await findUntilPaired(matchmaker, size + 1, []);
    },
  );

  Deno.bench(
    `find by an interest, ${size} waiting`,
    { group: "shared interest", ...options },
    async () => {
      await findUntilPaired(matchmaker, size + 1, ["something", `interest ${middle}`]);
      matchmaker.find(seeker(middle), wishFor([`interest ${middle}`]));
    },
  );

  Deno.bench(
    `find with everything and leave, ${size} waiting`,
    { group: "most places", ...options },
    () => {
      matchmaker.find(searching, wishFor(INTERESTS, LANGUAGES));
      matchmaker.withdraw(searching);
    },
  );
}
