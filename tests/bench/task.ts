/** What the generator is told to do, and what it measures: all that passes between it and `main.ts`, as JSON. */

/** How the server at the other end is spoken to; see `dialect.ts`. */
export type DialectName = "ours" | "plain" | "socket.io text" | "socket.io binary";

/** Whom to visit. */
export interface Target {
  readonly dialect: DialectName;
  readonly port: number;
  /** The process whose time and memory are looked at. */
  readonly pid: number;
}

/** Every pair keeps `depth` messages going to and fro, as fast as they come back. Durations in milliseconds. */
export interface FloodTask {
  readonly kind: "flood";
  readonly pairs: number;
  readonly depth: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Messages at a fixed rate, sent when they are due, whether or not others have arrived (no coordinated omission). */
export interface SteadyTask {
  readonly kind: "steady";
  readonly pairs: number;
  readonly perSecond: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Pairs that say nothing. */
export interface CrowdTask {
  readonly kind: "crowd";
  readonly pairs: number;
  /** Milliseconds until what is only there for a moment is gone. */
  readonly settle: number;
}

/** Visitors who come, are paired, and go. */
export interface VisitsTask {
  readonly kind: "visits";
  /** Even, so that the last finds a partner. */
  readonly visitors: number;
  readonly atOnce: number;
}

/** The home page, asked for over connections that stay open. */
export interface PageTask {
  readonly kind: "page";
  readonly connections: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Anything that can be measured. */
export type Task = FloodTask | SteadyTask | CrowdTask | VisitsTask | PageTask;

/** Whether everything that was sent arrived once, and in order. */
export interface Delivery {
  readonly sent: number;
  readonly delivered: number;
  /** Messages that were not the one that had to come next, and connections that ended. */
  readonly faults: number;
}

/** Of a {@linkcode FloodTask}; `cpu` is microseconds of processor time for each message delivered. */
export interface FloodReport extends Delivery {
  readonly perSecond: number;
  readonly cpu: number;
  /** The same of the generator, to see which of the two was the slower. */
  readonly generatorCpu: number;
}

/** Of a {@linkcode SteadyTask}, in milliseconds between when a message was due and when it arrived. */
export interface SteadyReport extends Delivery {
  readonly p50: number;
  readonly p99: number;
}

/** Of a {@linkcode CrowdTask}: bytes of resident memory for each connection. */
export interface CrowdReport {
  readonly connections: number;
  readonly bytes: number;
  readonly faults: number;
}

/** Of a {@linkcode VisitsTask}; `cpu` is microseconds for each pair. */
export interface VisitsReport {
  readonly perSecond: number;
  readonly cpu: number;
}

/** Of a {@linkcode PageTask}; `cpu` is microseconds for each request, `bytes` a whole answer on the wire. */
export interface PageReport {
  readonly perSecond: number;
  readonly cpu: number;
  readonly bytes: number;
}

/** What a task of one kind measures. */
export interface Reports {
  readonly flood: FloodReport;
  readonly steady: SteadyReport;
  readonly crowd: CrowdReport;
  readonly visits: VisitsReport;
  readonly page: PageReport;
}
