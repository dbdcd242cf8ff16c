/**
 * What all nodes together know of an address: its connections, how fast it connects and searches, which addresses
 * reported it, and whether it is blocked. In Redis it is one hash, under a pseudonym that only the nodes can compute
 * (`keys.ts`):
 *
 *   address:NAME    n:NODE connections there · c f s buckets · b, cause blocked until · r:NAME reported by ·
 *                   w:PERIOD credit spent on reports
 *
 * The hash expires as a whole, and no later than an entry of the registry: within the retention of the last attempt or
 * disconnection (promise P1). While an address is connected, its node refreshes the hash from time to time. Reports do
 * not extend its life.
 *
 * Each script gets the key of the address as KEYS[1], the key of the nodes (`membership.ts`) as KEYS[2], and:
 *
 *   script       arguments, in order
 *   ATTEMPT      node · lifetime · burst and rate of connections · burst and rate of refusals · time of a block ·
 *                maximum number of connections · connections to the node · "expected" or "offence"
 *   CONNECTED    node · lifetime · connections to the node · "news" or "old" · prefix of the keys of addresses
 *   SEARCH       burst and rate of searches
 *   BLOCK        cause · time of the block
 *   REPORT       NAME of the reporter · weight · how long a report counts · threshold · time of a block · maximum
 *                number of reports · prefix of the keys of addresses · required sum of weights · maximum credit ·
 *                its period; KEYS[3] is the key of the reporter
 *
 * Times are in milliseconds, rates per minute. A field that is not a number counts as 0.
 *
 * A bucket is one number, the time at which it will be full again (GCRA, as in ITU-T I.371). This is the token bucket
 * of `token_bucket.ts` in another form. Each node's limits apply as well, and they alone while Redis can't be reached.
 */

import * as v from "valibot";
import {
  type BlockReason,
  type ClusterVerdict,
  MAX_REPORTS,
  REPORT_BLOCK_TIME,
  REPORT_TIME,
  type SharedAttempt,
  type SharedRecord,
} from "../admission/address_record.ts";
import type { Address } from "../admission/address.ts";
import { MINUTE } from "../base/clock.ts";
import { MAX_CREDIT, PERIOD } from "../admission/reputation.ts";
import { FLOOD_BLOCK_TIME } from "../limits/rate_limits.ts";
import type { NodeId } from "../ids.ts";
import type { Rate } from "../base/token_bucket.ts";
import type { Bus } from "./bus.ts";
import type { ClusterKeys } from "./keys.ts";
import { NODES, NOW } from "./membership.ts";
import { PREFIX, type RedisClient, Script } from "./redis_client.ts";
import { checked, count } from "../base/schema.ts";
import { countIn } from "./redis_reply.ts";

/** Words that scripts return, typed, so that a renamed one can't be missed there. */
const ALLOWED = "allowed" satisfies ClusterVerdict["kind"];
const TOO_FAST = "too-fast" satisfies ClusterVerdict["kind"];
const BLOCKED = "blocked" satisfies ClusterVerdict["kind"];
const FLOODING = "flooding" satisfies BlockReason;
const REPORTED = "reported" satisfies BlockReason;

const ADDRESS = `
  ${NOW}
  local address = KEYS[1]
  local function get(field) return tonumber(redis.call('HGET', address, field)) or 0 end
  local function set(field, value) redis.call('HSET', address, field, value) end
  local function take(field, burst, perMinute)
    local interval = ${MINUTE} / perMinute
    local full = math.max(get(field), now) + interval
    local wait = full - now - burst * interval
    if wait > 0 then return math.ceil(wait) end
    set(field, string.format('%.3f', full))
    return 0
  end
  local function block(cause, time)
    local till = now + time
    if till > get('b') then
      set('b', till)
      set('cause', cause)
    end
    return get('b') - now
  end
  local function connections(except)
    local sum = 0
    for _, node in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
      if node ~= except then sum = sum + get('n:' .. node) end
    end
    return sum
  end
`;

/**
 * Returns the verdict, its duration, the number of connections to other nodes, and the reason. Without room for another
 * connection it takes no token.
 */
