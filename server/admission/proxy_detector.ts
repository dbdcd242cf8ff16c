/**
 * Detects from handshakes that a proxy in front of the server is not set up as it should be. Each sign is logged
 * without an address, and without anything else that a client has sent.
 *
 *   all visitors share one address    `X-Forwarded-For` lists more proxies than `--trust-proxy`
 *   visitors share a CDN's addresses  the CDN names another client than the proxy behind it
 *   visitors share few addresses      handshakes come from many more browsers than addresses
 *   every page is refused             the proxy changes `Host`, so it differs from the origin of the page
 *   no page gets a WebSocket          the proxy doesn't forward `Upgrade`
 *
 * The first three are warned of once, when there have been too many to be a coincidence. The third may also be a real
 * crowd behind one address, so its warning names both. Browsers are counted by their `User-Agent`, which is not
 * kept. A client can forge the last two signs, so they are warned of at most once per {@linkcode WARNING_INTERVAL}.
 */

import { type Address, parseAddress } from "./address.ts";
import { type Clock, MINUTE } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { DistinctCounter } from "./distinct_counter.ts";
import type { OriginDifference } from "./origin.ts";

/** How many such handshakes in a row are no longer a coincidence. */
export const SUSPICIOUS_HANDSHAKES = 20;

/** Minimum time between two warnings of the same kind, in milliseconds. */
export const WARNING_INTERVAL = MINUTE;

/** Headers in which a CDN names its client: Cloudflare, Akamai, Fastly and Azure. */
const CDN_HEADERS = [
  ...["cf-connecting-ip", "true-client-ip", "fastly-client-ip", "x-azure-clientip"],
];

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
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
}

/** The value of a header. The name must be in lower case. */
type Header = (name: string) => string | undefined;

/** What is looked at in every handshake. */
export interface ObservedHandshake {
  readonly forwardedFor: string | undefined;
  readonly userAgent: string | undefined;
  /** The number of addresses in the registry. */
  readonly addresses: number;
}

/** Warns without naming an address. */
export class ProxyDetector {
  readonly #options: ProxyDetectorOptions;
  readonly #sharedAddress = new Streak();
  readonly #cdn = new Streak();
  /** `undefined` after the warning. */
  #browsers: DistinctCounter | undefined = new DistinctCounter();
  #counted = 0;
  /** When each warning was last logged. */
  readonly #warned = new Map<"origin" | "upgrade", number>();

  constructor(options: ProxyDetectorOptions) {
    this.#options = options;
    if (options.expectsCrowds) this.#browsers = undefined;
  }

  check(handshake: ObservedHandshake): void {
    this.#checkProxies(handshake);
    this.#checkBrowsers(handshake);
  }

  #checkProxies({ forwardedFor, addresses }: ObservedHandshake): void {
    const { hops, log } = this.#options;
    const proxies = forwardedFor === undefined ? 0 : forwardedFor.split(",").length;
    if (!this.#sharedAddress.add(proxies > hops && addresses <= 1)) return;
    log.warn("All visitors appear to share the address of one proxy: check --trust-proxy.", {
      hops,
    });
  }

  #checkBrowsers({ userAgent, addresses }: ObservedHandshake): void {
    if (this.#browsers === undefined) return;
    if (userAgent !== undefined) this.#browsers.add(userAgent);
    if (++this.#counted < COUNTED_HANDSHAKES) return;
    const browsers = DistinctCounter.count([this.#browsers]);
    this.#counted = 0;
    this.#browsers = new DistinctCounter();
    if (browsers < Math.max(SUSPICIOUS_BROWSERS, BROWSERS_PER_ADDRESS * addresses)) return;
    this.#browsers = undefined;
    this.#options.log.warn(
      "Many different browsers share few addresses: check --trust-proxy and any CDN, or set --shared-address.",
      { addresses },
    );
  }

  /** Checks one handshake, whose client is taken to be at `address`. */
  checkCdn(header: Header, address: Address | undefined): void {
    const named = namedClient(header);
    if (!this.#cdn.add(named !== undefined && named !== address)) return;
    this.#options.log.warn(
      "Visitors appear to share the addresses of a CDN: uncomment its lines in the proxy's " +
        "configuration, or check --trust-proxy.",
      { hops: this.#options.hops },
    );
  }

  /** A handshake was refused because of its origin. An unnamed origin is never the fault of a proxy. */
  originRefused(difference: OriginDifference): void {
    if (difference === "unnamed" || !this.#mayWarn("origin")) return;
    this.#options.log.warn(
      "A handshake was refused: the page's origin differs from the Host header in its {difference}. " +
        "If visitors can't connect, a proxy changes Host: run doctor with --public-url.",
      { difference },
    );
  }

  /** Checks a request for the path of the WebSocket that is not an upgrade. */
  checkUpgrade(header: Header): void {
    if (header("sec-websocket-key") === undefined || !this.#mayWarn("upgrade")) return;
    this.#options.log.warn(
      "A handshake arrived without its Upgrade header. If visitors can't connect, a proxy drops it.",
    );
  }

  #mayWarn(kind: "origin" | "upgrade"): boolean {
    const now = this.#options.clock.now();
    const last = this.#warned.get(kind);
    if (last !== undefined && now - last < WARNING_INTERVAL) return false;
    this.#warned.set(kind, now);
    return true;
  }
}

/** The client that a CDN names, if any. */
function namedClient(header: Header): Address | undefined {
  for (const name of CDN_HEADERS) {
    const value = header(name);
    const client = value === undefined ? undefined : parseAddress(value);
    if (client !== undefined) return client;
  }
  return undefined;
}

/** Counts suspicious handshakes in a row. */
class Streak {
  #length = 0;

  /** Returns whether this one completes the streak, which happens once. */
  add(isSuspicious: boolean): boolean {
    if (this.#length >= SUSPICIOUS_HANDSHAKES) return false;
    this.#length = isSuspicious ? this.#length + 1 : 0;
    return this.#length === SUSPICIOUS_HANDSHAKES;
  }
}
