import assert from "node:assert/strict";
import { MINUTE } from "../../../server/base/clock.ts";
import { render } from "../../../server/site/markup.ts";
import {
  type Availability,
  daysBefore,
  type PublishedDay,
} from "../../../server/statistics/statistics.ts";
import { durationInWords, type Span } from "../../../server/site/statistics_charts.ts";
import { spanOf, statisticsView } from "../../../server/site/statistics_page.ts";

const TODAY = "2026-06-01";
const CHARTS = ["people", "chats", "messages", "duration"];

/** A day `ago` days before today, with ten times as many chats as days. */
function counted(ago: number): PublishedDay {
  const day = daysBefore(TODAY, ago);
  const chats = 10 + 10 * ago;
  const figures = {
    chats,
    messages: 12_345,
    averageChat: 5.5 * MINUTE,
    peakOnline: 40,
    averageOnline: 4.21,
  };
  return { kind: "counted", day, complete: ago > 0, figures };
}

function withheld(ago: number): PublishedDay {
  return { kind: "withheld", day: daysBefore(TODAY, ago), complete: ago > 0 };
}

function noData(ago: number): PublishedDay {
  return { kind: "no-data", day: daysBefore(TODAY, ago), complete: ago > 0 };
}

function month(): PublishedDay[] {
  return Array.from({ length: 30 }, (_, index) => counted(29 - index));
}

function page(
  days: readonly PublishedDay[],
  span: Span = 30,
  availability: Availability = "current",
): string {
  return render(statisticsView({ days, today: TODAY, span, availability }));
}

/** The markup of one chart. */
function chart(markup: string, id: string): string {
  return markup.split("<figure").find((part) => part.includes(`id="${id}-title"`)) ?? "";
}

/** The text of the markup, with whitespace collapsed. */
function text(markup: string): string {
  return markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

function bars(markup: string, id: string): number {
  return [...chart(markup, id).matchAll(/class="bar[ "]/g)].length;
}

Deno.test("Statistics page begins with yesterday, in four numbers, and with today so far", () => {
  const said = text(page(month()));
  assert.match(said, /Yesterday, 31 May 2026/);
  assert.match(
    said,
    /peak online 40 .*chats 20 .*messages 12,345 .*average chat length 5 min 30 s/,
  );
  assert.match(said, /Today, so far: 10 chats and 12,345 messages/);
});

Deno.test("Statistics page begins with the last day with figures when yesterday has none", () => {
  assert.match(text(page([counted(3), noData(2), withheld(1)])), /On 29 May 2026/);
  assert.match(text(page([withheld(1), counted(0)])), /Today, so far peak online/);
});

