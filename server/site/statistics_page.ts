/**
 * `/statistics`: the activity on this server, for people to read. Everything is in the markup; there is no script. A
 * table below the charts has the same figures, for readers who can't see the charts or want exact numbers.
 */

import type { VNode } from "preact";
import { type Chart, draw, type Look } from "./chart.ts";
import { html } from "./markup.ts";
import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import {
  type Availability,
  daysBefore,
  type PublishedDay,
  SAMPLE_INTERVAL,
  type Statistics,
} from "../statistics/statistics.ts";
import { TOO_FEW } from "./statistics_api.ts";
import {
  average,
  chartsOf,
  count,
  durationInWords,
  MONTH,
  type Span,
  SPANS,
} from "./statistics_charts.ts";
import { type Content, TO_THE_CHAT } from "./document_page.ts";
import { formatDay, formatDuration } from "../base/format.ts";

type Counted = Extract<PublishedDay, { kind: "counted" }>;

/** The data that the page shows. */
export interface Shown {
  readonly days: readonly PublishedDay[];
  /** YYYY-MM-DD, in UTC. */
  readonly today: string;
  readonly span: Span;
  readonly availability: Availability;
}

/** The number of days that a request asks for. */
export function spanOf(query: URLSearchParams): Span {
  const asked = query.get("days");
  return SPANS.find((span) => String(span) === asked) ?? SPANS[0];
}

/** The content of the page, for a month or a year. */
export function statisticsPage(statistics: Statistics, span: Span): Content {
  const { today, availability } = statistics;
  const days = statistics.publishedLately(span);
  return {
    title: "Statistics",
    path: "/statistics",
    body: statisticsView({ days, today, span, availability }),
  };
}

/** The page, without its frame. */
export function statisticsView(shown: Shown): VNode {
  const counted = shown.days.filter((day) => day.kind === "counted");
  return html`
    <main class="document statistics">
      <h1>Activity</h1>
      <p class="lead">How many people are here and how much they chat. These are totals of whole days, so no individual can be identified.</p>
      ${NOTICES[shown.availability]}
      ${shown.days.length === 0 ? null : periodTabs(shown.span)}
      ${counted.length > 0 ? figures(shown, counted) : invitation(shown.availability)}
      ${howItIsCounted()}
      <a class="primary" href="/">${TO_THE_CHAT}</a>
    </main>
  `;
}

/** What a reader must know while the statistics can't be stored. */
const NOTICES: Readonly<Record<Availability, VNode | null>> = {
  current: null,
  delayed: html`
    <p
      class="card"
      role="status">The statistics can't be stored at the moment, so the latest chats are missing here. They will be added once the fault is repaired.</p>
  `,
  unavailable: html`
    <p
      class="card" role="status">The statistics can't be read at the moment. Please try again later.</p>
  `,
};

function invitation(availability: Availability): VNode | null {
  if (availability === "unavailable") return null;
  return html`
    <section class="card">
      <h2>Nothing to show yet</h2>
      <p>A day appears here once ${MIN_CHATS_PUBLISHED} chats have ended on it, so that no figure is about just one person. Why not start a chat now?</p>
    </section>
  `;
}

function periodTabs(current: Span): VNode {
  return html`
    <nav class="period-tabs" aria-label="Days shown">
      ${SPANS.map((span) =>
        html`
          <a href=${span === SPANS[0] ? "/statistics" : `/statistics?days=${span}`}
            aria-current=${span === current ? "page" : undefined}>${span} days</a>
        `
      )}
    </nav>
  `;
}

function figures(shown: Shown, counted: readonly Counted[]): VNode[] {
  const charts = chartsOf(shown.days, shown.today, shown.span);
  return [headline(counted, shown.today), chartSection(charts, shown), table(shown)];
}

/** The last complete day in four numbers, or today so far if there is no such day. */
function headline(counted: readonly Counted[], today: string): VNode {
  const { day, complete, figures } = counted.findLast(({ complete }) => complete) ?? counted[0]!;
  return html`
    <section>
      <h2>${complete ? whenOf(day, today) : "Today, so far"}</h2>
      <dl class="tiles">
        ${tile("peak online", count(figures.peakOnline))}
        ${tile("chats", count(figures.chats))}
        ${tile("messages", count(figures.messages))}
        ${tile("average chat length", durationInWords(figures.averageChat))}
      </dl>
      ${complete ? soFar(counted) : null}
    </section>
  `;
}

function whenOf(day: string, today: string): string {
  return day === daysBefore(today, 1) ? `Yesterday, ${formatDay(day)}` : `On ${formatDay(day)}`;
}

function tile(term: string, figure: string): VNode {
  return html`
    <div class="card">
      <dt>${term}</dt>
      <dd>${figure}</dd>
    </div>
  `;
}

