/** The tasks and reports of the generator: everything that it exchanges with `main.ts`, as JSON. */

/** The protocol of a server; see `protocol_adapter.ts`. */
export type ProtocolName = "ours" | "plain" | "socket.io text" | "socket.io binary";

/** The server to measure. */
export interface Target {
  readonly protocol: ProtocolName;
  readonly port: number;
  readonly isTls: boolean;
  /** The process whose time and memory are measured. */
  readonly pid: number;
}

/** Every pair keeps `depth` messages in flight: each delivered message is followed by another. Durations are in milliseconds. */
export interface ClosedLoopTask {
  readonly kind: "closed-loop";
  readonly pairs: number;
  readonly depth: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Messages at a fixed rate, sent when they are due, whether or not others have arrived (no coordinated omission). */
export interface FixedRateTask {
  readonly kind: "fixed-rate";
  readonly pairs: number;
  readonly perSecond: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Pairs that send nothing. */
export interface IdleTask {
  readonly kind: "idle";
  readonly pairs: number;
  /** Pairs that connect before the measurement. */
  readonly before: number;
  /** Milliseconds to wait until temporary memory is freed. */
  readonly settle: number;
}

/** Visitors who connect, are paired, exchange a message each way, and leave. */
export interface VisitsTask {
  readonly kind: "visits";
  /** Even, so that the last visitor finds a partner. */
  readonly visitors: number;
  readonly concurrency: number;
}

/** Requests for the home page over keep-alive connections. */
export interface PageTask {
  readonly kind: "page";
  readonly connections: number;
  readonly warmUp: number;
  readonly duration: number;
}

export type Task = ClosedLoopTask | FixedRateTask | IdleTask | VisitsTask | PageTask;

/** Whether every message arrived once, and in order. */
export interface Delivery {
  readonly sent: number;
  readonly delivered: number;
  /** Messages with an unexpected number, and connections that ended unexpectedly. */
  readonly faults: number;
}

/** For a {@linkcode ClosedLoopTask}. `cpu` is microseconds of processor time per delivered message. */
export interface ClosedLoopReport extends Delivery {
  readonly perSecond: number;
  readonly cpu: number;
  /** The same for the generator, to see which of the two was slower. */
  readonly generatorCpu: number;
}

/** For a {@linkcode FixedRateTask}: milliseconds from when a message was due until it arrived. */
export interface FixedRateReport extends Delivery {
  readonly p50: number;
  readonly p99: number;
}

/** For a {@linkcode IdleTask}: bytes of resident memory per connection. */
export interface IdleReport {
  readonly connections: number;
  readonly bytes: number;
  readonly faults: number;
}

/** For a {@linkcode VisitsTask}. `cpu` is microseconds per pair. */
export interface VisitsReport {
  readonly perSecond: number;
  readonly cpu: number;
  /** Messages with an unexpected number, and connections that ended unexpectedly. */
  readonly faults: number;
}

/** For a {@linkcode PageTask}. `cpu` is microseconds per request, `bytes` the size of a whole response on the wire. */
export interface PageReport {
  readonly perSecond: number;
  readonly cpu: number;
  readonly bytes: number;
}

/** The report for each kind of task. */
export interface Reports {
  readonly "closed-loop": ClosedLoopReport;
  readonly "fixed-rate": FixedRateReport;
  readonly idle: IdleReport;
  readonly visits: VisitsReport;
  readonly page: PageReport;
}
