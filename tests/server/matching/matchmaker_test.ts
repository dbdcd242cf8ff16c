import { INTERVALS } from "../../../server/app.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Mode, SUITES } from "../../../protocol.ts";
import { MAX_SLICE_ITEMS } from "../../../server/base/slices.ts";
import { MemoryBackend, type Outcome } from "../../../server/matching/backend.ts";
import {
  INVITATION_TIME,
  Matchmaker,
  matchOf,
  type Search,
} from "../../../server/matching/matchmaker.ts";
import {
  acceptEachOther,
  EITHER_WINDOW,
  EXACT_WINDOW,
  type SearchRequest,
  stepsOf,
  type Wish,
} from "../../../server/matching/policy.ts";
import type { NodeId, SessionId } from "../../../server/ids.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { couldPair } from "../../support/populations.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { trials } from "../../support/repeats.ts";
import { TestSeeker } from "../../support/test_seeker.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A backend behind a slow network: what is sent to it arrives later, and its answers arrive later still, in order. */
class SlowBackend extends MemoryBackend {
  readonly #sent: (() => void)[] = [];
  readonly #answers: (() => void)[] = [];

  override offer(request: SearchRequest, when?: "always" | "if-waiting"): Promise<Outcome> {
    return new Promise((resolve) =>
      this.#sent.push(() => {
        const outcome = super.offer(request, when);
        this.#answers.push(() => resolve(outcome));
      })
    );
  }

  override withdraw(request: SearchRequest): Promise<void> {
    this.#sent.push(() => void super.withdraw(request));
    return Promise.resolve();
  }

  /** Delivers what was sent to the backend. */
  arrive(): void {
    this.#sent.splice(0).forEach((deliver) => deliver());
  }

  /** Delivers the answers. */
  async answer(): Promise<void> {
    this.#answers.splice(0).forEach((deliver) => deliver());
    await settled();
  }

  /** Delivers everything, also what follows from that. */
  async release(): Promise<void> {
    while (this.#sent.length + this.#answers.length > 0) {
      this.arrive();
      await this.answer();
    }
  }
}

interface World {
  clock: FakeClock;
  backend: MemoryBackend;
  matchmaker: Matchmaker;
  errors: unknown[];
  seekers: TestSeeker[];
  find: (
    n: number,
    interests?: string[],
    mode?: Mode,
    languages?: string[],
    suites?: readonly number[],
  ) => TestSeeker;
  pass: (ms: number) => Promise<void>;
}

function world(backend = new MemoryBackend()): World {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const matchmaker = new Matchmaker({ clock, backend, onError: (error) => errors.push(error) });
  clock.every(INTERVALS.widen, () => matchmaker.widen());
  const seekers = Array.from({ length: 200 }, (_, n) => new TestSeeker(n));
  return {
    clock,
    backend,
    matchmaker,
    errors,
    seekers,
    find(n, interests = [], mode = "text", languages = [], suites = SUITES): TestSeeker {
      seekers[n]!.told = [];
      matchmaker.find(seekers[n]!, { mode, interests, languages, suites });
      return seekers[n]!;
    },
    async pass(ms): Promise<void> {
      clock.advance(ms);
      await settled();
    },
  };
}

