/**
 * Notices a proxy that `--trust-proxy` does not count: then every visitor seems to come from one address, shares one
 * set of limits, and would be blocked with all others. It shows as one address, from which many handshakes come that
 * somebody has forwarded further than we were told.
 */

import type { Log } from "../base/log.ts";

/** How many such handshakes in a row are no chance any more. */
export const SUSPICIOUS_HANDSHAKES = 20;

/** What a watch needs. */
export interface ProxyDetectorOptions {
  /** How many proxies we were told of. */
  readonly hops: number;
  readonly log: Log;
}

/** Warns once, and names no address. */
export class ProxyDetector {
  readonly #options: ProxyDetectorOptions;
  #suspicious = 0;

  constructor(options: ProxyDetectorOptions) {
    this.#options = options;
  }

  /** Looks at one handshake, while `addresses` are held. */
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
