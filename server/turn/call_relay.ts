/**
 * The embedded relay as the rest of the program has it: the TURN server with its transports, and its rules about
 * addresses.
 *
 *     listener ── streams ──> StreamTransport ──┐
 *     sockets ─ datagrams ──> UdpSockets ───────┴──> TurnServer ──> TurnHost: is the chat open, may the address connect?
 *     sessions ── open, end ──> OpenChats ───────────────^
 *
 * Each allocation holds its address in the registry, as a connection does. The address is forgotten with it, and
 * nothing is logged about it. It ends when its chat ends, and when its address is denied or blocked.
 */

import type { Address } from "../admission/address.ts";
import type { Gate } from "../admission/gate.ts";
import type { Guest } from "../admission/ip_registry.ts";
import type { Clock } from "../base/clock.ts";
import { SECOND } from "../base/clock.ts";
import type { KeyedHash } from "../base/keyed_hash.ts";
import type { Log } from "../base/log.ts";
import type { TurnPath } from "./allocation.ts";
import type { Endpoint } from "./datagram_socket.ts";
import { OpenChats } from "./open_chats.ts";
import { StrangerBudget } from "./stranger_budget.ts";
import { StreamTransport } from "./stream_transport.ts";
import { type Drop, TurnServer } from "./turn_server.ts";
import { ALLOCATION_LIFETIME, GRACE, PERSON_RATE } from "./turn_limits.ts";
import { UdpSockets } from "./udp_sockets.ts";

/** How often allocations that were not refreshed are ended, in milliseconds. */
export const CALL_SWEEP_INTERVAL = 5 * SECOND;

/** How long an allocation of a client that is gone can last, in milliseconds. By TCP it ends with the connection. */
export const MAX_ABANDONED = ALLOCATION_LIFETIME + GRACE + CALL_SWEEP_INTERVAL;

/** Why the relay has dropped something: as the TURN server says, or because a client or the system was too slow. */
export type RelayDrop = Drop | "too-slow";

/** What this many calls can take in each direction, in bits per second: both people of each at their limit. */
export function maxBandwidth(calls: number): number {
  return calls * 2 * PERSON_RATE.perMinute / 60 * 8;
}

export interface CallRelayOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Shared with whoever issues the credentials. */
  readonly secret: string;
  /** An unpredictable key. */
  readonly key: string;
  readonly hash: KeyedHash;
  readonly maxCalls: number;
  /** Whether it serves every chat whose credentials are valid. Otherwise it serves only those in `chats`. */
  readonly servesAllChats?: boolean;
  /** Maximum number of clients by TCP and TLS. */
  readonly maxStreams: number;
  readonly gate: Pick<Gate, "isDenied" | "connectRelayed">;
  /** How many times as much an address may have as one that a few people share. At least 1. */
  readonly factorOf?: ((address: Address) => number) | undefined;
}

/** The relay. */
export class CallRelay {
  readonly chats: OpenChats;
  readonly streams: StreamTransport;
  readonly #options: CallRelayOptions;
  readonly #server: TurnServer;
  readonly #strangers: StrangerBudget;
  /** `undefined` until it is started. */
  #udp: UdpSockets | undefined;

  constructor(options: CallRelayOptions) {
    const { clock, secret, key, maxCalls, maxStreams, servesAllChats = false, hash, factorOf } =
      options;
    this.#options = options;
    this.#strangers = new StrangerBudget({ clock, hash, factorOf });
    this.#server = new TurnServer({
      ...{ clock, secret, key, maxCalls },
      host: {
        isOpen: (chat) => servesAllChats || this.chats.has(chat),
        mayReply: (path) => this.#mayReply(path),
        factorOf: (address) => factorOf?.(address) ?? 1,
        hasRoom: (path) => !path.isStream || this.streams.hasRoom,
        admit: (path, deny) => this.#admit(path, deny),
      },
    });
    this.chats = new OpenChats((chat) => this.#server.end(chat));
    this.streams = new StreamTransport({ server: this.#server, clock, capacity: maxStreams });
  }

  get calls(): number {
    return this.#server.calls;
  }

  get relayedBytes(): number {
    return this.#server.relayedBytes;
  }

  get drops(): Readonly<Record<RelayDrop, number>> {
    const { dropped = 0 } = this.#udp ?? {};
    return { ...this.#server.drops, "too-slow": dropped + this.streams.dropped };
  }

  /** Whether one of its UDP sockets can't be opened. */
  get isFailing(): boolean {
    return this.#udp?.isFailing ?? false;
  }

  /** Opens the UDP sockets, now or as soon as possible. */
  async start(at: Endpoint): Promise<void> {
    const { clock, log } = this.#options;
    this.#udp = new UdpSockets({ ...at, server: this.#server, clock, log });
    await this.#udp.open();
  }

  /** An interval task. */
  sweep(): void {
    this.#server.sweep();
  }

  /** Ends all calls and closes all sockets. */
  close(): void {
    this.#server.close();
    this.streams.close();
    this.#udp?.close();
  }

  /** A stream has no forged address, and bounds the messages of strangers itself. */
  #mayReply({ address, isStream }: TurnPath): boolean {
    return (isStream || this.#strangers.take(address)) && !this.#options.gate.isDenied(address);
  }

  #admit({ address }: TurnPath, deny: () => void): (() => void) | undefined {
    const guest: Guest = { address, deny };
    return this.#options.gate.connectRelayed(guest);
  }
}
