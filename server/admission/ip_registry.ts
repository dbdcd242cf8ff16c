/**
 * The only memory of addresses (promise P1). Whatever must be known of an address (its connections, its rates, its
 * blocks) hangs on its entry here and dies with it; nothing else in the program keeps an address after the handshake.
 *
 *     see ──> entry ── connect ──> connected            held as long as a connection lasts
 *               ^                     │ last one closes
 *               └──── left <──────────┘                 held until the retention has passed, in order of leaving
 *                       │ purge
 *                       └──> gone
 *
 * An attempt that was refused counts as having just left. An entry goes within the retention, not soon after it: a
 * purge takes everything that would grow too old before the next one, even if that one is late by a whole interval.
 * What is held is bounded, too: when there are too many of those who have left, those who left first go first, whatever
 * their age.
 *
 * How old an entry is must not depend on a clock that may be set back, nor on one that stands still while a machine
 * sleeps. So the registry's time is the steady clock's, plus whatever the calendar has leapt ahead of it: the calendar
 * put forward only makes addresses go earlier, and put back it changes nothing.
 */

import type { Address } from "./address.ts";
import { type Clock, MINUTE } from "../base/clock.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";

/** How many addresses without a connection are held at most. */
export const MAX_DISCONNECTED = 100_000;

/** The longest time between two purges, in milliseconds; each may be followed by a collection, which stops the world. */
const MAX_PURGE_INTERVAL = 5 * MINUTE;

/** How many purges fit into one retention at least, so that a short retention is kept as well. */
const PURGES_PER_RETENTION = 10;

/** How many intervals before its time an entry goes: one until the next purge, and one for that to be late. */
const SAFETY_INTERVALS = 2;

/** Less than this the calendar and the clock differ by the grain of either, in milliseconds; it is no leap. */
const CLOCK_RESOLUTION = 10;

/** What a registry needs. */
export interface IpRegistryOptions<T> {
  readonly clock: Clock;
  /** How long an address is held after its last disconnection, in milliseconds. */
  readonly retention: number;
  /** Makes what hangs on a new entry. */
  readonly newRecord: () => T;
  /** Told when the number of connections of an entry changes. */
  readonly onCount?: (record: T, connections: number) => void;
  /** Told of what hung on an entry that is gone. */
  readonly onGone?: (record: T) => void;
  /** Clears away what a purge has let go, where the platform can be asked to. */
  readonly collect?: (() => void) | undefined;
  /** {@linkcode MAX_DISCONNECTED}, or less. */
  readonly capacity?: number;
}

/** What others may know of an address that is held: everything but the address. */
export interface Entry<T> {
  readonly record: T;
  /** How many connections are open. */
  readonly connections: number;
  /** Counts one more connection until the function it returns is called; a second call does nothing. */
  connect(): () => void;
}

interface RegistryEntry<T> extends Entry<T> {
  readonly address: Address;
  connections: number;
  /** Since when there has been no connection, in the registry's time. */
  leftAt: number;
  /** Where it stands among those who have left. */
  place: Handle | undefined;
}

/** Everybody's address, as long as it is needed. */
export class IpRegistry<T> {
  /** How often {@linkcode IpRegistry.purge} must run, in milliseconds. */
  readonly purgeInterval: number;
  readonly #options: IpRegistryOptions<T>;
  readonly #holdings = new Map<Address, RegistryEntry<T>>();
  readonly #left = new LinkedQueue<RegistryEntry<T>>();
  /** The registry's time; how far the calendar has leapt ahead; and how far it is from the clock. In milliseconds. */
  #time: number;
  #calendarSkew = 0;
  #distance: number;
  /** Something has been let go since the last collection. */
  #needsCollection = false;

  constructor(options: IpRegistryOptions<T>) {
    this.#options = options;
    this.#time = options.clock.now();
    this.#distance = options.clock.date().getTime() - this.#time;
    this.purgeInterval = Math.min(MAX_PURGE_INTERVAL, options.retention / PURGES_PER_RETENTION);
  }

