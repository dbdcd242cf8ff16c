/**
 * The only place in memory that holds addresses (promise P1). Everything the server must know about an address (its
 * connections, rates and blocks) is attached to its entry here and deleted with it. Nothing else in the program keeps
 * an address after the handshake.
 *
 *     touch ──> entry ── connect ──> connected            held as long as a connection lasts
 *                 ^                     │ last one closes
 *                 └── disconnected <────┘                 held within the retention, in order of leaving
 *                          │ purge
 *                          └──> gone
 *
 * An attempt that was refused counts as a connection that has just closed. An entry is deleted within the retention,
 * not soon after it: a purge deletes every entry that would grow too old before the next purge, even if that one is
 * late by a whole interval. The number of disconnected entries is bounded, too: beyond it, the entries that
 * disconnected first are deleted first, whatever their age. A purge of many entries is done in slices, with time for
 * other work in between. An expired entry is never found, whether or not it has been deleted yet.
 *
 * The age of an entry must not depend on a clock that may be set back, nor on one that stops while the system sleeps.
 * So the registry's time is the monotonic clock plus every forward leap of the calendar. Setting the calendar forward
 * only deletes addresses earlier, and setting it back changes nothing.
 */

import type { Address } from "./address.ts";
import { type Cancel, type Clock, MINUTE } from "../base/clock.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";

/** Maximum number of addresses held without a connection. */
export const MAX_DISCONNECTED = 100_000;

/** Maximum time between two purges, in milliseconds. A purge may be followed by a blocking garbage collection. */
const MAX_PURGE_INTERVAL = 5 * MINUTE;

/** Minimum number of purges per retention, so that a short retention is kept as well. */
const PURGES_PER_RETENTION = 10;

/** How many entries are deleted together, so that a purge never delays chats noticeably. */
export const PURGE_SLICE = 1_000;

/** Time between two slices of a purge, in milliseconds. */
export const SLICE_INTERVAL = 5;

/** How many intervals early an entry is deleted: one until the next purge, and one for a late purge. */
const SAFETY_INTERVALS = 2;

/** A smaller difference between calendar and clock is due to their resolution and not a leap; in milliseconds. */
const CLOCK_RESOLUTION = 10;

export interface IpRegistryOptions<T> {
  readonly clock: Clock;
  /** How long an address is held after its last disconnection, in milliseconds. */
  readonly retention: number;
  /** Creates the record of a new entry. The record must not keep the address. */
  readonly newRecord: (address: Address) => T;
  /** Called when the number of connections of pages of an entry changes. */
  readonly onCount?: (record: T, connections: number) => void;
  /** Called with the record of a deleted entry. */
  readonly onGone?: (record: T) => void;
  /** Collects the garbage of a purge, where the platform allows it. */
  readonly collect?: (() => void) | undefined;
  /** {@linkcode MAX_DISCONNECTED}, or less. */
  readonly capacity?: number;
}

/**
 * What connects: a page, or a client of the call relay. Both hold the address. A page may have several such clients,
 * which are not counted, because otherwise a few calls would leave no room for other people behind the same address.
 */
export type ConnectionKind = "page" | "relayed";

/** The public part of an entry: everything except the address. */
export interface Entry<T> {
  readonly record: T;
  /** Number of open connections of pages. */
  readonly connections: number;
  /**
   * Holds the address until the returned function is called. Calling that again does nothing. `guest` is the client
   * that connects, a page by default.
   */
  connect(guest?: Guest, kind?: ConnectionKind): () => void;
}

/** A connected client. Its address may be one of many in the network that the entry is for. */
export interface Guest {
  readonly address: Address;
  /** Ends its session because the operator has denied the address. */
  deny(): void;
}

/** An entry as the registry has it, and those of its guests whose address is not the network's. */
export interface HeldEntry<T> extends Entry<T> {
  readonly address: Address;
  readonly guests: ReadonlySet<Guest> | undefined;
}

interface RegistryEntry<T> extends HeldEntry<T> {
  /** `undefined` until there is one: an IPv4 address is its whole network. */
  guests: Set<Guest> | undefined;
  connections: number;
  /** Number of clients of the call relay. */
  relayed: number;
  /** When the last connection closed or, without one, the last attempt was made; in the registry's time. */
  leftAt: number;
  /** Its place in the queue of disconnected entries; `undefined` while connected. */
  place: Handle | undefined;
}

/** The addresses in use, each held only as long as it is needed. */
export class IpRegistry<T> {
  /** How often {@linkcode IpRegistry.purge} must run, in milliseconds. */
  readonly purgeInterval: number;
  readonly #options: IpRegistryOptions<T>;
  readonly #entries = new Map<Address, RegistryEntry<T>>();
  readonly #disconnected = new LinkedQueue<RegistryEntry<T>>();
  /** The registry's time, the sum of forward leaps, and the calendar's distance from the clock; in milliseconds. */
  #time: number;
  #calendarSkew = 0;
  #distance: number;
  /** Ends the purge that is under way. */
  #stopSlices: Cancel | undefined;
  /** Whether an entry was deleted since the last garbage collection. */
  #needsCollection = false;

