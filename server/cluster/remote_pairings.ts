/**
 * Pairs of searches on two nodes. Redis has taken both searches (`pool_script.ts`), so no other search can have them.
 * That doesn't guarantee that the visitors are still there: one may just have left, or a node may be down.
 *
 *   node that offered            Redis                node whose search was taken
 *         │ ── offer ───────────> │ ── notice ──────────────> │  is it still searching?
 *         │ <─ taken ──────────── │                           │
 *         │ <───────────────────── invite ─────────────────── │  yes: its side of the chat begins
 *    its side begins ─── accepted: yes or no ───────────────> │  no, or nothing: the chat ends
 *         │ <──────────────────── declined ────────────────── │  no: the other is offered again
 *
 * So two round trips after the offer both are in the chat. A side that can't be in it never leaves the other alone: the
 * node whose side begins first ends the chat unless the other confirms, and the node that offered offers its search
 * again if it hears nothing for `INVITATION_TIME`, which is longer.
 */

import { type Matchmaker, matchOf } from "../matching/matchmaker.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId, Ticket } from "../ids.ts";
import type { Bus } from "./bus.ts";
import type { ChatMessage, EncodedSearch, PairNotice } from "./messages.ts";
import type { RedisPool } from "./redis_pool.ts";

export interface RemotePairingsOptions {
  readonly node: NodeId;
  readonly bus: Pick<Bus, "request" | "send">;
  readonly pool: Pick<RedisPool, "encode" | "decode">;
  readonly matchmaker: Pick<Matchmaker, "pairElsewhere" | "declined">;
  /** Handles a message to a session of this node. */
  readonly deliver: (message: ChatMessage) => void;
}

/** The pairs of this node with others. */
export class RemotePairings {
  readonly #options: RemotePairingsOptions;

  constructor(options: RemotePairingsOptions) {
    this.#options = options;
  }

  /** Redis has taken a search of this node for one of another node. */
  noticed({ ticket, request }: PairNotice): void {
    const { bus } = this.#options;
    const own = this.#pair(ticket, request, "caller");
    if (own !== undefined) void this.#invite(own, request);
    else bus.send(request.node, { type: "declined", ticket: request.ticket });
  }

  /** The search `request` of another node was taken for that of `ticket`, and waits for it. Whether it is paired. */
  invited(ticket: Ticket, request: EncodedSearch): boolean {
    return this.#pair(ticket, request, "callee") !== undefined;
  }

  declined(ticket: Ticket): void {
    this.#options.matchmaker.declined(ticket);
  }

  #pair(
    ticket: Ticket,
    request: EncodedSearch,
    role: "caller" | "callee",
  ): SearchRequest | undefined {
    const { matchmaker, pool } = this.#options;
    return matchmaker.pairElsewhere(
      ticket,
      (own) => matchOf(own, pool.decode(request, own), role),
    );
  }

  /** If the answer is late, the partner may believe that it is in a chat, so it hears that this side has left. */
  async #invite(own: SearchRequest, { ticket, id, node }: EncodedSearch): Promise<void> {
    const { bus, pool, deliver } = this.#options;
    const request = pool.encode(own);
    const reply = await bus.request(node, { type: "invite", ticket, request });
    if (reply?.type === "accepted" && reply.isAccepted) return;
    const event = { type: "left" as const };
    deliver({ to: own.id, from: id, node, event });
    if (reply !== undefined) return;
    const message = { to: id, from: own.id, node: this.#options.node, event };
    bus.send(node, { type: "chat", message });
  }
}
