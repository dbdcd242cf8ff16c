/**
 * Continues accepting connections after the system has refused to open one, because the process or the machine has too
 * few file descriptors.
 *
 *     accept ── refused ──> Deno stops accepting, and reports nothing
 *       ^                                 │
 *       └── listen again, every second ───┘
 *
 * Node tries again by itself. In Deno 2.9.6, one refusal ends accepting for good: open connections continue, but no
 * client ever gets in again, and neither does a health check. Listening again on the same socket restarts it. Clients
 * that wait there are kept. It has no effect while accepting works, so it needs no detection. It uses an internal name
 * that Node and Deno share.
 *
 * For the operator, the same task opens a file. If that is refused, connections are refused as well.
 */

import type { Server } from "node:net";
import { SECOND } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import type { Log } from "../base/log.ts";

/** Interval at which {@linkcode AcceptRetry.retry} must run, in milliseconds. */
export const ACCEPT_RETRY_INTERVAL = SECOND;

/** The codes of a process, and of a system, with too few file descriptors. */
const TOO_FEW = ["EMFILE", "ENFILE"];

/** The internal object that accepts connections for a server. */
interface Handle {
  listen(backlog: number): number;
}

export interface AcceptRetryOptions {
  readonly server: Server & { readonly _handle?: Handle | null };
  readonly backlog: number;
  /** Opens a file and closes it. Throws if that is impossible. */
  readonly openFile: () => void;
  readonly log: Pick<Log, "info" | "warn">;
}

/** Restarts accepting, and logs once when descriptors run out and once when they are available again. */
export class AcceptRetry {
  readonly #options: AcceptRetryOptions;
  #isExhausted = false;

  constructor(options: AcceptRetryOptions) {
    this.#options = options;
  }

  /** An interval task. */
  retry(): void {
    const { server, backlog, log } = this.#options;
    const isExhausted = this.#hasTooFew();
    if (isExhausted && !this.#isExhausted) {
      log.warn("Too few file descriptors: new connections have to wait.");
    }
    if (!isExhausted && this.#isExhausted) {
      log.info("File descriptors are available again: connections are accepted.");
    }
    this.#isExhausted = isExhausted;
    server._handle?.listen(backlog);
  }

  #hasTooFew(): boolean {
    try {
      this.#options.openFile();
      return false;
    } catch (error) {
      return TOO_FEW.includes(errorCode(error));
    }
  }
}