  constructor(options: IpRegistryOptions<T>) {
    this.#options = options;
    this.#time = options.clock.now();
    this.#distance = options.clock.date().getTime() - this.#time;
    this.purgeInterval = Math.min(MAX_PURGE_INTERVAL, options.retention / PURGES_PER_RETENTION);
  }

  /** Minimum time an entry lives after its last connection or attempt, in milliseconds. Capacity may shorten it. */
  get lifetime(): number {
    return this.#options.retention - SAFETY_INTERVALS * this.purgeInterval;
  }

  /** Number of addresses held. */
  get held(): number {
    return this.#entries.size;
  }

  /** Number of addresses that have a connection. */
  get connected(): number {
    return this.#entries.size - this.#disconnected.size;
  }

  /** How long ago the longest-disconnected address left, in milliseconds; `undefined` without one. */
  get oldestDisconnected(): number | undefined {
    this.#advance();
    const oldest = this.#disconnected.first;
    return oldest === undefined ? undefined : this.#time - oldest.leftAt;
  }

  /** The entry of an address that attempts to connect. Created if missing. */
  touch(address: Address): Entry<T> {
    const entry = this.#unexpired(address) ?? this.#create(address);
    if (!isConnected(entry)) this.#leave(entry);
    return entry;
  }

  /** The entry of an address, if it is held. Does not count as an attempt. */
  find(address: Address): Entry<T> | undefined {
    return this.#unexpired(address);
  }

  /** All entries. The registry may change while they are read. */
  entries(): Iterable<HeldEntry<T>> {
    return this.#entries.values();
  }

  /** Deletes expired entries. An interval task, due every `purgeInterval`. */
  purge(): void {
    if (!this.#evict()) {
      this.#stopSlices ??= this.#options.clock.every(SLICE_INTERVAL, () => this.purge());
      return;
    }
    this.#stopSlices?.();
    this.#stopSlices = undefined;
    if (this.#needsCollection) this.#options.collect?.();
    this.#needsCollection = false;
  }

  #unexpired(address: Address): RegistryEntry<T> | undefined {
    this.#evict();
    const entry = this.#entries.get(address);
    if (entry?.place === undefined || entry.leftAt > this.#time - this.lifetime) return entry;
    this.#delete(entry);
    return undefined;
  }

  #create(address: Address): RegistryEntry<T> {
    const entry: RegistryEntry<T> = {
      address,
      record: this.#options.newRecord(address),
      guests: undefined,
      connections: 0,
      relayed: 0,
      leftAt: this.#time,
      place: undefined,
      connect: (guest, kind = "page") => this.#connect(entry, guest, kind),
    };
    this.#entries.set(address, entry);
    return entry;
  }

  #connect(
    entry: RegistryEntry<T>,
    guest: Guest | undefined,
    kind: ConnectionKind,
  ): () => void {
    const current = this.#entries.get(entry.address); // The entry may have been deleted since the attempt.
    if (current !== undefined && current !== entry) return current.connect(guest, kind);
    this.#entries.set(entry.address, entry);
    entry.place?.remove();
    entry.place = undefined;
    this.#count(entry, kind, 1);
    if (guest !== undefined && guest.address !== entry.address) {
      (entry.guests ??= new Set()).add(guest);
    }
    let open: [RegistryEntry<T>, Guest | undefined, ConnectionKind] | undefined = [
      entry,
      guest,
      kind,
    ];
    return () => {
      if (open !== undefined) this.#disconnect(...open);
      open = undefined; // A caller that keeps this function must not keep the address alive.
    };
  }

  #disconnect(
    entry: RegistryEntry<T>,
    guest: Guest | undefined,
    kind: ConnectionKind,
  ): void {
    if (guest !== undefined) entry.guests?.delete(guest);
    this.#count(entry, kind, -1);
    if (!isConnected(entry)) this.#leave(entry);
  }

  #count(entry: RegistryEntry<T>, kind: ConnectionKind, change: 1 | -1): void {
    if (kind === "relayed") {
      entry.relayed += change;
      return;
    }
    entry.connections += change;
    this.#options.onCount?.(entry.record, entry.connections);
  }

  #leave(entry: RegistryEntry<T>): void {
    this.#advance();
    entry.place?.remove();
    entry.leftAt = this.#time;
    entry.place = this.#disconnected.append(entry);
    this.#evict();
  }

  /** Deletes up to {@linkcode PURGE_SLICE} entries that are due. Returns whether none is left. */
  #evict(): boolean {
    this.#advance();
    const { capacity = MAX_DISCONNECTED } = this.#options;
    const latest = this.#time - this.lifetime;
    for (let deleted = 0; deleted < PURGE_SLICE; deleted++) {
      const oldest = this.#disconnected.first;
      if (oldest === undefined) return true;
      if (oldest.leftAt > latest && this.#disconnected.size <= capacity) return true;
      this.#delete(oldest);
    }
    return false;
  }

  #delete(entry: RegistryEntry<T>): void {
    entry.place?.remove();
    entry.place = undefined;
    this.#entries.delete(entry.address);
    this.#options.onGone?.(entry.record);
    this.#needsCollection = true;
  }

  /** Advances the registry's time by the faster of both clocks. */
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

function isConnected({ connections, relayed }: RegistryEntry<unknown>): boolean {
  return connections + relayed > 0;
}