const ATTEMPT = new Script(`
  ${ADDRESS}
  local node, lifetime, burst, rate, refusalBurst, refusalRate, blockTime, places, here, kind = unpack(ARGV)
  set('seen', now)
  redis.call('PEXPIRE', address, lifetime)
  local elsewhere = connections(node)
  local blocked = get('b') - now
  if blocked > 0 then return { '${BLOCKED}', blocked, elsewhere, redis.call('HGET', address, 'cause') } end
  if here + elsewhere >= tonumber(places) then return { '${ALLOWED}', 0, elsewhere, '' } end
  local wait = take('c', burst, rate)
  if wait == 0 then return { '${ALLOWED}', 0, elsewhere, '' } end
  if kind == 'expected' or take('f', refusalBurst, refusalRate) == 0 then return { '${TOO_FAST}', wait, elsewhere, '' } end
  return { '${BLOCKED}', block('${FLOODING}', blockTime), elsewhere, '${FLOODING}' }
`);

/** What {@linkcode ATTEMPT} returns. Only a block has a reason. */
const attemptReply = v.tuple([
  v.picklist([ALLOWED, TOO_FAST, BLOCKED]),
  count,
  count,
  v.fallback(v.picklist([FLOODING, REPORTED]), FLOODING),
]);

/**
 * Sets the number of connections to this node, and returns the number on all nodes. Also drops reports by addresses
 * that are no longer known.
 */
const CONNECTED = new Script(`
  ${ADDRESS}
  local node, lifetime, here, news, prefix = unpack(ARGV)
  local field = 'n:' .. node
  if here ~= '0' then set(field, here) end
  local hasLeft = here == '0' and redis.call('HDEL', address, field) == 1
  if here ~= '0' or hasLeft and news == 'news' then redis.call('PEXPIRE', address, lifetime) end
  for _, known in ipairs(redis.call('HKEYS', address)) do
    local name = string.match(known, '^r:(.*)')
    if name and redis.call('EXISTS', prefix .. name) == 0 then
      redis.call('HDEL', address, known)
    end
  end
  return connections('')
`);

const SEARCH = new Script(`
  ${ADDRESS}
  if redis.call('EXISTS', address) == 0 then return 0 end
  return take('s', ARGV[1], ARGV[2])
`);

const BLOCK = new Script(`
  ${ADDRESS}
  if redis.call('EXISTS', address) == 1 then block(ARGV[1], ARGV[2]) end
`);

/** Returns for how long the address is blocked because of this; 0 if it isn't. KEYS[3] is the reporting address. */
const REPORT = new Script(`
  ${ADDRESS}
  if redis.call('EXISTS', address) == 0 or redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
  local by, weight, oldest = ARGV[1], tonumber(ARGV[2]), now - ARGV[3]
  local threshold, time, most, prefix = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), ARGV[7]
  local function parsed(report)
    local weighs, at = string.match(report or '', '^(%S+) (%S+)')
    return tonumber(weighs) or 0, tonumber(at) or 0
  end
  local required, credit, period = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
  local function spend(wanted)
    local current = math.floor(now / period)
    local function spent(at) return tonumber(redis.call('HGET', KEYS[3], 'w:' .. at)) or 0 end
    local granted = math.max(0, math.min(wanted, credit - spent(current) - spent(current - 1)))
    redis.call('HSET', KEYS[3], 'w:' .. current, spent(current) + granted)
    redis.call('HDEL', KEYS[3], 'w:' .. current - 2)
    return granted
  end
  local _, since = parsed(redis.call('HGET', address, 'r:' .. by))
  if since <= oldest then set('r:' .. by, spend(weight) .. ' ' .. now) end
  local reporters, sum, fields = 0, 0, redis.call('HGETALL', address)
  for i = 1, #fields, 2 do
    local name = string.match(fields[i], '^r:(.*)')
    if name then
      local weighs, at = parsed(fields[i + 1])
      local counts = at > oldest and weighs > 0 and reporters < most
      if counts and redis.call('EXISTS', prefix .. name) == 1 then
        reporters, sum = reporters + 1, sum + weighs
      else
        redis.call('HDEL', address, fields[i])
      end
    end
  end
  if reporters < threshold or sum < required then return 0 end
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'r:' then redis.call('HDEL', address, fields[i]) end
  end
  return block('${REPORTED}', time)
`);

