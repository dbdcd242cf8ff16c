import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Chart,
  COUNT_STEPS,
  draw,
  PLOT_HEIGHT,
  runs,
  ticks,
  type Value,
} from "../../../server/site/chart.ts";
import { render } from "../../../server/site/markup.ts";
import { trials } from "../../support/repeats.ts";

const UNKNOWN: Value = { kind: "unknown" };
const WITHHELD: Value = { kind: "withheld" };

function known(height: number, inner?: number, growing = false): Value {
  return { kind: "known", height, inner, growing };
}

function drawn(values: readonly Value[], change: Partial<Chart> = {}): string {
  return render(draw({
    id: "fish",
    title: "Fish",
    summary: "",
    description: "Few <fish>",
    shape: "bars",
    looks: [],
    columns: values.map((value, index) => ({ value, tooltip: `slot ${index}` })),
    marks: [],
    steps: COUNT_STEPS,
    label: String,
    ...change,
  }));
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

Deno.test("Chart divides its axis into round steps, from zero to above the highest value", () => {
  assert.deepEqual(ticks(7, COUNT_STEPS), [0, 2, 4, 6, 8]);
  assert.deepEqual(ticks(80, COUNT_STEPS), [0, 20, 40, 60, 80]);
  assert.deepEqual(ticks(1339, COUNT_STEPS), [0, 500, 1000, 1500]);
  assert.deepEqual(ticks(0, COUNT_STEPS), [0, 1]);
  assert.deepEqual(ticks(100, [30, 60]), [0, 30, 60, 90, 120]);
});

Deno.test("Chart has at most four steps, and no unnecessary one, whatever the highest value", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (highest) => {
      const levels = ticks(highest, COUNT_STEPS);
      assert.ok(levels.length >= 2 && levels.length <= 5);
      assert.ok(levels.at(-1)! >= highest);
      assert.ok(levels.at(-2)! < highest || highest === 0);
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("Chart finds runs of adjacent values", () => {
  const found = runs([1, 1, 0, 1, 0, 0, 1, 1, 1], (item) => item === 1);
  assert.deepEqual(found, [
    { start: 0, length: 2 },
    { start: 3, length: 1 },
    { start: 6, length: 3 },
  ]);
  assert.deepEqual(runs([], () => true), []);
});

Deno.test("Chart draws a bar as high as its value, on the baseline", () => {
  const svg = drawn([known(10), known(5)]);
  const bars = [...svg.matchAll(/class="bar" x="([\d.]+)%" y="([\d.]+)"[^>]* height="([\d.]+)"/g)];
  assert.deepEqual(bars.map(([, x, y, height]) => [x, y, height]), [
    ["6.5", "0", "160"],
    ["56.5", "80", "80"],
  ]);
  assert.equal(PLOT_HEIGHT, 160);
});

Deno.test("Chart draws a second value into the bar, and an unfinished value as such", () => {
  const svg = drawn([known(10, 4), known(8, 2, true)]);
  const classes = [...svg.matchAll(/class="((?:bar)[^"]*)"/g)].map(([, name]) => name);
  assert.deepEqual(classes, ["bar outer", "bar", "bar outer growing", "bar growing"]);
});

Deno.test("Chart hatches withheld values, omits unknown ones, and draws neither as zero", () => {
  const svg = drawn([WITHHELD, WITHHELD, UNKNOWN, known(3)]);
  assert.equal(count(svg, /class="bar"/g), 1);
  assert.match(svg, /<rect x="0%" width="50%" height="160" fill="url\(#fish-hatch\)"/);
  assert.equal(count(svg, /fish-hatch\)/g), 1);
  assert.doesNotMatch(drawn([UNKNOWN, known(3)]), /hatch/);
});

Deno.test("Chart interrupts its line at unknown values", () => {
  const svg = drawn([known(1), known(2), UNKNOWN, known(4), WITHHELD], { shape: "line" });
  assert.deepEqual([...svg.matchAll(/<polyline[^>]* points="([^"]*)"/g)].map(([, at]) => at), [
    "0.5,120 1.5,80",
    "3.5,0",
  ]);
  assert.equal(count(svg, /<circle/g), 3);
  assert.equal(count(svg, /class="bar/g), 0);
});

Deno.test("Chart has a name, a description and a tooltip for each column, known or not", () => {
  const svg = drawn([known(1), UNKNOWN, WITHHELD]);
  assert.match(svg, /role="img"/);
  assert.match(svg, /aria-labelledby="fish-title fish-description"/);
  assert.match(svg, /<title id="fish-title">Fish<\/title>/);
  assert.match(svg, /<desc id="fish-description">Few &lt;fish&gt;|Few &lt;fish><\/desc>/);
  for (const slot of [0, 1, 2]) assert.match(svg, new RegExp(`<title>slot ${slot}</title>`));
});

Deno.test("Chart stays within its edges, and contains no style and no invalid number", () => {
  const heights = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 60 });
  fc.assert(
    fc.property(heights, fc.constantFrom("bars", "line"), (values, shape) => {
      const svg = drawn(values.map((height) => known(height, height / 2)), { shape });
      assert.doesNotMatch(svg, /NaN|Infinity|undefined|style=/);
      for (const [, y = ""] of svg.matchAll(/ (?:y|cy|y1)="([-\d.e]+)"/g)) {
        assert.ok(Number(y) >= 0 && Number(y) <= PLOT_HEIGHT, y);
      }
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});

Deno.test("Chart writes its labels under their columns, and marks those that a narrow screen omits", () => {
  const marks = [
    { column: 0, text: "May", optional: false },
    { column: 3, text: "June", optional: true },
  ];
  const svg = drawn(Array(4).fill(known(1)), { marks });
  assert.match(svg, /<text x="12.5%"[^>]*>May</);
  assert.match(svg, /<text class="optional" x="87.5%"[^>]*>June</);
});
