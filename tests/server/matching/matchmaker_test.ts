import { INTERVALS } from "../../../server/app.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Mode } from "../../../protocol.ts";
import { MAX_SLICE_ITEMS } from "../../../server/base/slices.ts";
import { delay } from "../../../server/base/timeout.ts";
import { MemoryBackend } from "../../../server/matching/backend.ts";
import {
  INTEREST_WINDOW,
  INVITATION_TIME,
  type Match,
  Matchmaker,
  type Search,
  type Seeker,
} from "../../../server/matching/matchmaker.ts";
import type { SearchRequest } from "../../../server/matching/policy.ts";
import type { SessionId } from "../../../server/ids.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { trials } from "../../support/repeats.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A seeker that remembers its matches. */
class TestSeeker implements Seeker {
  readonly id: SessionId;
  search: Search | undefined;
  readonly matches: Match[] = [];
  readonly met = new Set<SessionId>();
  waited = 0;

  constructor(id: number) {
    this.id = id as SessionId;
  }

  get recent(): SessionId[] {
    return [...this.met];
  }

  waits(): void {
    this.waited++;
  }

  paired(match: Match): void {
    this.matches.push(match);
  }

  /** Ids of the partners, in the order of the matches. */
  get partners(): number[] {
    return this.matches.map(({ partner }) => partner);
  }
}

/** A backend whose claims wait until a test releases them. */
class SlowBackend extends MemoryBackend {
  readonly #gates: (() => void)[] = [];

  override async claim(a: SearchRequest, b: SearchRequest): Promise<boolean> {
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    return super.claim(a, b);
  }

  async release(): Promise<void> {
    this.#gates.splice(0).forEach((open) => open());
    await settled();
  }
}

interface World {
  clock: FakeClock;
  backend: MemoryBackend;
  matchmaker: Matchmaker;
  errors: unknown[];
  seekers: TestSeeker[];
  find: (n: number, interests?: string[], mode?: Mode) => TestSeeker;
  pass: (ms: number) => Promise<void>;
}

function world(backend = new MemoryBackend()): World {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const matchmaker = new Matchmaker({ clock, backend, onError: (error) => errors.push(error) });
  clock.every(INTERVALS.openExpired, () => matchmaker.openExpired());
  const seekers = Array.from({ length: 200 }, (_, n) => new TestSeeker(n));
  return {
    clock,
    backend,
    matchmaker,
    errors,
    seekers,
    find(n, interests = [], mode = "text"): TestSeeker {
      matchmaker.find(seekers[n]!, mode, interests);
      return seekers[n]!;
    },
    async pass(ms): Promise<void> {
      clock.advance(ms);
      await settled();
    },
  };
}

