/**
 * The pool of people who wait, shared by all machines. It is the pool of `pool.ts`, kept in Redis:
 *
 *   waiting:NODE         hash: ticket -> what is wished (a WrittenWish); gone with its machine
 *   line:MODE:           sorted set: tickets of the open, by their order of arrival
 *   line:MODE:INTEREST   sorted set: tickets of those with that interest
 *
 * Redis arranges and takes; whom to take is `policy.ts`'s to say, on the machine of whoever looks. An offer names the
 * fronts of the lines that concern it, in one step with joining them, so of two who come at once one sees the other. A
 * claim takes two or none, so nobody is ever taken twice. A ticket in a line whose wish is gone (paired, withdrawn, its
 * machine dead) is dropped by whoever comes past.
 *
 * What is written is no one's words: interests are names that only the machines can make. Everything lives for a short
 * while only, and the machines write it again as long as it is true.
 */

import { MINUTE } from "../base/clock.ts";
import type { SearchRequest } from "../matching/policy.ts";
import { type NodeId, NUMBERS_A_NODE } from "../ids.ts";
import { LOOK_AHEAD } from "../matching/pool.ts";
import type { ClusterKeys } from "./keys.ts";
import { LIFETIME } from "./membership.ts";
import { PREFIX, type RedisClient, Script } from "./redis_client.ts";
import type { EncodedSearch } from "./messages.ts";

/** How long a line lives after somebody last joined it, in milliseconds. */
export const LINE_LIFETIME = 30 * MINUTE;

/** How often those who wait join their lines again, in milliseconds. */
export const REJOIN_INTERVAL = LINE_LIFETIME / 3;

/** Tickets and wishes; a ticket tells its machine, whose numbers begin where `numbersFrom` says. */
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

/** Puts a wish in the place of what its ticket wished before, and answers the fronts of its lines (`pool.ts`). */
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

/** Tickets without a wish are dropped from their lines by whoever comes past. */
const FORGET = new Script(`redis.call('DEL', ARGV[1] .. ARGV[3])`);

/** What a pool needs. */
export interface RedisPoolOptions {
  readonly link: Pick<RedisClient, "run">;
  /** Throws before there is agreement. */
  readonly keys: () => ClusterKeys;
}

/** The shared pool, as one machine uses it. */
export class RedisPool {
  readonly #options: RedisPoolOptions;

  constructor(options: RedisPoolOptions) {
    this.#options = options;
  }

  /** Lets a wish wait; the answer is a few people among whom its best partner is. */
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

  /** Takes both or neither. */
  async claim(a: SearchRequest, b: SearchRequest): Promise<boolean> {
    return await this.#run(CLAIM, `${a.ticket}`, `${b.ticket}`) === 1;
  }

  /** Lets nobody of `node` wait any more. */
  async forget(node: NodeId): Promise<void> {
    await this.#run(FORGET, `${node}`);
  }

  /** A wish as other machines may see it. */
  write(request: SearchRequest): EncodedSearch {
    return { ...request, interests: request.interests.map((interest) => this.#name(interest)) };
  }

  /** The interests of `own` that are among the names `written`. */
  shared(own: SearchRequest, written: readonly string[]): string[] {
    return own.interests.filter((interest) => written.includes(this.#name(interest)));
  }

  /** Another's wish, with those of its interests in clear that the reader has, too. */
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
