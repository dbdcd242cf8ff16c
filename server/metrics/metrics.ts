/**
 * The metrics in the text format of Prometheus. The library is told the figures when somebody asks, so that a message
 * costs nothing but the number that counts it; only how long a search took is told when it is over.
 */

import { Counter, Gauge, Histogram, Registry } from "@platformatic/prom-client";
import type { Mode } from "../../protocol.ts";
import { SECOND } from "../base/clock.ts";
import {
  type Feature,
  type Metric,
  METRICS,
  type MetricSources,
  type Reading,
  SEARCH_DURATION,
} from "./catalogue.ts";

/** Everything that is told. */
export class Metrics {
  /** One of our own: the library's default would be one for the whole process. */
  readonly #registry = new Registry();
  readonly #told: { readonly metric: Metric; readonly into: Counter<string> | Gauge<string> }[];
  readonly #pairingTime: Histogram<"mode">;

  /** Of what this server has. */
  constructor(features: readonly Feature[]) {
    const registers = [this.#registry];
    const told = METRICS.filter(({ needs }) => needs === undefined || features.includes(needs));
    this.#told = told.map((metric) => {
      const { name, help, label } = metric;
      const options = { name, help, registers, labelNames: label === undefined ? [] : [label] };
      const into = metric.kind === "counter"
        ? new Counter<string>(options)
        : new Gauge<string>(options);
      return { metric, into };
    });
    const { name, help, label, buckets } = SEARCH_DURATION;
    this.#pairingTime = new Histogram({
      name,
      help,
      registers,
      labelNames: [label],
      buckets: [...buckets],
    });
    for (const mode of ["text", "video"] satisfies Mode[]) this.#pairingTime.zero({ mode });
  }

  /** The media type of what is rendered. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A search for this came to a chat after so many milliseconds. */
  paired(mode: Mode, took: number): void {
    this.#pairingTime.observe({ mode }, took / SECOND);
  }

  /** The metrics at this moment. */
  async render(sources: MetricSources): Promise<string> {
    for (const { metric, into } of this.#told) {
      into.reset();
      write(into, metric, metric.read(sources));
    }
    return await this.#registry.metrics();
  }
}

/** A counter that was just reset is added to what it has come to. */
function write(into: Counter<string> | Gauge<string>, { label }: Metric, reading: Reading): void {
  if (typeof reading === "number") return into.inc(reading);
  for (const [word, value] of Object.entries(reading)) into.inc({ [label ?? ""]: word }, value);
}