/** Waits until pending claims have returned. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("Matchmaker pairs two without interests immediately", async () => {
  const { find, matchmaker, backend } = world();
  const [a, b] = [find(1), find(2)];
  await settled();
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
  assert.deepEqual([a.matches[0]?.role, b.matches[0]?.role], ["caller", "callee"]);
  assert.deepEqual([a.waited, b.waited], [1, 0]);
  assert.deepEqual([backend.waiting, matchmaker.searching], [0, 0]);
});

Deno.test("Matchmaker serves the longest wait first", async () => {
  const { find } = world();
  const first = find(1, [], "video");
  const second = find(2, [], "text");
  const third = find(3, ["chess"], "text");
  await settled();
  assert.deepEqual(find(4).partners, []);
  await settled();
  assert.deepEqual([first.partners, second.partners, third.partners], [[], [4], []]);
});

Deno.test("Matchmaker pairs on a shared interest immediately and names it", async () => {
  const { find } = world();
  const a = find(1, ["jazz", "chess"]);
  find(2, ["go"]);
  const b = find(3, ["films", "chess"]);
  await settled();
  assert.deepEqual([a.partners, b.partners], [[3], [1]]);
  assert.deepEqual(a.matches[0]?.interests, ["chess"]);
  assert.deepEqual(b.matches[0]?.interests, ["chess"]);
});

Deno.test("Matchmaker requires a shared interest for five seconds and then pairs anybody", async () => {
  const { find, pass } = world();
  const picky = find(1, ["chess"]);
  const open = find(2);
  await pass(INTEREST_WINDOW - 250);
  assert.deepEqual([picky.partners, open.partners], [[], []]);
  await pass(250);
  assert.deepEqual([picky.partners, open.partners], [[2], [1]]);
});

Deno.test("Matchmaker pairs two whose windows have ended, without a third search (strangertv)", async () => {
  const { find, pass, backend } = world();
  const [a, b] = [find(1, ["chess"]), find(2, ["go"])];
  await pass(INTEREST_WINDOW);
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
  assert.equal(backend.waiting, 0);
});

Deno.test("Matchmaker prefers shared interests even after the window", async () => {
  const { find, pass } = world();
  const a = find(1, ["chess"]);
  await pass(INTEREST_WINDOW);
  const b = find(2, ["chess"]);
  await settled();
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
});

Deno.test("Matchmaker avoids a recent partner while another one is available", async () => {
  const { find, seekers } = world();
  seekers[1]!.met.add(2 as SessionId);
  const [a, b, c] = [find(1), find(3), find(2)];
  await settled();
  assert.deepEqual([a.partners, b.partners, c.partners], [[3], [1], []]);
});

Deno.test("Matchmaker pairs recent partners when nobody else is available, and says so", async () => {
  const { find, seekers } = world();
  seekers[2]!.met.add(1 as SessionId);
  const [a, b] = [find(1), find(2)];
  await settled();
  assert.deepEqual([a.matches[0]?.met, b.matches[0]?.met], [true, true]);
});

Deno.test("Matchmaker never pairs a search with itself", async () => {
  const { find, backend } = world();
  const a = find(1);
  find(1);
  await settled();
  assert.deepEqual(a.partners, []);
  assert.equal(backend.waiting, 1);
});

Deno.test("Matchmaker keeps no trace of a withdrawn search (rohitsx)", async () => {
  const { find, matchmaker, backend } = world();
  const a = find(1, ["chess"]);
  matchmaker.withdraw(a);
  const b = find(2, ["chess"]);
  await settled();
  assert.deepEqual([a.partners, b.partners, backend.waiting], [[], [], 1]);
});

Deno.test("Matchmaker returns a search to the front when the other cancels during the claim", async () => {
  const backend = new SlowBackend();
  const { find, matchmaker } = world(backend);
  const [a, b, c] = [find(1), find(2), find(3)];
  matchmaker.withdraw(b);
  await backend.release();
  await backend.release();
  assert.deepEqual([a.partners, b.partners, c.partners], [[3], [], [1]]);
});

Deno.test("Matchmaker doesn't apply an old claim to a new search", async () => {
  const backend = new SlowBackend();
  const { find } = world(backend);
  const [a, b] = [find(1), find(2)];
  find(2, [], "video");
  await backend.release();
  assert.deepEqual([a.partners, b.partners], [[], []]);
  assert.equal(backend.waiting, 2);
});

Deno.test("Matchmaker forgets both when both cancel during the claim", async () => {
  const backend = new SlowBackend();
  const { find, matchmaker } = world(backend);
  const [a, b] = [find(1), find(2)];
  matchmaker.withdraw(a);
  matchmaker.withdraw(b);
  await backend.release();
  assert.deepEqual([a.partners, b.partners], [[], []]);
  assert.deepEqual([backend.waiting, matchmaker.searching], [0, 0]);
});

Deno.test("Matchmaker retries a refused claim and reports a failing backend", async () => {
  let failures = 2;
  const backend = new MemoryBackend();
  const claim = backend.claim.bind(backend);
  backend.claim = (a, b) => failures-- > 0 ? Promise.reject(new Error("down")) : claim(a, b);
  const { find, pass, errors } = world(backend);
  const [a, b] = [find(1), find(2)];
  await settled();
  assert.deepEqual(a.partners, []);
  await pass(250);
  await pass(250);
  assert.deepEqual([a.partners, b.partners, errors.length], [[2], [1], 2]);
});

Deno.test("Matchmaker retries only a few of many refused searches at a time, because all would claim the same one", async () => {
  const backend = new MemoryBackend();
  const [offer, claim] = [backend.offer.bind(backend), backend.claim.bind(backend)];
  let [underWay, most, isRefusing] = [0, 0, true];
  backend.offer = async (wish, end) => {
    most = Math.max(most, ++underWay);
    await settled(); // Gives other work its turn, as a network would.
    underWay--;
    return await offer(wish, end);
  };
  backend.claim = (a, b) => isRefusing ? Promise.resolve(false) : claim(a, b);
  const { find, pass, matchmaker, seekers } = world(backend);
  seekers.forEach(({ id }) => find(id));
  await settled();
  await settled();
  [most, isRefusing] = [0, false];
  for (let rounds = 0; matchmaker.searching > 0; rounds++) {
    assert.ok(rounds < 1000, `${matchmaker.searching} are still searching`);
    await pass(250);
    await delay(0); // Many retries take several turns of the event loop.
  }
  assert.ok(most > 0 && most <= 4, `${most} at once`);
});

/** A random event among eight seekers. */
const anEvent = fc.oneof(
  fc.record({
    do: fc.constant("find" as const),
    who: fc.nat(7),
    interests: fc.subarray(["a", "b", "c"]),
    mode: fc.constantFrom<Mode>("text", "video"),
  }),
  fc.record({ do: fc.constant("withdraw" as const), who: fc.nat(7) }),
  fc.record({ do: fc.constant("release" as const) }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.nat(6000) }),
);

/** A model of which seekers should be searching. It checks each new match. */
class Model {
  readonly searching = new Map<number, Mode>();
  readonly #matches = new Map<TestSeeker, number>();