/** Waits until pending answers have been handled. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("Matchmaker pairs two without interests immediately", async () => {
  const { find, matchmaker, backend } = world();
  const [a, b] = [find(1), find(2)];
  await settled();
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
  assert.deepEqual([a.matches[0]?.role, b.matches[0]?.role], ["caller", "callee"]);
  assert.deepEqual([a.told, b.told], [["anyone"], []]);
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
  await pass(EXACT_WINDOW - 250);
  assert.deepEqual([picky.partners, open.partners], [[], []]);
  await pass(250);
  assert.deepEqual([picky.partners, open.partners], [[2], [1]]);
});

Deno.test("Matchmaker pairs two whose windows have ended, without a third search (strangertv)", async () => {
  const { find, pass, backend } = world();
  const [a, b] = [find(1, ["chess"]), find(2, ["go"])];
  await pass(EXACT_WINDOW);
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
  assert.equal(backend.waiting, 0);
});

Deno.test("Matchmaker prefers shared interests even after the window", async () => {
  const { find, pass } = world();
  const a = find(1, ["chess"]);
  await pass(EXACT_WINDOW);
  const b = find(2, ["chess"]);
  await settled();
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
});

Deno.test("Matchmaker avoids a recent partner while another one is available", async () => {
  const { find, seekers } = world();
  seekers[1]!.recent.push(2 as SessionId);
  const [a, b, c] = [find(1), find(3), find(2)];
  await settled();
  assert.deepEqual([a.partners, b.partners, c.partners], [[3], [1], []]);
});

Deno.test("Matchmaker pairs recent partners when nobody else is available, and says so", async () => {
  const { find, seekers } = world();
  seekers[2]!.recent.push(1 as SessionId);
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

Deno.test("Matchmaker requires a shared language for five seconds and then pairs anybody", async () => {
  const { find, pass } = world();
  const picky = find(1, [], "text", ["de"]);
  const open = find(2);
  const other = find(3, [], "text", ["en"]);
  await pass(EXACT_WINDOW - 250);
  assert.deepEqual([picky.partners, open.partners, other.partners], [[], [], []]);
  await pass(250);
  assert.deepEqual([picky.partners, open.partners, other.partners], [[2], [1], []]);
  assert.deepEqual([picky.told, other.told], [["exact", "anyone"], ["exact", "anyone"]]);
});

Deno.test("Matchmaker names the shared languages to both, each in the order of the reader", async () => {
  const { find } = world();
  const a = find(1, [], "text", ["fr", "de", "en"]);
  const b = find(2, [], "text", ["en", "fr"]);
  await settled();
  assert.deepEqual([a.matches[0]?.languages, b.matches[0]?.languages], [["fr", "en"], [
    "en",
    "fr",
  ]]);
});

Deno.test("Matchmaker takes a search with languages and interests through three steps, and tells each", async () => {
  const { find, pass } = world();
  const picky = find(1, ["chess"], "text", ["de"]);
  const speaker = find(2, [], "text", ["de"]);
  await pass(EXACT_WINDOW - 250);
  assert.deepEqual([picky.partners, picky.told], [[], ["exact"]]);
  await pass(250);
  assert.deepEqual([picky.partners, speaker.partners], [[2], [1]]);
  const other = find(3, ["chess"], "text", ["de"]);
  await settled();
  await pass(EXACT_WINDOW);
  const open = find(4);
  await pass(EITHER_WINDOW - 250);
  assert.deepEqual([other.partners, other.told], [[], ["exact", "either"]]);
  await pass(250);
  assert.deepEqual([other.partners, open.partners], [[4], [3]]);
  assert.deepEqual(other.told, ["exact", "either", "anyone"]);
});

Deno.test("Matchmaker tells a step before it offers the search in that step", async () => {
  const backend = new SlowBackend();
  const { find, pass } = world(backend);
  const picky = find(1, ["chess"], "text", ["de"]);
  await backend.release();
  for (const step of ["either", "anyone"]) {
    await pass(EXACT_WINDOW);
    assert.equal(picky.told.at(-1), step);
    const meanwhile = find(2, ["go"], "text", ["fr"]);
    await backend.release();
    assert.deepEqual(meanwhile.partners, []);
  }
});

Deno.test("Matchmaker offers a search again when its partner cancels in the meantime, and it keeps its position", async () => {
  const backend = new SlowBackend();
  const { find, matchmaker } = world(backend);
  const [a, b] = [find(1), find(2)];
  backend.arrive();
  matchmaker.withdraw(b);
  await backend.release();
  const chess = find(3, ["chess"]);
  await backend.release();
  const c = find(4, ["chess"]);
  await backend.release();
  assert.deepEqual([a.partners, b.partners, chess.partners], [[], [], [4]]);
  const d = find(5);
  await backend.release();
  assert.deepEqual([a.partners, c.partners, d.partners], [[5], [3], [1]]);
});

Deno.test("Matchmaker doesn't apply an old answer to a new search", async () => {
  const backend = new SlowBackend();
  const { find } = world(backend);
  const [a, b] = [find(1), find(2)];
  backend.arrive();
  find(2, [], "video");
  await backend.release();
  assert.deepEqual([a.partners, b.partners], [[], []]);
  assert.equal(backend.waiting, 2);
});

Deno.test("Matchmaker forgets both when both cancel before the answer", async () => {
  const backend = new SlowBackend();
  const { find, matchmaker } = world(backend);
  const [a, b] = [find(1), find(2)];
  backend.arrive();
  matchmaker.withdraw(a);
  matchmaker.withdraw(b);
  await backend.release();
  assert.deepEqual([a.partners, b.partners], [[], []]);
  assert.deepEqual([backend.waiting, matchmaker.searching], [0, 0]);
});

Deno.test("Matchmaker offers a search again after the backend has failed, and reports the failure", async () => {
  let failures = 2;
  const backend = new MemoryBackend();
  const offer = backend.offer.bind(backend);
  backend.offer = async (request, when) => {
    const outcome = await offer(request, when); // It fails after its work: the answer is lost.
    if (failures-- > 0) throw new Error("down");
    return outcome;
  };
  const { find, pass, errors } = world(backend);
  const a = find(1);
  await settled();
  assert.deepEqual([a.told, backend.waiting], [["anyone"], 1]);
  await pass(250);
  await pass(250);
  assert.equal(errors.length, 2);
  const b = find(2);
  await settled();
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
});

Deno.test("Matchmaker that can't know whether a failed offer has paired two offers both again after a while", async () => {
  const backend = new MemoryBackend();
  const offer = backend.offer.bind(backend);
  const { find, pass, matchmaker } = world(backend);
  const a = find(1);
  await settled();
  backend.offer = async (request, when) => {
    await offer(request, when);
    throw new Error("down");
  };
  const b = find(2);
  await settled();
  backend.offer = offer;
  matchmaker.reoffer(); // As a cluster does when the pool has too few searches.
  await settled();
  await pass(INVITATION_TIME - 250);
  assert.deepEqual([a.partners, b.partners], [[], []]);
  await pass(250);
  assert.deepEqual([a.partners, b.partners], [[2], [1]]);
});

Deno.test("Matchmaker pairs a search with one of another node, and counts the chat where it was taken", () => {
  const { find, matchmaker, backend } = world();
  const partner = searchRequest(99, { node: 7 as NodeId });
  for (const [role, count] of [["caller", 0], ["callee", 1]] as const) {
    const seeker = find(1);
    const { request } = seeker.search!;
    const ours = matchmaker.pairElsewhere(request.ticket, (own) => matchOf(own, partner, role));
    assert.equal(ours, request);
    assert.deepEqual([seeker.partners.splice(0), backend.waiting], [[99], 0]);
    assert.equal(matchmaker.pairings.text, count);
    seeker.matches.length = 0;
    assert.equal(matchmaker.pairElsewhere(request.ticket, () => assert.fail()), undefined);
    assert.deepEqual(seeker.partners, []);
  }
});

Deno.test("Matchmaker offers a search again at once when what it took on another node is gone", async () => {
  const backend = new MemoryBackend();
  const { find, matchmaker } = world(backend);
  const offer = backend.offer.bind(backend);
  backend.offer = () => Promise.resolve({ kind: "taken" });
  const a = find(1);
  await settled();
  backend.offer = offer;
  assert.equal(backend.waiting, 0);
  matchmaker.declined(a.search!.request.ticket);
  await settled();
  assert.equal(backend.waiting, 1);
  matchmaker.withdraw(a);
  matchmaker.declined(1 as Search["request"]["ticket"]);
  assert.equal(backend.waiting, 0);
});

/** A random event among eight seekers. */
const anEvent = fc.oneof(
  fc.record({
    do: fc.constant("find" as const),
    who: fc.nat(7),
    interests: fc.subarray(["a", "b", "c"]),
    languages: fc.subarray(["de", "en"]),
    mode: fc.constantFrom<Mode>("text", "video"),
    suites: fc.subarray([1, 2, 3], { minLength: 1 }),
  }),
  fc.record({ do: fc.constant("withdraw" as const), who: fc.nat(7) }),
  fc.record({ do: fc.constantFrom("arrive" as const, "answer" as const, "release" as const) }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.nat(6000) }),
);