Deno.test("Statistics page shows a month as four charts with a bar or a point for each day", () => {
  const markup = page(month());
  assert.deepEqual([...markup.matchAll(/<desc id="(\w+)-/g)].map(([, id]) => id), CHARTS);
  assert.deepEqual([bars(markup, "people"), bars(markup, "chats")], [60, 30]);
  assert.equal([...chart(markup, "duration").matchAll(/<circle/g)].length, 30);
  assert.match(text(chart(markup, "chats")), /Highest: 300 chats on 3 May 2026\. Lowest: 20 chats/);
  assert.match(markup, /<title>40 people \(4\.2 on average\) on 3 May 2026<\/title>/);
});

Deno.test("Statistics page shows a year by weeks, each the average of its days, without today", () => {
  const days = Array.from({ length: 365 }, (_, index) => counted(364 - index));
  const markup = page(days, 365);
  assert.equal(bars(markup, "chats"), 52);
  assert.match(markup, /<title>50 chats a day in the week of 25 May 2026<\/title>/);
  assert.doesNotMatch(markup.split("<table")[0]!, /class="[^"]*growing/);
  assert.match(chart(markup, "chats"), />2026<\/text>/);
});

Deno.test("Statistics page leaves today out of its week", () => {
  const days = [counted(2), counted(1), counted(0)];
  const sinceMonday = days.map((day, index) => ({ ...day, day: `2026-06-0${index + 1}` }));
  const markup = render(
    statisticsView({ days: sinceMonday, today: "2026-06-03", span: 365, availability: "current" }),
  );
  assert.match(markup, /<title>25 chats a day in the week of 1 June 2026<\/title>/);
});

Deno.test("Statistics page weights the average chat length of a week by the number of chats", () => {
  const [short, long] = [counted(1), counted(2)];
  assert.ok(short.kind === "counted" && long.kind === "counted");
  const days: PublishedDay[] = [
    { ...long, figures: { ...long.figures, chats: 30, averageChat: 2 * MINUTE } },
    { ...short, figures: { ...short.figures, chats: 10, averageChat: 6 * MINUTE } },
  ];
  assert.match(text(chart(page(days, 365), "duration")), /Highest: 3 min on average/);
});

Deno.test("Statistics page says of a withheld day only that it is withheld", () => {
  const markup = page([counted(3), withheld(2), noData(1), counted(0)]);
  assert.match(markup, /<title>fewer than 10 chats on 30 May 2026<\/title>/);
  assert.match(text(markup), /30 May 2026 fewer than 10 chats/);
  assert.match(text(markup), /31 May 2026 no data/);
  assert.equal(bars(markup, "chats"), 2);
  assert.match(markup, /<li class="withheld">fewer than 10 chats/);
  assert.doesNotMatch(page(month()), /class="withheld"|-hatch/);
});

Deno.test("Statistics page states since when there are figures, and leaves the time before empty", () => {
  const markup = page([counted(2), counted(1), counted(0)]);
  assert.match(text(markup), /Counting began on 30 May 2026/);
  assert.equal(bars(markup, "chats"), 3);
  assert.match(chart(markup, "chats"), /no data on 3 May 2026/);
  assert.doesNotMatch(text(page(month())), /Counting began/);
});

Deno.test("Statistics page invites visitors to chat when there is nothing to show yet", () => {
  for (const days of [[], [withheld(1), withheld(0)]]) {
    const markup = page(days);
    assert.match(text(markup), /Nothing to show yet A day appears here once 10 chats have ended/);
    assert.doesNotMatch(markup, /<figure|<table|<dl/);
    assert.match(markup, /<a class="primary" href="\/">Go to the chat<\/a>/);
  }
});

Deno.test("Statistics page has all figures as a table, the newest day first, and for programs", () => {
  const markup = page(month());
  const rows = [...markup.matchAll(/<tr><th scope="row">([^<]*)/g)].map(([, day]) => day);
  assert.equal(rows.length, 30);
  assert.deepEqual(rows.slice(0, 2), ["1 June 2026, so far", "31 May 2026"]);
  assert.match(text(markup), /31 May 2026 20 12,345 5 min 30 s 40 4\.2/);
  for (const form of ["json", "csv"]) {
    const query = "from=2026-05-03&amp;to=2026-06-01";
    assert.ok(markup.includes(`href="/api/statistics.${form}?${query}"`), form);
  }
});

Deno.test("Statistics page links to both periods and marks the current one", () => {
  assert.match(page(month()), /<a href="\/statistics" aria-current="page">30 days/);
  assert.match(page(month(), 365), /<a href="\/statistics\?days=365" aria-current="page">365 days/);
  const asked = ["", "days=365", "days=30", "days=7", "days=365x"];
  const spans = asked.map((query) => spanOf(new URLSearchParams(query)));
  assert.deepEqual(spans, [30, 365, 30, 30, 30]);
});

Deno.test("Statistics page obeys its Content-Security-Policy: no styles, no scripts, and unique ids", () => {
  for (const span of [30, 365] as const) {
    const markup = page([counted(9), withheld(8), withheld(7), ...month().slice(-6)], span);
    assert.doesNotMatch(markup, /style=|<script|<style| on\w+=|NaN|undefined/);
    const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const [, name = ""] of markup.matchAll(/url\(#([^)]*)\)/g)) {
      assert.ok(ids.includes(name), name);
    }
  }
});

Deno.test("Statistics page writes durations as people say them", () => {
  const said = [0, 400, 45_000, 60_000, 372_000, 3_600_000, 3_900_000, 3_599_600].map(
    durationInWords,
  );
  const plain = said.map((text) => text.replaceAll("\u00a0", " "));
  assert.deepEqual(plain, ["0 s", "0 s", "45 s", "1 min", "6 min 12 s", "1 h", "1 h 5 min", "1 h"]);
});

Deno.test("Statistics page says when figures are missing because their store fails", () => {
  const delayed = text(page(month(), 30, "delayed"));
  assert.match(delayed, /can't be stored at the moment, so the latest chats are missing here/);
  assert.match(delayed, /Yesterday, 31 May 2026/);
  const unavailable = text(page([], 30, "unavailable"));
  assert.match(unavailable, /The statistics can't be read at the moment/);
  assert.doesNotMatch(unavailable, /Nothing to show yet/);
  assert.doesNotMatch(text(page(month())), /at the moment/);
});
