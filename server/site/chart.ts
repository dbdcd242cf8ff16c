/**
 * Charts as SVG, rendered on the server for a page without scripts.
 *
 * A chart stretches with its column of text while its lettering keeps its size, which is impossible with a `viewBox`.
 * So the SVG has no `viewBox`. Horizontal positions are percentages of the width, vertical ones are pixels of a fixed
 * height, and the labels of both axes are outside its edges, in margins that the style sheet leaves for them. Only a
 * line, whose points can't be percentages, is drawn in a nested SVG that is stretched.
 *
 *           1 000 |   ▂  █          one column for each slot of time; each has a tooltip, is
 *             500 |   █  █  ░  █    hatched if its value is withheld, and is empty if there
 *               0 |___█__█__░__█    is no data: never a zero that was not counted
 *                    1 Jun   8 Jun
 *
 * Colours are classes of statistics.css, because the Content-Security-Policy allows no styles in the markup.
 */

import type { VNode } from "preact";
import { html } from "./markup.ts";

/** The height of the drawing without its labels, in CSS pixels. */
export const PLOT_HEIGHT = 160;

/** Maximum number of steps on the vertical axis. */
const MOST_STEPS = 4;

/** The share of its slot that a bar fills. */
const BAR_SHARE = 0.74;

/** One slot of time. */
export interface Column {
  /** Shown on hover. */
  readonly tooltip: string;
  readonly value: Value;
}

/** The value of a slot. */
export type Value =
  | {
    readonly kind: "known";
    readonly height: number;
    /** A second value, at most as high, drawn into the bar. */
    readonly inner: number | undefined;
    /** Whether it can still grow. */
    readonly growing: boolean;
  }
  | { readonly kind: "withheld" }
  | { readonly kind: "unknown" };

/** A label under the columns. */
export interface Mark {
  /** The index of its column. */
  readonly column: number;
  readonly text: string;
  /** Whether it is left out on narrow screens. */
  readonly optional: boolean;
}

/** The meaning of one look, for a legend. */
export interface Look {
  /** Its class in statistics.css. */
  readonly name: string;
  readonly meaning: string;
}

export interface Chart {
  /** Prefix of the ids of its elements. */
  readonly id: string;
  readonly title: string;
  /** The most notable value, in a sentence. */
  readonly summary: string;
  /** The chart in words, for readers who can't see it. */
  readonly description: string;
  readonly shape: "bars" | "line";
  /** The looks that this chart has to explain. */
  readonly looks: readonly Look[];
  readonly columns: readonly Column[];
  readonly marks: readonly Mark[];
  /** Steps that are round numbers in the unit of the values, in ascending order. */
  readonly steps: readonly number[];
  /** Formats a value for the vertical axis. */
  readonly label: (value: number) => string;
}

/** Round steps for counts. */
export const COUNT_STEPS: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
  .flatMap((power) => [power, 2 * power, 5 * power]);

