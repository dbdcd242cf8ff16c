/**
 * The metrics in the Prometheus text format. The library receives the values when they are requested, so relaying a
 * message costs only an increment. Only the duration of a search is recorded when the search ends.
 */

import { Counter, Gauge, Histogram, Registry } from "@platformatic/prom-client";
import type { Mode } from "../../protocol.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { Slices } from "../base/slices.ts";
import {
  type Feature,
  type Metric,
  METRICS,
  type MetricSources,
  type Reading,
  SEARCH_DURATION,
} from "./catalogue.ts";

/** All metrics of this server. */
export class Metrics {
  readonly #clock: Pick<Clock, "now">;
  /** A separate registry: the library's default is shared by the whole process. */
  readonly #registry = new Registry();
  /** A metric, and the object of the library that has its value. */
  readonly #instruments: {
    readonly metric: Metric;
    readonly instrument: Counter<string> | Gauge<string>;
  }[];
  readonly #searchDuration: Histogram<"mode">;

  /** `features` are those that this server has. */
  constructor(clock: Pick<Clock, "now">, features: readonly Feature[]) {
    this.#clock = clock;
    const registers = [this.#registry];
    const enabled = METRICS.filter(({ needs }) => needs === undefined || features.includes(needs));
    this.#instruments = enabled.map((metric) => {
      const { name, help, label } = metric;
      const options = { name, help, registers, labelNames: label === undefined ? [] : [label] };
      const instrument = metric.kind === "counter"
        ? new Counter<string>(options)
        : new Gauge<string>(options);
      return { metric, instrument };
    });
    const { name, help, label, buckets } = SEARCH_DURATION;
    this.#searchDuration = new Histogram({
      name,
      help,
      registers,
      labelNames: [label],
      buckets: [...buckets],
    });
    for (const mode of ["text", "video"] satisfies Mode[]) this.#searchDuration.zero({ mode });
  }

  /** The media type of the output. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Records a search that found a partner, with its duration in milliseconds. */
  recordSearch(mode: Mode, duration: number): void {
    this.#searchDuration.observe({ mode }, duration / SECOND);
  }

  /** The current metrics. Some are counted over all sessions or addresses, so other work has its turn in between. */
  async render(sources: MetricSources): Promise<string> {
    await new Slices(this.#clock).run(this.#instruments, ({ metric, instrument }) => {
      instrument.reset();
      write(instrument, metric, metric.read(sources));
    });
    return await this.#registry.metrics();
  }
}

/** Adds to a metric that was just reset, so that the result is the value itself. */
function write(
  instrument: Counter<string> | Gauge<string>,
  { label }: Metric,
  reading: Reading,
): void {
  if (typeof reading === "number") return instrument.inc(reading);
  for (const [labelValue, value] of Object.entries(reading)) {
    instrument.inc({ [label ?? ""]: labelValue }, value);
  }
}
