/**
 * The pool of searches, shared by all nodes. It is the pool of `pool.ts`, kept in Redis:
 *
 *   waiting:NODE         hash: ticket -> search request (an EncodedSearch); expires with its node
 *   queue:MODE:          sorted set: tickets of open searches, in order of arrival
 *   queue:MODE:INTEREST  sorted set: tickets of searches with that interest
 *
 * Redis stores and claims. `policy.ts` chooses the partner, on the node of the searching session. An offer joins its
 * queues and reads their fronts in one step, so if two start at the same moment, one sees the other. A claim takes two
 * searches or none, so no search is claimed twice. A ticket whose search request is missing (paired, withdrawn, its
 * node down) or malformed is removed from a queue when a later offer finds it.
 *
 * Redis holds no words of visitors: interests are pseudonyms that only the nodes can compute. Everything expires after
 * a short while, and the nodes write it again as long as it is true.
 */

import { MINUTE } from "../base/clock.ts";
import type { SearchRequest } from "../matching/policy.ts";
import { type NodeId, NUMBERS_A_NODE } from "../ids.ts";
import { LOOK_AHEAD } from "../matching/pool.ts";
import type { ClusterKeys } from "./keys.ts";
import { LIFETIME } from "./membership.ts";
import { PREFIX, type RedisClient, Script } from "./redis_client.ts";
import { parseSearch } from "./message_schema.ts";
import type { EncodedSearch } from "./messages.ts";
import { textsIn } from "./redis_reply.ts";

/** Lifetime of a queue after a search last joined it, in milliseconds. */
export const QUEUE_LIFETIME = 30 * MINUTE;

/** Interval at which waiting searches join their queues again, in milliseconds. */
export const REJOIN_INTERVAL = QUEUE_LIFETIME / 3;

/**
 * Lua functions for tickets and search requests. The node of a ticket follows from its number (`numbersFrom`). A value
 * that is not a search request counts as missing: an error would stop every search that finds it.
 */
const SEARCHES = `
  local waitingPrefix, queuePrefix = ARGV[1], ARGV[2]
  local function waitingKey(ticket)
    local node = math.floor((tonumber(ticket) or 0) / ${NUMBERS_A_NODE})
    return waitingPrefix .. string.format('%d', node)
  end
  local function hasType(values, expected)
    for _, value in ipairs(values) do
      if type(value) ~= expected then return false end
    end
    return true
  end
  local function isSearch(value)
    return type(value) == 'table' and type(value.mode) == 'string' and type(value.open) == 'boolean'
      and type(value.interests) == 'table' and hasType(value.interests, 'string')
      and type(value.recent) == 'table' and hasType(value.recent, 'number')
      and type(value.ticket) == 'number' and type(value.id) == 'number'
      and type(value.node) == 'number' and type(value.order) == 'number'
  end
  local function searchOf(ticket)
    local text = redis.call('HGET', waitingKey(ticket), ticket)
    local isJson, search = pcall(cjson.decode, text or '')
    if isJson and isSearch(search) then return search, text end
  end
  local function queuesOf(search)
    local queues = {}
    for _, interest in ipairs(search.interests) do
      queues[#queues + 1] = queuePrefix .. search.mode .. ':' .. interest
    end
    if search.open then queues[#queues + 1] = queuePrefix .. search.mode .. ':' end
    return queues
  end
  local function take(ticket)
    local search = searchOf(ticket)
    if not search then return end
    for _, queue in ipairs(queuesOf(search)) do redis.call('ZREM', queue, ticket) end
    redis.call('HDEL', waitingKey(ticket), ticket)
  end
`;