export interface SharedAddressesOptions {
  readonly link: Pick<RedisClient, "run">;
  readonly bus: Pick<Bus, "broadcast">;
  readonly node: NodeId;
  readonly keys: () => ClusterKeys | undefined;
  /** Minimum number of reporting addresses for a block. */
  readonly threshold: number;
  /** How long an address is kept after its last attempt, in milliseconds. */
  readonly lifetime: number;
}

/** The shared records of addresses. */
export class SharedAddresses {
  readonly #options: SharedAddressesOptions;

  constructor(options: SharedAddressesOptions) {
    this.#options = options;
  }

  /** The record of `address`; `undefined` if this node lacks the current secret. */
  of(address: Address): SharedRecord | undefined {
    const keys = this.#options.keys();
    if (keys === undefined) return undefined;
    return new RedisAddressRecord(
      keys.pseudonym("address", address),
      keys.fingerprint,
      this.#options,
    );
  }
}

class RedisAddressRecord implements SharedRecord {
  readonly name: string;
  readonly keyId: string;
  readonly #options: SharedAddressesOptions;

  constructor(name: string, keyId: string, options: SharedAddressesOptions) {
    this.name = name;
    this.keyId = keyId;
    this.#options = options;
  }

  async attempt(
    { rates: { connections, refusals }, places, here, isExpected }: SharedAttempt,
  ): Promise<ClusterVerdict | undefined> {
    const { node, lifetime } = this.#options;
    const rates = [connections, refusals].flatMap(burstAndRate);
    const offence = isExpected ? "expected" : "offence";
    const block = Math.min(FLOOD_BLOCK_TIME, lifetime);
    const args = [node, lifetime, ...rates, block, places, here, offence];
    const reply = checked(attemptReply, await this.#run(ATTEMPT, args));
    if (reply === undefined) return undefined;
    const [kind, wait, elsewhere, cause] = reply;
    return { kind, wait, elsewhere, cause };
  }

  async connected(here: number, isNews: boolean): Promise<number> {
    const { node, lifetime } = this.#options;
    const args = [node, lifetime, here, isNews ? "news" : "old", `${PREFIX}address:`];
    return countIn(await this.#run(CONNECTED, args)) ?? here;
  }

  async search(rate: Rate): Promise<number> {
    return countIn(await this.#run(SEARCH, burstAndRate(rate))) ?? 0;
  }

  async block(cause: BlockReason, wait: number): Promise<void> {
    await this.#run(BLOCK, [cause, wait]);
    this.#broadcastBlock(cause, wait);
  }

  async report(by: string, weight: number, required: number): Promise<void> {
    const { threshold, lifetime } = this.#options;
    const [oldest, time] = [REPORT_TIME, REPORT_BLOCK_TIME].map((ms) => Math.min(ms, lifetime));
    const limits = [oldest!, threshold, time!, MAX_REPORTS];
    const args = [by, weight, ...limits, `${PREFIX}address:`, required, MAX_CREDIT, PERIOD];
    const wait = countIn(await this.#run(REPORT, args, [`address:${by}`])) ?? 0;
    if (wait > 0) this.#broadcastBlock("reported", wait);
  }

  #broadcastBlock(cause: BlockReason, wait: number): void {
    this.#options.bus.broadcast({ type: "blocked", name: this.name, cause, wait });
  }

  #run(
    script: Script,
    args: readonly (string | number)[],
    more: readonly string[] = [],
  ): Promise<unknown> {
    const keys = [`address:${this.name}`, NODES, ...more];
    return this.#options.link.run(script, keys, args.map(String));
  }
}

function burstAndRate({ burst, perMinute }: Rate): [number, number] {
  return [burst, perMinute];
}
