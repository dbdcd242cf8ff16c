/**
 * One client's place in the relay (RFC 8656 section 3.2): a transport, the virtual port at which its partner reaches it,
 * and what it permits. The only address that a client can permit is the virtual one, so a permission is just a time.
 */

import type { Address } from "../admission/address.ts";
import { type Packet, toChannelData, toDataIndication } from "./packet.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import {
  ALLOCATION_LIFETIME,
  GRACE,
  MAX_CHANNELS,
  PERMISSION_LIFETIME,
  REQUEST_RATE,
} from "./turn_limits.ts";

/** A client's connection to the relay: what identifies it, and how to reach it. */
export interface TurnPath {
  readonly address: Address;
  readonly port: number;
  /** Whether it is a stream (TCP or TLS), in which ChannelData is padded. */
  readonly isStream: boolean;
  /** Set and removed by the server. */
  allocation: Allocation | undefined;
  /** Sends a message, or drops it. The bytes are valid only during the call. */
  send(bytes: Uint8Array): void;
  /** The allocation has ended, and its address must be forgotten. */
  ended(): void;
}

/** What a client has proven, and how its answers are signed. */
export interface Identity {
  readonly username: string;
  readonly key: Uint8Array;
}

export interface AllocationOptions {
  readonly path: TurnPath;
  readonly identity: Identity;
  /** What its person may still send, in bytes. */
  readonly budget: TokenBucket;
  /** What its person may still send by streams, relayed or not, in bytes. */
  readonly inflow: TokenBucket;
  /** Unique in its call. */
  readonly port: number;
  /** The transaction that created it, in hexadecimal. A repeated request is answered in the same way. */
  readonly transaction: string;
  /** The transaction of its Data indications, which no one answers. 12 bytes. */
  readonly indication: Uint8Array;
  /** The partner's allocation at a port, if there is one. */
  readonly partnerAt: (port: number) => Allocation | undefined;
  /** Called when it ends. */
  readonly onEnd: (ended: Allocation) => void;
  /** In clock milliseconds. */
  readonly now: number;
}

/** Whether a channel was bound. */
export type Binding = "bound" | "conflict" | "full";

/** A channel that is bound to a port. */
interface Channel {
  readonly number: number;
  readonly port: number;
  endsAt: number;
}

/** An allocation. */
export class Allocation {
  readonly path: TurnPath;
  readonly identity: Identity;
  readonly budget: TokenBucket;
  readonly inflow: TokenBucket;
  readonly port: number;
  readonly transaction: string;
  /** Requests that name its client. */
  readonly requests: TokenBucket;
  /** Requests from its address that don't. */
  readonly anonymousRequests: TokenBucket;
  readonly partnerAt: (port: number) => Allocation | undefined;
  readonly #onEnd: (ended: Allocation) => void;
  readonly #byNumber = new Map<number, Channel>();
  readonly #byPort = new Map<number, Channel>();
  readonly #indication: Uint8Array;
  #endsAt: number;
  #hasEnded = false;
  #permittedUntil = -Infinity;

  constructor(options: AllocationOptions) {
    this.path = options.path;
    this.identity = options.identity;
    this.budget = options.budget;
    this.inflow = options.inflow;
    this.port = options.port;
    this.transaction = options.transaction;
    this.#indication = options.indication;
    this.requests = new TokenBucket(REQUEST_RATE, options.now);
    this.anonymousRequests = new TokenBucket(REQUEST_RATE, options.now);
    this.partnerAt = options.partnerAt;
    this.#onEnd = options.onEnd;
    this.#endsAt = options.now + ALLOCATION_LIFETIME + GRACE;
  }

  /** Whether it was not refreshed in time. */
  hasExpired(now: number): boolean {
    return now >= this.#endsAt;
  }

  refresh(now: number): void {
    this.#endsAt = now + ALLOCATION_LIFETIME + GRACE;
  }

  /** Permits packets from and to the partner. */
  permit(now: number): void {
    this.#permittedUntil = now + PERMISSION_LIFETIME + GRACE;
  }

  isPermitted(now: number): boolean {
    return now < this.#permittedUntil && !this.hasExpired(now);
  }

  /** Binds a channel to a port, or renews it. Neither may be bound to another (RFC 8656 section 12.2). */
  bind(number: number, port: number, now: number): Binding {
    const [bound, other] = [
      this.#at(this.#byNumber, number, now),
      this.#at(this.#byPort, port, now),
    ];
    if (bound !== other) return "conflict";
    if (bound === undefined && this.#isFull(now)) return "full";
    const channel = bound ?? { number, port, endsAt: 0 };
    channel.endsAt = now + ALLOCATION_LIFETIME + GRACE;
    this.#byNumber.set(number, channel);
    this.#byPort.set(port, channel);
    this.permit(now);
    return "bound";
  }

  /** The port that a channel is bound to. */
  portOf(number: number, now: number): number | undefined {
    return this.#at(this.#byNumber, number, now)?.port;
  }

  /** Sends data to the client that the partner has sent from `port`. */
  deliver(packet: Packet, port: number, now: number): void {
    const channel = this.#at(this.#byPort, port, now);
    this.path.send(
      channel === undefined
        ? toDataIndication(packet, port, this.#indication)
        : toChannelData(packet, channel.number, this.path.isStream),
    );
  }

  /** Forgets the client. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.path.allocation = undefined;
    this.#onEnd(this);
    this.path.ended();
  }

  /** Whether it has as many channels as allowed, without those that have expired. */
  #isFull(now: number): boolean {
    for (const number of [...this.#byNumber.keys()]) this.#at(this.#byNumber, number, now);
    return this.#byNumber.size >= MAX_CHANNELS;
  }

  /** The channel at a number or a port, unless it has expired. */
  #at(channels: Map<number, Channel>, key: number, now: number): Channel | undefined {
    const channel = channels.get(key);
    if (channel === undefined || now < channel.endsAt) return channel;
    this.#byNumber.delete(channel.number);
    this.#byPort.delete(channel.port);
    return undefined;
  }
}
