/**
 * The pool of searches that all nodes share, as one node uses it. Redis decides who is paired (`pool_script.ts`).
 *
 * What a node offers and withdraws within one turn of the event loop travels together, in order, in calls of up to
 * {@linkcode MAX_BATCH} operations. So a rush costs few round trips, and a call doesn't occupy Redis for long.
 *
 * Redis holds no words of visitors: interests and languages are pseudonyms that only the nodes can compute. Everything
 * expires after a short while, and the nodes write it again as long as it is true.
 */

import { setImmediate } from "node:timers";
import { MINUTE } from "../base/clock.ts";
import type { Outcome } from "../matching/backend.ts";
import { type SearchRequest, sharedInterests, sharedLanguages } from "../matching/policy.ts";
import { type NodeId, NUMBERS_A_NODE, type Ticket } from "../ids.ts";
import type { ClusterKeys } from "./keys.ts";
import { LIFETIME } from "./membership.ts";
import type { EncodedSearch } from "./messages.ts";
import { POOL, POOL_SCRIPT, waitingKey } from "./pool_script.ts";
import { errorCode } from "../base/error_code.ts";
import { PREFIX, type RedisClient, Script, UNANSWERED } from "./redis_client.ts";
import { textsIn } from "./redis_reply.ts";

/** Lifetime of a place after a search last took it, in milliseconds. */
export const PLACE_LIFETIME = 30 * MINUTE;

/** Interval at which waiting searches take their places again, in milliseconds. */
export const REJOIN_INTERVAL = PLACE_LIFETIME / 3;

/** Maximum number of operations in one call. */
export const MAX_BATCH = 100;

/** Places that still hold a deleted search are free. */
const FORGET = new Script(`redis.call('DEL', KEYS[1])`);

/** The outcome of an operation if there was no answer. */
const UNKNOWN = "unknown";

/** What a node wants the pool to do. */
interface Operation {
  readonly kind: "always" | "if-waiting" | "withdraw";
  readonly ticket: Ticket;
  /** The search request that is offered, as JSON. */
  readonly text: string;
  readonly resolve: (outcome: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface RedisPoolOptions {
  readonly link: Pick<RedisClient, "run" | "isReady">;
  /** Throws if this node lacks the current secret. */
  readonly keys: () => ClusterKeys;
}

/** The shared pool, as one node uses it. */
export class RedisPool {
  readonly #options: RedisPoolOptions;
  /** What was asked for in this turn. */
  #batch: Operation[] = [];

  constructor(options: RedisPoolOptions) {
    this.#options = options;
  }

  /**
   * Offers a search. If its partner is on another node, that node has been told. An unreadable reply counts as `taken`,
   * because the search may be.
   */
  async offer(request: SearchRequest, when: "always" | "if-waiting"): Promise<Outcome> {
    const { ticket, node } = request;
    const outcome = await this.#enqueue(when, ticket, JSON.stringify(this.encode(request)));
    if (outcome === "waiting" || outcome === UNKNOWN) return { kind: outcome };
    const partner = Number(outcome);
    const isHere = Number.isSafeInteger(partner) && Math.floor(partner / NUMBERS_A_NODE) === node;
    return isHere ? { kind: "paired", partner: partner as Ticket } : { kind: "taken" };
  }

  async withdraw({ ticket }: SearchRequest): Promise<void> {
    await this.#enqueue("withdraw", ticket, "");
  }

  /** Removes all searches of `node`. */
  async forget(node: NodeId): Promise<void> {
    await this.#options.link.run(FORGET, [waitingKey(node)], []);
  }

  /** The search request as other nodes and Redis may see it. */
  encode(request: SearchRequest): EncodedSearch {
    return {
      ...request,
      interests: this.#pseudonyms("interest", request.interests),
      languages: this.#pseudonyms("language", request.languages),
    };
  }

  /** The search request of another node, with only the interests and languages that `reader` shares, in plain text. */
  decode(encoded: EncodedSearch, reader: SearchRequest): SearchRequest {
    const own = this.encode(reader);
    const interests = new Set(sharedInterests(own, encoded));
    const languages = new Set(sharedLanguages(own, encoded));
    return {
      ...encoded,
      interests: reader.interests.filter((_, at) => interests.has(own.interests[at]!)),
      languages: reader.languages.filter((_, at) => languages.has(own.languages[at]!)),
    };
  }

  #pseudonyms(kind: string, texts: readonly string[]): string[] {
    const keys = texts.length === 0 ? undefined : this.#options.keys();
    return texts.map((text) => keys!.pseudonym(kind, text));
  }

  #enqueue(kind: Operation["kind"], ticket: Ticket, text: string): Promise<string | undefined> {
    if (this.#batch.length === 0) setImmediate(() => this.#send());
    return new Promise((resolve, reject) => {
      this.#batch.push({ kind, ticket, text, resolve, reject });
    });
  }

  #send(): void {
    const all = this.#batch;
    this.#batch = [];
    for (let at = 0; at < all.length; at += MAX_BATCH) {
      void this.#run(all.slice(at, at + MAX_BATCH));
    }
  }

  async #run(batch: readonly Operation[]): Promise<void> {
    const operations = batch.flatMap(({ kind, ticket, text }) => [kind, `${ticket}`, text]);
    const args = [PREFIX, `${LIFETIME}`, `${PLACE_LIFETIME}`, ...operations];
    try {
      const outcomes = textsIn(await this.#options.link.run(POOL_SCRIPT, [POOL], args));
      batch.forEach(({ resolve }, at) => resolve(outcomes?.[at]));
    } catch (error) {
      this.#failed(batch, error);
    }
  }

  /** The client reports an outage itself, once, and every search of that time fails. */
  #failed(batch: readonly Operation[], error: unknown): void {
    const isReported = !this.#options.link.isReady || errorCode(error) === UNANSWERED;
    for (const { resolve, reject } of batch) {
      if (isReported) resolve(UNKNOWN);
      else reject(error);
    }
  }
}
