/**
 * Turns days into charts.
 *
 * A chart has a column for each slot of time. In the view of a month, a slot is a day. In the view of a year, it is a
 * week from Monday to Sunday, because 365 bars are noise. A week shows the average of its days, or their maximum if the
 * measure is itself a maximum. Withheld days are left out of it, and so is today, which is not over. Slots before the
 * first day stay empty, so that a chart always covers the whole period.
 */

import { type Chart, type Column, COUNT_STEPS, type Mark, type Value } from "./chart.ts";
import { HOUR, MINUTE, SECOND } from "../base/clock.ts";
import { daysBefore, type PublishedDay, type PublishedFigures } from "../statistics/statistics.ts";
import { TOO_FEW } from "./statistics_api.ts";
import { formatDay } from "../base/format.ts";

/** The span that is shown day by day. A longer one is shown week by week. */
export const MONTH = 30;

/** The numbers of days that can be shown. */
export const SPANS = [MONTH, 365] as const;

/** The number of days shown. */
export type Span = (typeof SPANS)[number];

/** A figure that has a chart. */
interface Measure {
  readonly id: string;
  readonly title: string;
  readonly shape: Chart["shape"];
  readonly looks: Chart["looks"];
  readonly steps: readonly number[];
  /** The value of some days, at least one. */
  readonly of: (days: readonly PublishedFigures[]) => number;
  /** A second value of the same days, at most as high. */
  readonly inner?: (days: readonly PublishedFigures[]) => number;
  /** Formats a value for the axis. */
  readonly label: (value: number) => string;
  /** Format a value with its unit: of a day, and of a week. */
  readonly say: (value: number) => string;
  readonly sayOfWeek: (value: number) => string;
}

/** A period that has one column. */
interface Slot {
  readonly days: readonly PublishedDay[];
  /** "on 1 June 2026", "in the week of 1 June 2026". */
  readonly when: string;
  readonly mark: Omit<Mark, "column"> | undefined;
  readonly say: (measure: Measure, value: number) => string;
}

const DURATION_STEPS: readonly number[] = [
  ...[10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 5, 10, 20].map((hours) => hours * HOUR),
];

const PEOPLE: Measure = {
  id: "people",
  title: "People online",
  shape: "bars",
  looks: [{ name: "outer", meaning: "peak" }, { name: "inner", meaning: "average" }],
  steps: COUNT_STEPS,
  of: (days) => Math.max(...days.map(({ peakOnline }) => peakOnline)),
  inner: (days) => mean(days.map(({ averageOnline }) => averageOnline)),
  label: shortCount,
  say: (people) => `${count(people)} people`,
  sayOfWeek: (people) => `${count(people)} people`,
};

const CHATS: Measure = {
  id: "chats",
  title: "Chats per day",
  shape: "bars",
  looks: [],
  steps: COUNT_STEPS,
  of: (days) => mean(days.map(({ chats }) => chats)),
  label: shortCount,
  say: (chats) => `${count(chats)} chats`,
  sayOfWeek: (chats) => `${count(chats)} chats a day`,
};

const MESSAGES: Measure = {
  id: "messages",
  title: "Messages per day",
  shape: "bars",
  looks: [],
  steps: COUNT_STEPS,
  of: (days) => mean(days.map(({ messages }) => messages)),
  label: shortCount,
  say: (messages) => `${count(messages)} messages`,
  sayOfWeek: (messages) => `${count(messages)} messages a day`,
};

const DURATION: Measure = {
  id: "duration",
  title: "Average chat length",
  shape: "line",
  looks: [],
  steps: DURATION_STEPS,
  of: averageChat,
  label: shortDuration,
  say: (duration) => `${durationInWords(duration)} on average`,
  sayOfWeek: (duration) => `${durationInWords(duration)} on average`,
};

/** The charts of the last `span` days. `days` are those that are known. */
export function chartsOf(days: readonly PublishedDay[], today: string, span: Span): Chart[] {
  const slots = span === MONTH ? daySlots(days, today, span) : weekSlots(days, today, span);
  return [PEOPLE, CHATS, MESSAGES, DURATION].map((measure) => chartOf(measure, slots));
}

// Made once, because making a formatter costs more than formatting every number of a page.
const COUNT = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const DECIMAL = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat("en-GB", { notation: "compact" });

/** A number of something: "12,345". */
export function count(value: number): string {
  return COUNT.format(value);
}

/** An average of something: "1.3", "27". */
export function average(value: number): string {
  return (value < 10 ? DECIMAL : COUNT).format(value);
}