/** The values on the vertical axis, from 0 to the first round one that is not below `highest`. */
export function ticks(highest: number, steps: readonly number[]): number[] {
  const step = steps.find((step) => highest / step <= MOST_STEPS) ?? highest / MOST_STEPS;
  const count = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Neighbouring items: the index of the first one, and their number. */
interface Run {
  readonly start: number;
  length: number;
}

/** The runs of items that a test holds for. */
export function runs<Item>(items: readonly Item[], test: (item: Item) => boolean): Run[] {
  const found: Run[] = [];
  items.forEach((item, index) => {
    if (!test(item)) return;
    const last = found.at(-1);
    if (last !== undefined && last.start + last.length === index) last.length++;
    else found.push({ start: index, length: 1 });
  });
  return found;
}

/** Draws a chart. */
export function draw(chart: Chart): VNode {
  const { id, title, description, shape, columns, marks } = chart;
  const levels = ticks(highestOf(columns), chart.steps);
  const plot = { ...chart, top: levels.at(-1)! };
  return html`
    <svg class="chart ${shape}" role="img" width="100%" height=${PLOT_HEIGHT}
      aria-labelledby="${id}-title ${id}-description">
      <title id="${id}-title">${title}</title>
      <desc id="${id}-description">${description}</desc>
      ${levels.map((level) => drawLevel(level, plot))}
      ${drawWithheld(plot)}
      ${shape === "line" ? drawLine(plot) : null}
      ${columns.map((column, index) => drawColumn(column, index, plot))}
      ${marks.map((mark) => drawMark(mark, plot))}
    </svg>
  `;
}

/** A chart with the value of its upper edge. */
interface Plot extends Chart {
  readonly top: number;
}

/** The width of a number of columns. */
function across(columns: number, plot: Plot): string {
  return `${round(100 * columns / plot.columns.length)}%`;
}

/** The vertical position of a value, in pixels. */
function down(value: number, plot: Plot): number {
  return round(PLOT_HEIGHT * (1 - value / plot.top));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function highestOf(columns: readonly Column[]): number {
  return Math.max(0, ...columns.map(({ value }) => value.kind === "known" ? value.height : 0));
}

function drawLevel(level: number, plot: Plot): VNode {
  const y = down(level, plot);
  return html`
    <line class=${level === 0 ? "axis" : undefined} x2="100%" y1=${y} y2=${y} />
    <text x="-8" y=${y} dy="0.35em" text-anchor="end">${plot.label(level)}</text>
  `;
}

function drawWithheld(plot: Plot): VNode | null {
  const withheld = runs(plot.columns, ({ value }) => value.kind === "withheld");
  if (withheld.length === 0) return null;
  const hatch = `${plot.id}-hatch`;
  return html`
    <pattern id=${hatch} width="6" height="6" patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)">
      <line class="hatch" x1="3" x2="3" y2="6" />
    </pattern>
    ${withheld.map(({ start, length }) =>
      html`
        <rect x=${across(start, plot)} width=${across(length, plot)} height=${PLOT_HEIGHT}
          fill="url(#${hatch})" />
      `
    )}
  `;
}

/** One line for each run of known values, so that it is interrupted where there is no data. */
function drawLine(plot: Plot): VNode {
  const known = runs(plot.columns, ({ value }) => value.kind === "known");
  return html`
    <svg width="100%" height=${PLOT_HEIGHT} viewBox="0 0 ${plot.columns.length} ${PLOT_HEIGHT}"
      preserveAspectRatio="none">
      ${known.map((run) => drawRun(run, plot))}
    </svg>
  `;
}

function drawRun({ start, length }: Run, plot: Plot): VNode {
  const points = plot.columns.slice(start, start + length).map(({ value }, index) =>
    `${start + index + 0.5},${down(value.kind === "known" ? value.height : 0, plot)}`
  ).join(" ");
  const [left, right] = [start + 0.5, start + length - 0.5];
  const area = `${left},${PLOT_HEIGHT} ${points} ${right},${PLOT_HEIGHT}`;
  return html`
    <polygon class="area" points=${area} />
    <polyline class="line" points=${points} vector-effect="non-scaling-stroke" />
  `;
}

/** The drawing of a slot, with an invisible area as high as the chart that shows the tooltip. */
function drawColumn({ tooltip, value }: Column, index: number, plot: Plot): VNode {
  const [x, width] = [across(index, plot), across(1, plot)];
  return html`
    <g class="column">
      <title>${tooltip}</title>
      <rect class="target" x=${x} width=${width} height=${PLOT_HEIGHT} />
      ${value.kind === "known" ? drawKnown(value, index, plot) : null}
    </g>
  `;
}

type Known = Extract<Value, { kind: "known" }>;

function drawKnown(value: Known, index: number, plot: Plot): VNode | VNode[] {
  return plot.shape === "bars" ? drawBars(value, index, plot) : drawDot(value, index, plot);
}

function drawBars({ height, inner, growing }: Known, index: number, plot: Plot): VNode[] {
  const kind = inner === undefined ? "bar" : "bar outer";
  return [
    drawBar(growing ? `${kind} growing` : kind, height, index, plot),
    ...inner === undefined ? [] : [drawBar(growing ? "bar growing" : "bar", inner, index, plot)],
  ];
}

function drawBar(kind: string, height: number, index: number, plot: Plot): VNode {
  const y = down(height, plot);
  const [x, width] = [across(index + (1 - BAR_SHARE) / 2, plot), across(BAR_SHARE, plot)];
  return html`
    <rect class=${kind} x=${x} y=${y} width=${width} height=${round(PLOT_HEIGHT - y)} rx="1.5" />
  `;
}

function drawDot({ height, growing }: Known, index: number, plot: Plot): VNode {
  return html`
    <circle class=${growing ? "dot growing" : "dot"} r="3"
      cx=${across(index + 0.5, plot)} cy=${down(height, plot)} />
  `;
}

function drawMark({ column, text, optional }: Mark, plot: Plot): VNode {
  const x = across(column + 0.5, plot);
  return html`
    <text class=${optional ? "optional" : undefined} x=${x} y=${PLOT_HEIGHT + 20}
      text-anchor="middle">${text}</text>
  `;
}