/** A model of which seekers should be searching. It checks each new match. */
class Model {
  readonly searching = new Map<number, Wish>();
  readonly #matches = new Map<TestSeeker, number>();

  check(seekers: readonly TestSeeker[]): void {
    const fresh = seekers.filter((one) => one.matches.length > (this.#matches.get(one) ?? 0));
    for (const seeker of fresh) this.#checkMatch(seeker, seekers);
    for (const seeker of fresh) {
      this.#matches.set(seeker, seeker.matches.length);
      this.searching.delete(seeker.id);
    }
  }

  /** What the page of a seeker shows: its wish, and the step that it was told, or else the first. */
  #shown({ id, told }: TestSeeker): SearchRequest {
    const wish = this.searching.get(id)!;
    const step = told.at(-1) ?? stepsOf(wish)[0]!.step;
    return searchRequest(id, { ...wish, step });
  }

  #checkMatch(seeker: TestSeeker, seekers: readonly TestSeeker[]): void {
    const partner = seekers[seeker.matches.at(-1)!.partner]!;
    assert.equal(seeker.matches.length, (this.#matches.get(seeker) ?? 0) + 1, "paired twice");
    assert.equal(partner.matches.at(-1)?.partner, seeker.id, "only one side was paired");
    assert.notEqual(partner, seeker, "paired with oneself");
    assert.ok(this.searching.has(seeker.id), "paired without a search");
    const [own, theirs] = [seeker, partner].map((one) => this.#shown(one));
    assert.ok(acceptEachOther(own!, theirs!), "paired outside the steps that both were told");
  }
}

Deno.test("Matchmaker pairs both sides, once, within the steps that both were told, and strands nobody, in any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { maxLength: 40 }), async (events) => {
      const backend = new SlowBackend();
      const { find, pass, matchmaker, seekers, errors } = world(backend);
      const model = new Model();
      for (const event of events) {
        switch (event.do) {
          case "find":
            model.searching.set(event.who, event);
            find(event.who, event.interests, event.mode, event.languages, event.suites);
            break;
          case "withdraw":
            model.searching.delete(event.who);
            matchmaker.withdraw(seekers[event.who]!);
            break;
          case "arrive":
            backend.arrive();
            break;
          case "answer":
            await backend.answer();
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
        await pass(EXACT_WINDOW);
        await backend.release();
        model.check(seekers);
      }
      const left = [...model.searching.values()];
      assert.ok(!couldPair(left), "two who would take each other both wait");
      assert.equal(matchmaker.searching, left.length);
      assert.equal(backend.waiting, left.length, "the backend offers a ghost");
      assert.deepEqual(errors, []);
    }),
    trials({ sample: 500, long: 20_000 }),
  );
});