/** A duration in milliseconds: "6 min 12 s". Lines can break only between its parts. */
export function durationInWords(duration: number): string {
  const seconds = Math.round(duration / SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0
    ? [[hours, "h"], [minutes, "min"]]
    : [[minutes, "min"], [seconds % 60, "s"]];
  const said = parts.filter(([number]) => number !== 0).map((part) => part.join("\u00a0"));
  return said.join(" ") || "0\u00a0s";
}

function shortCount(value: number): string {
  return (value < 10_000 ? COUNT : COMPACT).format(value);
}

function shortDuration(duration: number): string {
  if (duration === 0) return "0";
  if (duration % HOUR === 0) return `${duration / HOUR} h`;
  return duration % MINUTE === 0 ? `${duration / MINUTE} min` : `${duration / SECOND} s`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The average over all chats of these days, not the average of their averages. */
function averageChat(days: readonly PublishedFigures[]): number {
  const chats = days.reduce((sum, day) => sum + day.chats, 0);
  return days.reduce((sum, day) => sum + day.averageChat * day.chats, 0) / chats;
}

function daySlots(days: readonly PublishedDay[], today: string, span: Span): Slot[] {
  return lastDays(today, span).map((day) => ({
    days: days.filter((known) => known.day === day),
    when: day === today ? "so far today" : `on ${formatDay(day)}`,
    mark: mondayOf(day) === day ? { text: dayAndMonth(day), optional: false } : undefined,
    say: (measure, value) => measure.say(value),
  }));
}

function weekSlots(days: readonly PublishedDay[], today: string, span: Span): Slot[] {
  const weeks = Map.groupBy(days.filter(({ complete }) => complete), ({ day }) => mondayOf(day));
  const mondays = new Set(lastDays(daysBefore(today, 1), span - 1).map(mondayOf));
  return [...mondays].map((monday) => ({
    days: weeks.get(monday) ?? [],
    when: `in the week of ${formatDay(monday)}`,
    mark: monthMark(monday),
    say: (measure, value) => measure.sayOfWeek(value),
  }));
}

/** `length` days, ending with `last`. */
function lastDays(last: string, length: number): string[] {
  return Array.from({ length }, (_, index) => daysBefore(last, length - 1 - index));
}

function mondayOf(day: string): string {
  return daysBefore(day, (new Date(day).getUTCDay() + 6) % 7);
}

function dayAndMonth(day: string): string {
  const form = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Date(day).toLocaleDateString("en-GB", form);
}

/** The name of a month at its first week, or the year instead of January. */
function monthMark(monday: string): Omit<Mark, "column"> | undefined {
  const date = new Date(monday);
  if (date.getUTCDate() > 7) return undefined;
  const month = date.getUTCMonth();
  const name = date.toLocaleDateString("en-GB", { month: "short", timeZone: "UTC" });
  return { text: month === 0 ? String(date.getUTCFullYear()) : name, optional: month % 2 === 1 };
}

function chartOf(measure: Measure, slots: readonly Slot[]): Chart {
  const { id, title, shape, looks, steps, label } = measure;
  const columns = slots.map((slot) => columnOf(measure, slot));
  const marks = slots.flatMap(({ mark }, column) =>
    mark === undefined ? [] : [{ column, ...mark }]
  );
  return { id, title, shape, looks, steps, label, columns, marks, ...inWords(columns) };
}

function columnOf(measure: Measure, slot: Slot): Column {
  const value = valueOf(measure, slot);
  return { value, tooltip: `${said(measure, slot, value)} ${slot.when}` };
}

function valueOf({ of, inner }: Measure, { days }: Slot): Value {
  const figures = days.flatMap((day) => day.kind === "counted" ? [day.figures] : []);
  if (figures.length > 0) {
    const growing = days.some(({ complete }) => !complete);
    return { kind: "known", height: of(figures), inner: inner?.(figures), growing };
  }
  return { kind: days.some(({ kind }) => kind === "withheld") ? "withheld" : "unknown" };
}

function said(measure: Measure, slot: Slot, value: Value): string {
  switch (value.kind) {
    case "unknown":
      return "no data";
    case "withheld":
      return `${TOO_FEW} chats`;
    case "known": {
      const { height, inner } = value;
      const aside = inner === undefined ? "" : ` (${average(inner)} on average)`;
      return slot.say(measure, height) + aside;
    }
  }
}

/** A chart in words: its highest and lowest values. Today is left out because it is not over. */
function inWords(columns: readonly Column[]): Pick<Chart, "summary" | "description"> {
  const ranked = columns.flatMap(({ value, tooltip }) =>
    value.kind === "known" && !value.growing ? [{ height: value.height, tooltip }] : []
  ).sort((a, b) => b.height - a.height);
  const [highest] = ranked;
  const lowest = ranked.at(-1);
  if (highest === undefined || lowest === undefined) return { summary: "", description: "" };
  const summary = `Highest: ${highest.tooltip}.`;
  return { summary, description: `${summary} Lowest: ${lowest.tooltip}.` };
}
