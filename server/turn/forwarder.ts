/**
 * Forwards data from one person of a chat to the other. Nothing else can be reached: a port is looked up among the
 * allocations of the partner. Both must have permitted the virtual address, or have bound a channel.
 */

import type { Clock } from "../base/clock.ts";
import type { Allocation, TurnPath } from "./allocation.ts";
import { channelPayload, type Packet, sendPayload } from "./packet.ts";
import { uint16 } from "./stun_message.ts";
import { MIN_PACKET_COST } from "./turn_limits.ts";

/** Why data was not forwarded. */
export const DROPS = ["invalid", "not-permitted", "no-partner", "too-fast"] as const;
export type Drop = (typeof DROPS)[number];

/** Forwards data, and counts it. */
export class Forwarder {
  /** Bytes of data that were forwarded. */
  bytes = 0;
  /** How many messages were not forwarded, by reason. */
  readonly drops: Record<Drop, number> = {
    invalid: 0,
    "not-permitted": 0,
    "no-partner": 0,
    "too-fast": 0,
  };
  readonly #clock: Pick<Clock, "now">;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Forwards ChannelData. */
  channelData({ allocation }: TurnPath, packet: Packet): void {
    const now = this.#clock.now();
    const payload = channelPayload(packet);
    const port = allocation?.portOf(uint16(packet.buffer, packet.start), now);
    if (allocation === undefined || payload === undefined || port === undefined) {
      return this.drop("invalid");
    }
    this.#forward(allocation, port, payload, now);
  }

  /** Forwards the data of a Send indication. */
  indication({ allocation }: TurnPath, packet: Packet): void {
    const sent = sendPayload(packet);
    if (allocation === undefined || sent === undefined) return this.drop("invalid");
    this.#forward(allocation, sent.port, sent.payload, this.#clock.now());
  }

  drop(reason: Drop): void {
    this.drops[reason]++;
  }

  #forward(from: Allocation, port: number, payload: Packet, now: number): void {
    const bytes = payload.end - payload.start;
    if (from.budget.take(now) > 0) return this.drop("too-fast");
    from.budget.charge(Math.max(bytes, MIN_PACKET_COST) - 1, now); // The bucket may go below zero, by one message.
    const to = from.partnerAt(port);
    if (to === undefined) return this.drop("no-partner");
    if (!from.isPermitted(now) || !to.isPermitted(now)) return this.drop("not-permitted");
    this.bytes += bytes;
    to.deliver(payload, from.port, now);
  }
}