  check(seekers: readonly TestSeeker[]): void {
    const fresh = seekers.filter((one) => one.matches.length > (this.#matches.get(one) ?? 0));
    for (const seeker of fresh) this.#checkMatch(seeker, seekers);
    for (const seeker of fresh) {
      this.#matches.set(seeker, seeker.matches.length);
      this.searching.delete(seeker.id);
    }
  }

  #checkMatch(seeker: TestSeeker, seekers: readonly TestSeeker[]): void {
    const partner = seekers[seeker.matches.at(-1)!.partner]!;
    assert.equal(seeker.matches.length, (this.#matches.get(seeker) ?? 0) + 1, "paired twice");
    assert.equal(partner.matches.at(-1)?.partner, seeker.id, "only one side was paired");
    assert.notEqual(partner, seeker, "paired with oneself");
    assert.ok(this.searching.has(seeker.id), "paired without a search");
    assert.equal(
      this.searching.get(seeker.id),
      this.searching.get(partner.id),
      "paired across modes",
    );
  }
}

Deno.test("Matchmaker pairs both sides, once, within a mode, and strands nobody, in any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { maxLength: 40 }), async (events) => {
      const backend = new SlowBackend();
      const { find, pass, matchmaker, seekers, errors } = world(backend);
      const model = new Model();
      for (const event of events) {
        switch (event.do) {
          case "find":
            model.searching.set(event.who, event.mode);
            find(event.who, event.interests, event.mode);
            break;
          case "withdraw":
            model.searching.delete(event.who);
            matchmaker.withdraw(seekers[event.who]!);
            break;
          case "release":
            await backend.release();
            break;
          case "pass":
            await pass(event.ms);
        }
        model.check(seekers);
      }
      for (let round = 0; round < 8; round++) {
        await pass(INTEREST_WINDOW);
        await backend.release();
        model.check(seekers);
      }
      const left = [...model.searching.values()];
      assert.equal(new Set(left).size, left.length, "two who would take each other both wait");
      assert.equal(matchmaker.searching, left.length);
      assert.equal(backend.waiting, left.length);
      assert.equal(backend.waiting, left.length, "the backend offers a ghost");
      assert.deepEqual(errors, []);
    }),
    trials({ sample: 500, long: 20_000 }),
  );
});

Deno.test("Matchmaker doesn't offer a search that was claimed elsewhere, until no claim of it can succeed any longer", async () => {
  const backend = new MemoryBackend();
  const { find, pass, matchmaker } = world(backend);
  const taken = find(1);
  await settled();
  await backend.withdraw(taken.search!.request); // As a claim on another node does.
  matchmaker.reoffer();
  await settled();
  await pass(INVITATION_TIME - 250);
  assert.equal(backend.waiting, 0);
  await pass(250);
  assert.equal(backend.waiting, 1);
});

/** More seekers than one slice has. */
function newCrowd(): TestSeeker[] {
  return Array.from({ length: 2 * MAX_SLICE_ITEMS + 2 }, (_, id) => new TestSeeker(id));
}

Deno.test("Matchmaker opens a crowd of searches in slices when their windows end together, and pairs them all", async () => {
  const { clock, pass, matchmaker } = world();
  const crowd = newCrowd();
  crowd.forEach((seeker, id) => matchmaker.find(seeker, "text", [`interest ${id}`]));
  assert.equal(matchmaker.searching, crowd.length);
  const openOnes = (): number => crowd.filter(({ search }) => search?.request.open).length;
  clock.advance(INTEREST_WINDOW);
  assert.equal(openOnes(), MAX_SLICE_ITEMS);
  await waitUntil(async () => {
    await pass(INTERVALS.openExpired); // Refused claims are retried.
    return matchmaker.searching === 0;
  });
  assert.equal(matchmaker.pairings.text, crowd.length / 2);
});

Deno.test("Matchmaker that offers a crowd of searches again does it in slices, and leaves none out that still searches", async () => {
  const backend = new MemoryBackend();
  const { matchmaker } = world(backend);
  const crowd = newCrowd();
  crowd.forEach((seeker, id) => matchmaker.find(seeker, "text", [`interest ${id}`]));
  await settled();
  backend.clear();
  matchmaker.offerAll();
  assert.equal(backend.waiting, MAX_SLICE_ITEMS);
  matchmaker.withdraw(crowd.at(-1)!);
  await waitUntil(() => backend.waiting === crowd.length - 1);
  matchmaker.offerAll(); // Again, while the pool has them.
  await waitUntil(() => backend.waiting === crowd.length - 1);
});

Deno.test("Matchmaker retries a crowd of refused searches over several turns of the event loop, and none twice", async () => {
  const backend = new MemoryBackend();
  const offer = backend.offer.bind(backend);
  const offered: SearchRequest[] = [];
  const { matchmaker } = world(backend);
  const crowd = newCrowd();
  backend.claim = () => Promise.resolve(false);
  crowd.forEach((seeker) => matchmaker.find(seeker, "text", []));
  await delay(0);
  const refused = crowd.length - 1; // The first found no one to claim.
  backend.offer = (request, end) => {
    offered.push(request);
    return offer(request, end);
  };
  matchmaker.openExpired();
  for (let microtask = 0; microtask < 100 * crowd.length; microtask++) await Promise.resolve();
  assert.ok(offered.length > 0 && offered.length <= refused / 2, `${offered.length} in one turn`);
  await waitUntil(() => offered.length === refused);
  assert.equal(new Set(offered).size, refused);
});