/** Replaces the search request of a ticket, and returns the fronts of its queues (`pool.ts`). */
const OFFER = new Script(`
  ${SEARCHES}
  local ticket, text, when = ARGV[3], ARGV[4], ARGV[8]
  local lookAhead, lifetime, queueLifetime = tonumber(ARGV[5]), ARGV[6], ARGV[7]
  local search = cjson.decode(text)
  local function has(list, id)
    for _, one in ipairs(list) do if one == id then return true end end
    return false
  end
  local fronts = {}
  local function look(queue)
    local passed, at = 0, 0
    while true do
      local other = redis.call('ZRANGE', queue, at, at)[1]
      if not other then return end
      local theirs, theirText = searchOf(other)
      if not theirs then
        redis.call('ZREM', queue, other)
      elseif theirs.id == search.id then
        at = at + 1
      else
        local met = has(search.recent, theirs.id) or has(theirs.recent, search.id)
        if not met or passed == 0 then fronts[#fronts + 1] = theirText end
        if not met then return end
        at, passed = at + 1, passed + 1
        if passed == lookAhead then return end
      end
    end
  end
  if when == 'if-waiting' and not searchOf(ticket) then return false end
  take(ticket)
  local queues = queuesOf(search)
  for _, queue in ipairs(queues) do look(queue) end
  redis.call('HSET', waitingKey(ticket), ticket, text)
  redis.call('PEXPIRE', waitingKey(ticket), lifetime)
  for _, queue in ipairs(queues) do
    redis.call('ZADD', queue, search.order, ticket)
    redis.call('PEXPIRE', queue, queueLifetime)
  end
  return fronts
`);

const WITHDRAW = new Script(`
  ${SEARCHES}
  take(ARGV[3])
`);

const CLAIM = new Script(`
  ${SEARCHES}
  local a, b = ARGV[3], ARGV[4]
  if a == b or not searchOf(a) or not searchOf(b) then return 0 end
  take(a)
  take(b)
  return 1
`);

/** Later offers remove the tickets that are left in queues. */
const FORGET = new Script(`
  local waitingPrefix, node = ARGV[1], ARGV[3]
  redis.call('DEL', waitingPrefix .. node)
`);

export interface RedisPoolOptions {
  readonly link: Pick<RedisClient, "run">;
  /** Throws if this node lacks the current secret. */
  readonly keys: () => ClusterKeys;
}

/** The shared pool, as one node uses it. */
export class RedisPool {
  readonly #options: RedisPoolOptions;

  constructor(options: RedisPoolOptions) {
    this.#options = options;
  }

  /** Adds a search. Resolves to a few others, the best partner among them. */
  async offer(
    request: SearchRequest,
    when: "always" | "if-waiting" = "always",
  ): Promise<SearchRequest[] | "taken"> {
    const limits = [LOOK_AHEAD, LIFETIME, QUEUE_LIFETIME].map(String);
    const text = JSON.stringify(this.encode(request));
    const fronts = await this.#run(OFFER, `${request.ticket}`, text, ...limits, when);
    if (fronts === null) return "taken";
    const searches = (textsIn(fronts) ?? []).map(parseSearch);
    return searches.flatMap((search) => search ? [this.#decode(search, request)] : []);
  }

  async withdraw({ ticket }: SearchRequest): Promise<void> {
    await this.#run(WITHDRAW, `${ticket}`);
  }

  /** Takes both searches or neither. */
  async claim(a: SearchRequest, b: SearchRequest): Promise<boolean> {
    return await this.#run(CLAIM, `${a.ticket}`, `${b.ticket}`) === 1;
  }

  /** Removes all searches of `node`. */
  async forget(node: NodeId): Promise<void> {
    await this.#run(FORGET, `${node}`);
  }

  /** The search request as other nodes may see it. */
  encode(request: SearchRequest): EncodedSearch {
    const interests = request.interests.map((interest) => this.#pseudonym(interest));
    return { ...request, interests };
  }

  /** The interests of `own` whose pseudonyms are in `pseudonyms`. */
  shared(own: SearchRequest, pseudonyms: readonly string[]): string[] {
    return own.interests.filter((interest) => pseudonyms.includes(this.#pseudonym(interest)));
  }

  /** The search request of another session, with only the interests that `reader` shares, in plain text. */
  #decode(encoded: EncodedSearch, reader: SearchRequest): SearchRequest {
    return { ...encoded, interests: this.shared(reader, encoded.interests) };
  }

  #pseudonym(interest: string): string {
    return this.#options.keys().pseudonym("interest", interest);
  }

  #run(script: Script, ...args: string[]): Promise<unknown> {
    const { link } = this.#options;
    return link.run(script, [], [`${PREFIX}waiting:`, `${PREFIX}queue:`, ...args]);
  }
}