  /** How long an entry is sure to live after its last connection or attempt, unless too many leave; milliseconds. */
  get lifetime(): number {
    return this.#options.retention - SAFETY_INTERVALS * this.purgeInterval;
  }

  /** How many addresses are held. */
  get held(): number {
    return this.#holdings.size;
  }

  /** How many of them have a connection. */
  get connected(): number {
    return this.#holdings.size - this.#left.size;
  }

  /** How long the one who left first has been gone, in milliseconds; `undefined` when there is none. */
  get oldestDisconnected(): number | undefined {
    this.#advance();
    const oldest = this.#left.first;
    return oldest === undefined ? undefined : this.#time - oldest.leftAt;
  }

  /** The entry of an address that asks to connect. */
  touch(address: Address): Entry<T> {
    this.#evict(); // What may no longer be held must not be found.
    const holding = this.#holdings.get(address) ?? this.#hold(address);
    if (holding.connections === 0) this.#leave(holding);
    return holding;
  }

  /** The entry of an address, if it is held; looking for it counts for nothing. */
  find(address: Address): Entry<T> | undefined {
    this.#evict();
    return this.#holdings.get(address);
  }

  /** Does something with everything that is held. */
  forEach(use: (entry: Entry<T>, address: Address) => void): void {
    for (const holding of this.#holdings.values()) use(holding, holding.address);
  }

  /** Lets go of everybody whose time is up. An interval task, due every `purgeInterval`. */
  purge(): void {
    this.#evict();
    if (this.#needsCollection) this.#options.collect?.();
    this.#needsCollection = false;
  }

  #hold(address: Address): RegistryEntry<T> {
    const holding: RegistryEntry<T> = {
      address,
      record: this.#options.newRecord(),
      connections: 0,
      leftAt: this.#time,
      place: undefined,
      connect: () => this.#connect(holding),
    };
    this.#holdings.set(address, holding);
    return holding;
  }

  #connect(holding: RegistryEntry<T>): () => void {
    const held = this.#holdings.get(holding.address); // It may have gone between the attempt and now.
    if (held !== undefined && held !== holding) return held.connect();
    this.#holdings.set(holding.address, holding);
    holding.place?.remove();
    holding.place = undefined;
    holding.connections++;
    this.#options.onCount?.(holding.record, holding.connections);
    let open: RegistryEntry<T> | undefined = holding;
    return () => {
      if (open !== undefined) this.#disconnect(open);
      open = undefined; // Who keeps this function does not keep the address.
    };
  }

  #disconnect(holding: RegistryEntry<T>): void {
    holding.connections--;
    this.#options.onCount?.(holding.record, holding.connections);
    if (holding.connections === 0) this.#leave(holding);
  }

  #leave(holding: RegistryEntry<T>): void {
    this.#advance();
    holding.place?.remove();
    holding.leftAt = this.#time;
    holding.place = this.#left.append(holding);
    this.#evict();
  }

  #evict(): void {
    this.#advance();
    const { capacity = MAX_DISCONNECTED } = this.#options;
    const latest = this.#time - this.lifetime;
    for (let oldest = this.#left.first; oldest !== undefined; oldest = this.#left.first) {
      if (oldest.leftAt > latest && this.#left.size <= capacity) break;
      oldest.place?.remove();
      oldest.place = undefined;
      this.#holdings.delete(oldest.address);
      this.#options.onGone?.(oldest.record);
      this.#needsCollection = true;
    }
  }

  /** Lets the registry's time go by as the faster of both clocks does. */
  #advance(): void {
    const now = this.#options.clock.now();
    const leap = this.#options.clock.date().getTime() - now - this.#distance;
    if (Math.abs(leap) >= CLOCK_RESOLUTION) {
      this.#distance += leap;
      this.#calendarSkew += Math.max(leap, 0);
    }
    this.#time = now + this.#calendarSkew;
  }
}
