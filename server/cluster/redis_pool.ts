/**
 * The pool of searches, shared by all nodes. It is the pool of `pool.ts`, kept in Redis:
 *
 *   waiting:NODE         hash: ticket -> search request (an EncodedSearch); expires with its node
 *   line:MODE:           sorted set: tickets of open searches, in order of arrival
 *   line:MODE:INTEREST   sorted set: tickets of searches with that interest
 *
 * Redis stores and claims. `policy.ts` chooses the partner, on the node of the searching session. An offer joins its
 * queues and reads their fronts in one step, so if two start at the same moment, one sees the other. A claim takes two
 * searches or none, so no search is claimed twice. A ticket whose search request is missing (paired, withdrawn, its
 * node down) is removed from a queue when a later offer finds it.
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
import type { EncodedSearch } from "./messages.ts";

/** Lifetime of a queue after a search last joined it, in milliseconds. */
export const LINE_LIFETIME = 30 * MINUTE;

/** Interval at which waiting searches join their queues again, in milliseconds. */
export const REJOIN_INTERVAL = LINE_LIFETIME / 3;

/** Lua functions for tickets and search requests. The node of a ticket follows from its number (`numbersFrom`). */
const WISHES = `
  -- ARGV[1] and ARGV[2] are what keys of waiting people and of lines begin with.
  local function waitingKey(ticket)
    return ARGV[1] .. string.format('%d', math.floor(tonumber(ticket) / ${NUMBERS_A_NODE}))
  end
  local function wishOf(ticket)
    local text = redis.call('HGET', waitingKey(ticket), ticket)
    return text and cjson.decode(text), text
  end
  local function linesOf(wish)
    local lines = {}
    for _, interest in ipairs(wish.interests) do
      lines[#lines + 1] = ARGV[2] .. wish.mode .. ':' .. interest
    end
    if wish.open then lines[#lines + 1] = ARGV[2] .. wish.mode .. ':' end
    return lines
  end
  local function take(ticket)
    local wish = wishOf(ticket)
    if not wish then return end
    for _, line in ipairs(linesOf(wish)) do redis.call('ZREM', line, ticket) end
    redis.call('HDEL', waitingKey(ticket), ticket)
  end
`;

/** Replaces the search request of a ticket, and returns the fronts of its queues (`pool.ts`). */
const OFFER = new Script(`
  ${WISHES}
  local ticket, wish = ARGV[3], cjson.decode(ARGV[4])
  local lookAhead, lifetime, lineLifetime = tonumber(ARGV[5]), ARGV[6], ARGV[7]
  local function has(list, id)
    for _, one in ipairs(list) do if one == id then return true end end
    return false
  end
  local fronts = {}
  local function look(line)
    local passed, at = 0, 0
    while true do
      local other = redis.call('ZRANGE', line, at, at)[1]
      if not other then return end
      local theirs, text = wishOf(other)
      if not theirs then
        redis.call('ZREM', line, other)
      elseif theirs.id == wish.id then
        at = at + 1
      else
        local met = has(wish.recent, theirs.id) or has(theirs.recent, wish.id)
        if not met or passed == 0 then fronts[#fronts + 1] = text end
        if not met then return end
        at, passed = at + 1, passed + 1
        if passed == lookAhead then return end
      end
    end
  end
  if ARGV[8] == 'again' and not wishOf(ticket) then return false end
  take(ticket)
  local lines = linesOf(wish)
  for _, line in ipairs(lines) do look(line) end
  redis.call('HSET', waitingKey(ticket), ticket, ARGV[4])
  redis.call('PEXPIRE', waitingKey(ticket), lifetime)
  for _, line in ipairs(lines) do
    redis.call('ZADD', line, wish.order, ticket)
    redis.call('PEXPIRE', line, lineLifetime)
  end
  return fronts
`);

const WITHDRAW = new Script(`${WISHES} take(ARGV[3])`);

const CLAIM = new Script(`
  ${WISHES}
  local a, b = ARGV[3], ARGV[4]
  if a == b or not wishOf(a) or not wishOf(b) then return 0 end
  take(a)
  take(b)
  return 1
`);

/** Later offers remove the tickets that are left in queues. */
const FORGET = new Script(`redis.call('DEL', ARGV[1] .. ARGV[3])`);

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
  async offer(request: SearchRequest, how: "anew" | "again"): Promise<SearchRequest[] | "taken"> {
    const written = this.write(request);
    const limits = [LOOK_AHEAD, LIFETIME, LINE_LIFETIME].map(String);
    const text = JSON.stringify(written);
    const fronts = await this.#run(OFFER, `${request.ticket}`, text, ...limits, how);
    if (fronts === null) return "taken";
    return (fronts as string[]).map((text) => this.#read(JSON.parse(text), request));
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
  write(request: SearchRequest): EncodedSearch {
    return { ...request, interests: request.interests.map((interest) => this.#name(interest)) };
  }

  /** The interests of `own` whose pseudonyms are in `written`. */
  shared(own: SearchRequest, written: readonly string[]): string[] {
    return own.interests.filter((interest) => written.includes(this.#name(interest)));
  }

  /** The search request of another session, with only the interests that `reader` shares, in plain text. */
  #read(written: EncodedSearch, reader: SearchRequest): SearchRequest {
    return { ...written, interests: this.shared(reader, written.interests) };
  }

  #name(interest: string): string {
    return this.#options.keys().pseudonym("interest", interest);
  }

  #run(script: Script, ...args: string[]): Promise<unknown> {
    const { link } = this.#options;
    return link.run(script, [], [`${PREFIX}waiting:`, `${PREFIX}line:`, ...args]);
  }
}
