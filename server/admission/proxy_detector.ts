/**
 * Detects a reverse proxy that `--trust-proxy` does not count. All visitors then seem to share one address and one set
 * of limits, and would be blocked together. The sign of it: all handshakes come from one address, and their
 * `X-Forwarded-For` lists more proxies than configured.
 */

import type { Log } from "../base/log.ts";

/** How many such handshakes in a row are no longer a coincidence. */
export const SUSPICIOUS_HANDSHAKES = 20;

export interface ProxyDetectorOptions {
  /** The number of proxies, as configured with `--trust-proxy`. */
  readonly hops: number;
  readonly log: Log;
}

/** Warns once, without naming an address. */
export class ProxyDetector {
  readonly #options: ProxyDetectorOptions;
  #suspicious = 0;

  constructor(options: ProxyDetectorOptions) {
    this.#options = options;
  }

  /** Checks one handshake; `addresses` is the number of addresses in the registry. */
  check(forwardedFor: string | undefined, addresses: number): void {
    if (this.#suspicious >= SUSPICIOUS_HANDSHAKES) return;
    const { hops, log } = this.#options;
    const proxies = forwardedFor === undefined ? 0 : forwardedFor.split(",").length;
    this.#suspicious = proxies > hops && addresses <= 1 ? this.#suspicious + 1 : 0;
    if (this.#suspicious < SUSPICIOUS_HANDSHAKES) return;
    log.warn("All visitors appear to share the address of one proxy: check --trust-proxy.", {
      hops,
    });
  }
}