Deno.test("Matchmaker doesn't offer a search that was taken elsewhere, until nothing can come of that any longer", async () => {
  const backend = new MemoryBackend();
  const { find, pass, matchmaker } = world(backend);
  const taken = find(1);
  await settled();
  await backend.withdraw(taken.search!.request); // As a search of another node does.
  matchmaker.reoffer();
  await settled();
  await pass(INVITATION_TIME - 250);
  assert.equal(backend.waiting, 0);
  await pass(250);
  assert.equal(backend.waiting, 1);
});

function wishFor(interests: string[]): Wish {
  return { mode: "text", interests, languages: [], suites: SUITES };
}

/** More seekers than one slice has. */
function newCrowd(): TestSeeker[] {
  return Array.from({ length: 2 * MAX_SLICE_ITEMS + 2 }, (_, id) => new TestSeeker(id));
}

Deno.test("Matchmaker widens a crowd of searches in slices when their windows end together, and pairs them all", async () => {
  const { clock, pass, matchmaker } = world();
  const crowd = newCrowd();
  crowd.forEach((seeker, id) => matchmaker.find(seeker, wishFor([`interest ${id}`])));
  assert.equal(matchmaker.searching, crowd.length);
  const widened = (): number => crowd.filter(({ told }) => told.at(-1) === "anyone").length;
  clock.advance(EXACT_WINDOW);
  assert.equal(widened(), MAX_SLICE_ITEMS);
  await waitUntil(async () => {
    await pass(INTERVALS.widen);
    return matchmaker.searching === 0;
  });
  assert.equal(matchmaker.pairings.text, crowd.length / 2);
});

Deno.test("Matchmaker that offers a crowd of searches again does it in slices, and leaves none out that still searches", async () => {
  const backend = new MemoryBackend();
  const { matchmaker } = world(backend);
  const crowd = newCrowd();
  crowd.forEach((seeker, id) => matchmaker.find(seeker, wishFor([`interest ${id}`])));
  await settled();
  backend.clear();
  matchmaker.offerAll();
  assert.equal(backend.waiting, MAX_SLICE_ITEMS);
  matchmaker.withdraw(crowd.at(-1)!);
  await waitUntil(() => backend.waiting === crowd.length - 1);
  matchmaker.offerAll(); // Again, while the pool has them.
  await waitUntil(() => backend.waiting === crowd.length - 1);
});

Deno.test("Matchmaker offers a search again whose outcome is unknown, and reports no error", async () => {
  const backend = new MemoryBackend();
  const offer = backend.offer.bind(backend);
  const { matchmaker, find, pass, errors } = world(backend);
  backend.offer = () => Promise.resolve({ kind: "unknown" });
  find(0);
  await settled();
  assert.equal(backend.waiting, 0);
  backend.offer = (request) => offer(request);
  await pass(INTERVALS.widen);
  assert.deepEqual([backend.waiting, matchmaker.waiting, errors], [1, 1, []]);
});

Deno.test("Matchmaker offers a crowd of unsettled searches again in slices", async () => {
  const backend = new MemoryBackend();
  const offer = backend.offer.bind(backend);
  const { matchmaker, clock } = world(backend);
  const crowd = newCrowd();
  backend.offer = () => Promise.reject(new Error("down"));
  crowd.forEach((seeker, id) => matchmaker.find(seeker, wishFor([`interest ${id}`])));
  await settled();
  let offers = 0;
  backend.offer = (request) => {
    offers++;
    return offer(request);
  };
  clock.advance(INTERVALS.widen);
  assert.equal(offers, MAX_SLICE_ITEMS);
  await waitUntil(() => backend.waiting === crowd.length);
  assert.equal(offers, crowd.length);
});
