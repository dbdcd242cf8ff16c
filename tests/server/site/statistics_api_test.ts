import assert from "node:assert/strict";
import { DAY, MINUTE } from "../../../server/base/clock.ts";
import type { Log } from "../../../server/base/log.ts";
import type { HttpResponse } from "../../../server/http/message.ts";
import { Statistics } from "../../../server/statistics/statistics.ts";
import { MAX_DAYS, statisticsCsv, statisticsJson } from "../../../server/site/statistics_api.ts";
import { ReopeningStore } from "../../../server/statistics/reopening_store.ts";
import { MemoryStatisticsStore } from "../../../server/statistics/store.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** Counted on 1 June, nothing on the 2nd, too few chats on the 3rd, counted again on the 4th, which is today. */
async function fourDays(): Promise<Statistics> {
  const clock = new FakeClock();
  const statistics = new Statistics({ clock, store: new MemoryStatisticsStore(), log: {} as Log });
  const day = async (chats: number): Promise<void> => {
    for (const online of [3, 4, 9]) statistics.sample(online);
    for (let chat = 0; chat < chats; chat++) statistics.chatEnded(1.51 * MINUTE);
    statistics.message();
    await statistics.flush();
  };
  await day(10);
  clock.advance(2 * DAY);
  await day(9);
  clock.advance(DAY);
  await day(12);
  return statistics;
}

async function ask(answer: typeof statisticsJson, query: string): Promise<HttpResponse> {
  return answer(await fourDays(), new URLSearchParams(query));
}

function textOf({ body }: HttpResponse): string {
  return new TextDecoder().decode(body);
}

async function json(
  query: string,
): Promise<{ from: string; to: string; days: Record<string, unknown>[] }> {
  return JSON.parse(textOf(await ask(statisticsJson, query)));
}

const UNTOLD = { messages: null, averageChatSeconds: null, peakOnline: null, averageOnline: null };

Deno.test("Statistics API returns the last thirty days as JSON", async () => {
  const reply = await ask(statisticsJson, "");
  assert.equal(reply.status, 200);
  assert.equal(reply.headers["content-type"], "application/json");
  const told = { messages: 1, averageChatSeconds: 91, peakOnline: 9, averageOnline: 5.3 };
  assert.deepEqual(JSON.parse(textOf(reply)), {
    from: "2026-05-06",
    to: "2026-06-04",
    days: [
      { day: "2026-06-01", complete: true, chats: 10, ...told },
      { day: "2026-06-02", complete: true, chats: null, ...UNTOLD },
      { day: "2026-06-03", complete: true, chats: "fewer than 10", ...UNTOLD },
      { day: "2026-06-04", complete: false, chats: 12, ...told },
    ],
  });
});

Deno.test("Statistics API returns the same as CSV, as a file", async () => {
  const reply = await ask(statisticsCsv, "from=2026-06-01");
  assert.equal(reply.status, 200);
  assert.equal(reply.headers["content-type"], "text/csv; charset=utf-8");
  assert.equal(
    reply.headers["content-disposition"],
    'attachment; filename="statistics-2026-06-01-2026-06-04.csv"',
  );
  assert.equal(
    textOf(reply),
    "day,complete,chats,messages,average_chat_seconds,peak_online,average_online\r\n" +
      "2026-06-01,true,10,1,91,9,5.3\r\n" +
      "2026-06-02,true,,,,,\r\n" +
      "2026-06-03,true,fewer than 10,,,,\r\n" +
      "2026-06-04,false,12,1,91,9,5.3\r\n",
  );
});

Deno.test("Statistics API returns the requested days, both ends included", async () => {
  const days = async (query: string): Promise<unknown[]> =>
    (await json(query)).days.map(({ day }) => day);
  assert.deepEqual(await days("from=2026-06-02&to=2026-06-03"), ["2026-06-02", "2026-06-03"]);
  assert.deepEqual(await days("from=2026-06-03"), ["2026-06-03", "2026-06-04"]);
  assert.deepEqual(await days("to=2026-06-01"), ["2026-06-01"]);
  assert.deepEqual(await days("from=2026-06-04&to=2030-01-01"), ["2026-06-04"]);
  assert.deepEqual(await days("from=2027-01-01&to=2027-02-01"), []);
  assert.deepEqual(await days("to=0000-01-01"), []);
});

const REFUSALS: [query: string, state: string][] = [
  ["day=2026-06-01", 'the only parameters are "from" and "to"'],
  ["from=2026-06-01&From=2026-06-01", 'the only parameters are "from" and "to"'],
  ["from=2026-06-01&from=2026-06-02", "a parameter is given twice"],
  ["from=", '"from" is not a valid date in the form YYYY-MM-DD'],
  ["from=yesterday", '"from" is not a valid date in the form YYYY-MM-DD'],
  ["to=2026-02-30", '"to" is not a valid date in the form YYYY-MM-DD'],
  ["to=2026-6-1", '"to" is not a valid date in the form YYYY-MM-DD'],
  ["to=%3Cscript%3E", '"to" is not a valid date in the form YYYY-MM-DD'],
  [`from=${"2".repeat(9999)}`, '"from" is not a valid date in the form YYYY-MM-DD'],
  ["from=2026-06-02&to=2026-06-01", '"from" is after "to", which defaults to today'],
  ["from=2026-06-05", '"from" is after "to", which defaults to today'],
  ["from=2000-01-01", `the range is longer than ${MAX_DAYS} days`],
];

for (const [query, state] of REFUSALS) {
  const shown = query.length > 40 ? `${query.slice(0, 20)}…` : query;
  Deno.test(`Statistics API refuses "${shown}" and says why`, async () => {
    const refusal = `Cannot read the statistics: ${state}.`;
    const [asJson, asCsv] = [await ask(statisticsJson, query), await ask(statisticsCsv, query)];
    assert.deepEqual([asJson.status, asCsv.status], [400, 400]);
    assert.deepEqual(JSON.parse(textOf(asJson)), { error: refusal });
    assert.equal(textOf(asCsv), `${refusal}\n`);
    assert.equal(asCsv.headers["content-type"], "text/plain; charset=utf-8");
  });
}

Deno.test("Statistics API returns the maximum number of days, and not one more", async () => {
  const first = (days: number): string =>
    new Date(Date.UTC(2026, 5, 4) - (days - 1) * DAY).toISOString().slice(0, 10);
  assert.equal((await ask(statisticsJson, `from=${first(MAX_DAYS)}`)).status, 200);
  assert.equal((await ask(statisticsJson, `from=${first(MAX_DAYS + 1)}`)).status, 400);
});

Deno.test("Statistics API answers with 503 while the statistics can't be read", async () => {
  const store = await ReopeningStore.open(() => {
    throw new Error("the disk is missing");
  });
  const log = { warn: () => {} } as unknown as Log;
  const statistics = new Statistics({ clock: new FakeClock(), store, log });
  for (const answer of [statisticsJson, statisticsCsv]) {
    const reply = answer(statistics, new URLSearchParams());
    assert.deepEqual([reply.status, reply.headers["retry-after"]], [503, "5"]);
    assert.match(textOf(reply), /not available at the moment/);
  }
});
