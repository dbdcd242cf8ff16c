/**
 * Notices that a connection has died silently, as it does when a device sleeps or changes its network.
 *
 * A page can't see WebSocket pings (RFC 6455 section 5.5.2), so it asks the server itself, with `ping`, whenever it has
 * heard nothing for a while. Any message or frame is an answer. While nothing depends on the connection, it doesn't
 * ask, so that a hidden page wakes no radio.
 *
 *             nothing heard for QUIET_TIME         no answer within ANSWER_TIME
 *   listening ───────────────────────────> asking ─────────────────────────────> dead
 *       ^                                    │
 *       └────────── anything is heard ───────┘
 */

/** How long a connection may be quiet before the page asks, in milliseconds. */
export const QUIET_TIME = 25_000;
/** How long the page then waits for an answer, in milliseconds. */
export const ANSWER_TIME = 10_000;
/** The same when there is a reason for doubt: the page has become visible, or the network has returned. */
export const QUICK_ANSWER_TIME = 5_000;

export interface LivenessOptions {
  /** Runs `task` after `ms` milliseconds, and returns a function that cancels it. */
  readonly later: (ms: number, task: () => void) => () => void;
  /** Asks the server. */
  readonly ask: () => void;
  readonly onDead: () => void;
}

export class Liveness {
  readonly #options: LivenessOptions;
  #cancel = (): void => {};
  #state: "off" | "listening" | "asking" = "off";
  #isNeeded = true;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  /** A connection has been established. */
  start(): void {
    this.#set("listening");
    if (this.#isNeeded) this.#after(QUIET_TIME, () => this.#ask(ANSWER_TIME));
  }

  /** Something was heard. */
  heard(): void {
    if (this.#state !== "off") this.start();
  }

  /** Asks now, because there is a reason for doubt. */
  check(): void {
    if (this.#state !== "off") this.#ask(QUICK_ANSWER_TIME);
  }

  /** Whether anything depends on the connection now. */
  need(isNeeded: boolean): void {
    const changes = isNeeded !== this.#isNeeded;
    this.#isNeeded = isNeeded;
    if (changes && this.#state === "listening") this.start();
  }

  /** The connection has ended. */
  stop(): void {
    this.#set("off");
  }

  #ask(patience: number): void {
    this.#set("asking");
    this.#options.ask();
    this.#after(patience, this.#options.onDead);
  }

  #set(state: "off" | "listening" | "asking"): void {
    this.#cancel();
    this.#state = state;
  }

  #after(ms: number, task: () => void): void {
    this.#cancel = this.#options.later(ms, task);
  }
}
