/**
 * All UDP sockets of the relay: one for the host that it listens on, or one for each address of this machine if the
 * host is a wildcard (`local_addresses.ts`). Addresses come and go while the program runs, so they are listed again.
 */

import { type Cancel, MINUTE } from "../base/clock.ts";
import {
  bindingOf,
  type ListInterfaces,
  localAddresses,
  MAX_LOCAL_ADDRESSES,
} from "./local_addresses.ts";
import { UdpTransport, type UdpTransportOptions } from "./udp_transport.ts";

/** How often the addresses of this machine are listed, in milliseconds. */
export const LISTING_INTERVAL = MINUTE;

export interface UdpSocketsOptions extends UdpTransportOptions {
  /** Lists the network interfaces, if not `Deno.networkInterfaces`. */
  readonly list?: ListInterfaces | undefined;
}

/** What is said about a socket for all addresses. */
export function oneSocket(shortcoming: string): string {
  return `One UDP socket of the relay serves all addresses of this machine, because they ${shortcoming}: ` +
    "if clients use several of them, name one with --host.";
}

/** The sockets. */
export class UdpSockets {
  readonly #options: UdpSocketsOptions;
  /** By the address that they are bound to. */
  readonly #transports = new Map<string, UdpTransport>();
  #stopListing: Cancel | undefined;
  /** Datagrams that sockets dropped which are closed now. */
  #droppedBefore = 0;
  #isClosed = false;

  constructor(options: UdpSocketsOptions) {
    this.#options = options;
  }

  /** The addresses that have a socket. */
  get addresses(): readonly string[] {
    return [...this.#transports.keys()];
  }

  /** How many datagrams could not be sent. */
  get dropped(): number {
    return this.#transports.values().reduce(
      (sum, { dropped }) => sum + dropped,
      this.#droppedBefore,
    );
  }

  /** Whether a socket can't be opened. */
  get isFailing(): boolean {
    return this.#transports.values().some(({ isFailing }) => isFailing);
  }

  /** Opens the sockets, each now or as soon as possible. */
  async open(): Promise<void> {
    const { hostname, list, clock, log } = this.#options;
    const binding = bindingOf(hostname, list);
    if (binding.kind === "host") {
      if (binding.shortcoming !== undefined) log.info(oneSocket(binding.shortcoming));
      return await this.#add(hostname);
    }
    this.#stopListing = clock.every(LISTING_INTERVAL, () => void this.#follow(this.#list()));
    await this.#follow(binding.addresses);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListing?.();
    for (const transport of this.#transports.values()) transport.close();
  }

  #list(): readonly string[] {
    const { hostname, list } = this.#options;
    return localAddresses(hostname, list);
  }

  /** Closes the sockets of addresses that are gone, and opens those of new ones. An empty list is a failure to list. */
  async #follow(addresses: readonly string[]): Promise<void> {
    if (this.#isClosed || addresses.length === 0) return;
    for (const [address, transport] of this.#transports) {
      if (addresses.includes(address)) continue;
      this.#transports.delete(address);
      this.#droppedBefore += transport.dropped;
      transport.close();
    }
    const added = addresses.filter((address) => !this.#transports.has(address));
    const room = MAX_LOCAL_ADDRESSES - this.#transports.size;
    await Promise.all(added.slice(0, room).map((address) => this.#add(address)));
  }

  async #add(hostname: string): Promise<void> {
    const transport = new UdpTransport({ ...this.#options, hostname });
    this.#transports.set(hostname, transport);
    await transport.keepOpen();
  }
}
