/**
 * A TURN server (RFC 8656) whose relayed addresses are virtual: both people of a chat are its clients, so what one sends
 * goes directly to the other, and nothing can be sent to anyone else. It needs no IP address, no port range and no
 * configuration.
 *
 *     page A ──> path ──> allocation A ─┐ one call: the two
 *                                       │ sides of one chat
 *     page B <── path <── allocation B <┘
 *
 * It has no sockets: transports call `receive` with the messages of a path, and the server calls `send` of a path. So it
 * works the same by UDP, TCP and TLS. A path without an allocation is a stranger, whose address may be forged. It
 * receives few and short replies.
 */

import { Calls } from "./calls.ts";
import type { TurnPath } from "./allocation.ts";
import { type Drop, Forwarder } from "./forwarder.ts";
import { isChannelData, type Packet, SEND } from "./packet.ts";
import { Class, parseStun, uint16 } from "./stun_message.ts";
import { MAX_MESSAGE_BYTES } from "./turn_limits.ts";
import { TurnRequests, type TurnServerOptions } from "./turn_requests.ts";

export type { TurnHost, TurnServerOptions } from "./turn_requests.ts";
export { type Drop, DROPS } from "./forwarder.ts";

/** The relay. */
export class TurnServer {
  readonly #options: TurnServerOptions;
  readonly #calls = new Calls();
  readonly #requests: TurnRequests;
  readonly #forwarder: Forwarder;

  constructor(options: TurnServerOptions) {
    this.#options = options;
    this.#requests = new TurnRequests(options, this.#calls);
    this.#forwarder = new Forwarder(options.clock);
  }

  /** How many calls are relayed. */
  get calls(): number {
    return this.#calls.size;
  }

  /** Bytes of data that were relayed. */
  get relayedBytes(): number {
    return this.#forwarder.bytes;
  }

  /** How many messages were not relayed, by reason. */
  get drops(): Readonly<Record<Drop, number>> {
    return this.#forwarder.drops;
  }

  /** Handles one message of a path. Writes to the space before and after it. Never throws. */
  receive(path: TurnPath, packet: Packet): void {
    const { buffer, start, end } = packet;
    if (end - start > MAX_MESSAGE_BYTES) return this.#forwarder.drop("invalid");
    if (isChannelData(buffer[start] ?? 0)) return this.#forwarder.channelData(path, packet);
    if (uint16(buffer, start) === SEND) return this.#forwarder.indication(path, packet);
    const message = parseStun(buffer.subarray(start, end));
    if (message?.class !== Class.request) return this.#forwarder.drop("invalid");
    this.#requests.receive(path, message);
  }

  /** Ends the call of a chat that is no longer open. */
  end(chat: string): void {
    this.#calls.end(chat);
  }

  /** Ends the allocations that were not refreshed. An interval task. */
  sweep(): void {
    this.#calls.sweep(this.#options.clock.now());
  }

  /** Ends all calls. */
  close(): void {
    this.#calls.close();
  }
}
