/**
 * Two whole pages (reducer, delivery, sealed channel, connection) and the whole session registry. The sockets between
 * them are cut at random: during the key agreement, between a resume and its answer, with messages on the way in both
 * directions, noticed by both ends at the same time, by one of them, or by neither. Whatever happens, both visitors
 * read what their partner wrote, once and in order, and no message is ever reported as tampered with.
 *
 *   Page ── Wire ──> Link ──> SessionRegistry <── Link <── Wire ── Page
 *            each direction is a queue that the schedule delivers or drops
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { CONFIRM_INTERVAL } from "../../../client/state/delivery.ts";
import { settled, SimulatedPage, SimulatedServer } from "../../support/simulated_pages.ts";
import { trials } from "../../support/repeats.ts";

/** Time limit for anything on a busy computer, in milliseconds. Waiting ends as soon as the outcome is clear. */
const PATIENCE = 60_000;

/** Two pages that have just been paired and have not yet agreed on keys. */
async function pair(world: SimulatedServer): Promise<[SimulatedPage, SimulatedPage]> {
  const pages: [SimulatedPage, SimulatedPage] = [
    new SimulatedPage(world),
    new SimulatedPage(world),
  ];
  for (const page of pages) {
    page.wire.open();
    page.wire.carry("page");
    page.on({ type: "start" });
    page.wire.carry("server");
    await settled();
  }
  for (const { wire } of pages) while (wire.down.length > 0) wire.carry("page");
  assert.ok(pages.every(({ state }) => state.screen.kind === "chat"));
  return pages;
}

/** Delivers everything until both pages know that all has arrived, or until time runs out. */
async function calm(pages: readonly SimulatedPage[]): Promise<void> {
  const end = performance.now() + PATIENCE;
  do {
    for (const page of pages) {
      const { up, down } = page.wire;
      while (up.length > 0) page.wire.carry("server");
      while (down.length > 0) page.wire.carry("page");
      page.pass(CONFIRM_INTERVAL);
    }
    await settled();
  } while (pages.some(({ isBusy }) => isBusy) && performance.now() < end);
}

const STEPS = {
  say: (page: SimulatedPage, n: number) => page.say(`${n}`),
  "reach the server": ({ wire }: SimulatedPage) => wire.carry("server"),
  "reach the page": ({ wire }: SimulatedPage) => wire.carry("page"),
  cut: ({ wire }: SimulatedPage) => wire.cut(),
  "cut, and the server notices": ({ wire }: SimulatedPage) => {
    wire.cut();
    wire.serverNotices();
  },
  "the page notices": ({ wire }: SimulatedPage) => wire.isCut && wire.pageNotices(),
  "come back": (page: SimulatedPage) => page.wire.isCut && page.comeBack(),
  "time passes": (page: SimulatedPage) => page.pass(100),
} satisfies Record<string, (page: SimulatedPage, n: number) => unknown>;

type Step = [who: 0 | 1, what: keyof typeof STEPS, rest: boolean];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(0, 1),
  fc.oneof(
    { weight: 3, arbitrary: fc.constant("say" as const) },
    {
      weight: 6,
      arbitrary: fc.constantFrom("reach the server" as const, "reach the page" as const),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...Object.keys(STEPS).slice(3) as (keyof typeof STEPS)[],
      ),
    },
  ),
  fc.boolean(),
);

/** Asserts that both have read what their partner wrote, and no other messages. */
function assertSound([a, b]: readonly [SimulatedPage, SimulatedPage]): void {
  assert.deepEqual(b.heard, a.said);
  assert.deepEqual(a.heard, b.said);
  assert.deepEqual([a.undelivered, b.undelivered], [0, 0]);
  assert.deepEqual([a.notices, b.notices], [["began"], ["began"]]);
}

Deno.test("Messages are neither lost nor duplicated, however often and wherever connections are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: "max" }), async (steps) => {
      const world = new SimulatedServer();
      const pages = await pair(world);
      for (const [n, [who, what, rest]] of steps.entries()) {
        STEPS[what](pages[who], n);
        if (rest) await settled();
      }
      for (const page of pages) if (page.wire.isCut) page.comeBack();
      await calm(pages);
      assertSound(pages);
      for (const page of pages) page.say("and on it goes");
      await calm(pages);
      assertSound(pages);
      for (const { wires } of pages) wires.forEach((wire) => wire.serverNotices());
      assert.deepEqual([world.sessions.online, world.sessions.disconnected], [2, 0]);
    }),
    trials({ sample: 60, long: 1_000 }),
  );
});
