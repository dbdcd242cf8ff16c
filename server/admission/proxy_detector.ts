/**
 * Detects a reverse proxy that `--trust-proxy` does not count, or a CDN in front of it. All visitors then seem to share
 * one or a few addresses and one set of limits, and would be refused together. There are two signs of it:
 *
 *   - all handshakes come from one address, and their `X-Forwarded-For` lists more proxies than configured
 *   - handshakes come from many more browsers than addresses
 *
 * The second one may also be a real crowd behind one address, so the warning names both. Browsers are counted by their
 * `User-Agent`. Neither that header nor an address is kept or logged.
 */

import type { Log } from "../base/log.ts";
import { DistinctCounter } from "./distinct_counter.ts";
import { hashOf } from "../base/hash.ts";

/** How many such handshakes in a row are no longer a coincidence. */
export const SUSPICIOUS_HANDSHAKES = 20;

/** Number of handshakes over which different browsers are counted. */
export const COUNTED_HANDSHAKES = 200;

/** Number of different browsers, and of browsers per address, from which on the addresses are too few. */
export const SUSPICIOUS_BROWSERS = 20;
export const BROWSERS_PER_ADDRESS = 4;

export interface ProxyDetectorOptions {
  /** The number of proxies, as configured with `--trust-proxy`. */
  readonly hops: number;
  /** Whether the operator expects crowds behind one address (`--shared-address`). */
  readonly expectsCrowds: boolean;
  readonly log: Log;
}

/** What the detector looks at in one handshake. */
export interface ObservedHandshake {
  readonly forwardedFor: string | undefined;
  readonly userAgent: string | undefined;
  /** The number of addresses in the registry. */
  readonly addresses: number;
}

/** Warns once about each sign, without naming an address. */
export class ProxyDetector {
  readonly #options: ProxyDetectorOptions;
  #suspicious = 0;
  /** `undefined` after the warning. */
  #browsers: DistinctCounter | undefined = new DistinctCounter();
  #counted = 0;

  constructor(options: ProxyDetectorOptions) {
    this.#options = options;
    if (options.expectsCrowds) this.#browsers = undefined;
  }

  check(handshake: ObservedHandshake): void {
    this.#checkProxies(handshake);
    this.#checkBrowsers(handshake);
  }

  #checkProxies({ forwardedFor, addresses }: ObservedHandshake): void {
    if (this.#suspicious >= SUSPICIOUS_HANDSHAKES) return;
    const { hops, log } = this.#options;
    const proxies = forwardedFor === undefined ? 0 : forwardedFor.split(",").length;
    this.#suspicious = proxies > hops && addresses <= 1 ? this.#suspicious + 1 : 0;
    if (this.#suspicious < SUSPICIOUS_HANDSHAKES) return;
    log.warn("All visitors appear to share the address of one proxy: check --trust-proxy.", {
      hops,
    });
  }

  #checkBrowsers({ userAgent, addresses }: ObservedHandshake): void {
    if (this.#browsers === undefined) return;
    if (userAgent !== undefined) this.#browsers.add(hashOf(userAgent));
    const browsers = DistinctCounter.count([this.#browsers]);
    if (++this.#counted < COUNTED_HANDSHAKES) return;
    this.#counted = 0;
    this.#browsers = new DistinctCounter();
    if (browsers < Math.max(SUSPICIOUS_BROWSERS, BROWSERS_PER_ADDRESS * addresses)) return;
    this.#browsers = undefined;
    this.#options.log.warn(
      "Many different browsers share few addresses: check --trust-proxy and any CDN, or set --shared-address.",
      { addresses },
    );
  }
}