function soFar(counted: readonly Counted[]): VNode | null {
  const today = counted.find(({ complete }) => !complete);
  if (today === undefined) return null;
  const { chats, messages } = today.figures;
  const said = `${count(chats)} chats and ${count(messages)} messages`;
  return html`<p class="hint">Today, so far: ${said}.</p>`;
}

const A_WEEK =
  "Each column is a week, from Monday to Sunday. It shows the average of its days and, for people online, the peak of the week. Days without figures, and today, are left out.";

function chartSection(charts: readonly Chart[], { days, today, span }: Shown): VNode {
  const first = days[0]!.day;
  const since = first > daysBefore(today, span - 1) ? `Counting began on ${formatDay(first)}.` : "";
  return html`
    <section>
      <h2>${span === MONTH ? "Day by day" : "Week by week"}</h2>
      ${span === MONTH ? null : html`<p class="hint">${A_WEEK}</p>`}
      ${since === "" ? null : html`<p class="hint">${since}</p>`}
      ${legend(looksOf(charts))}
      ${charts.map(figure)}
    </section>
  `;
}

/** The looks that occur in the charts and need an explanation. */
function looksOf(charts: readonly Chart[]): Look[] {
  const values = charts.flatMap(({ columns }) => columns.map(({ value }) => value));
  const growing = values.some((value) => value.kind === "known" && value.growing);
  const withheld = values.some(({ kind }) => kind === "withheld");
  return [
    ...growing ? [{ name: "growing", meaning: "today, so far" }] : [],
    ...withheld ? [{ name: "withheld", meaning: `${TOO_FEW} chats` }] : [],
  ];
}

function legend(looks: readonly Look[]): VNode | null {
  if (looks.length === 0) return null;
  const items = looks.map(({ name, meaning }) => html`<li class=${name}>${meaning}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

function figure(chart: Chart): VNode {
  return html`
    <figure class="card">
      <figcaption>
        <h3>${chart.title}</h3>
        <p class="hint">${chart.summary}</p>
        ${legend(chart.looks)}
      </figcaption>
      ${draw(chart)}
    </figure>
  `;
}

/** The same figures as a table, newest first. */
function table({ days }: Shown): VNode {
  const from = days[0]!.day;
  const to = days.at(-1)!.day;
  return html`
    <section>
      <h2>All figures</h2>
      <details class="card">
        <summary>Show the table</summary>
        <div class="table-scroll" role="region" aria-label="Figures for each day" tabindex="0">
          <table>
            <thead>
              <tr>
                ${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}
              </tr>
            </thead>
            <tbody>${days.toReversed().map(row)}</tbody>
          </table>
        </div>
      </details>
      <p>For programs: <a href=${`/api/statistics.json?from=${from}&to=${to}`}>JSON</a> and <a href=${`/api/statistics.csv?from=${from}&to=${to}`}>CSV</a>. For other days, change <code>from</code> and <code>to</code>.</p>
    </section>
  `;
}

const COLUMNS = [
  "Day",
  "Chats",
  "Messages",
  "Average chat length",
  "Peak online",
  "Average online",
];

function row(published: PublishedDay): VNode {
  const { day, complete } = published;
  return html`
    <tr>
      <th scope="row">${formatDay(day)}${complete ? "" : ", so far"}</th>
      ${cells(published)}
    </tr>
  `;
}

function cells(published: PublishedDay): VNode | VNode[] {
  switch (published.kind) {
    case "no-data":
      return html`<td colspan="5">no data</td>`;
    case "withheld":
      return html`<td colspan="5">${TOO_FEW} chats</td>`;
    case "counted": {
      const { chats, messages, averageChat, peakOnline, averageOnline } = published.figures;
      return [
        count(chats),
        count(messages),
        durationInWords(averageChat),
        count(peakOnline),
        average(averageOnline),
      ].map((text) => html`<td>${text}</td>`);
    }
  }
}

const HOW = [
  `A chat is counted on the day it ends, with its full duration. A message is counted when the server relays it. Typing isn't counted. The number of people online is recorded every ${
    formatDuration(SAMPLE_INTERVAL)
  }. A day begins at midnight UTC.`,
  "Only daily totals are kept, for as long as the service exists. They can't be broken down into individual chats or visits, because no record of those is kept.",
  `For a day with ${TOO_FEW} chats, only that fact is shown, without any figures.`,
  `All figures, including today's, change in steps of at least ${MIN_CHATS_PUBLISHED} chats. So nobody can learn anything about a single chat by comparing the figures before and after it. As a result, a day may show up to ${
    MIN_CHATS_PUBLISHED - 1
  } fewer chats than there were.`,
];

function howItIsCounted(): VNode {
  return html`
    <section id="how">
      <h2>What is counted, and how</h2>
      <ul>
        ${HOW.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </section>
  `;
}
