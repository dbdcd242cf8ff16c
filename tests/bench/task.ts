/** The tasks and reports of the generator: everything that it exchanges with `main.ts`, as JSON. */

/** The protocol of a server; see `dialect.ts`. */
export type DialectName = "ours" | "plain" | "socket.io text" | "socket.io binary";

/** The server to measure. */
export interface Target {
  readonly dialect: DialectName;
  readonly port: number;
  /** The process whose time and memory are measured. */
  readonly pid: number;
}

/** Every pair keeps `depth` messages in flight, sent as fast as they come back. Durations are in milliseconds. */
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

/** Silent pairs. */
export interface CrowdTask {
  readonly kind: "crowd";
  readonly pairs: number;
  /** Milliseconds to wait until temporary memory is freed. */
  readonly settle: number;
}

/** Visitors who connect, are paired, and leave. */
export interface VisitsTask {
  readonly kind: "visits";
  /** Even, so that the last visitor finds a partner. */
  readonly visitors: number;
  readonly atOnce: number;
}

/** Requests for the home page over keep-alive connections. */
export interface PageTask {
  readonly kind: "page";
  readonly connections: number;
  readonly warmUp: number;
  readonly duration: number;
}

export type Task = FloodTask | SteadyTask | CrowdTask | VisitsTask | PageTask;

/** Whether every message arrived once, and in order. */
export interface Delivery {
  readonly sent: number;
  readonly delivered: number;
  /** Messages with an unexpected number, and connections that ended unexpectedly. */
  readonly faults: number;
}

/** For a {@linkcode FloodTask}. `cpu` is microseconds of processor time per delivered message. */
export interface FloodReport extends Delivery {
  readonly perSecond: number;
  readonly cpu: number;
  /** The same for the generator, to see which of the two was slower. */
  readonly generatorCpu: number;
}

/** For a {@linkcode SteadyTask}: milliseconds from when a message was due until it arrived. */
export interface SteadyReport extends Delivery {
  readonly p50: number;
  readonly p99: number;
}

/** For a {@linkcode CrowdTask}: bytes of resident memory per connection. */
export interface CrowdReport {
  readonly connections: number;
  readonly bytes: number;
  readonly faults: number;
}

/** For a {@linkcode VisitsTask}. `cpu` is microseconds per pair. */
export interface VisitsReport {
  readonly perSecond: number;
  readonly cpu: number;
}

/** For a {@linkcode PageTask}. `cpu` is microseconds per request, `bytes` the size of a whole response on the wire. */
export interface PageReport {
  readonly perSecond: number;
  readonly cpu: number;
  readonly bytes: number;
}

/** The report for each kind of task. */
export interface Reports {
  readonly flood: FloodReport;
  readonly steady: SteadyReport;
  readonly crowd: CrowdReport;
  readonly visits: VisitsReport;
  readonly page: PageReport;
}
