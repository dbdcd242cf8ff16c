/**
 * The pool of `matching/pool.ts` as a script that Redis runs, with the policy of `matching/policy.ts`. It decides and
 * takes in one step, so two searches that start at the same moment on two nodes can't miss each other, and none is
 * taken twice:
 *
 *   {pool}:waiting:NODE            hash: ticket -> search request (an EncodedSearch); expires with its node
 *   {pool}:place:SUITE:MODE:...    text: the ticket of the search in this place (`pool.ts`)
 *   {pool}:place:MODE:...          the same, for the first suite
 *
 * One call carries everything that a node has to say in one turn of the event loop. For each offered search, the reply
 * contains `waiting`, `taken`, or the ticket of its partner. If the partner is on another node, the script publishes
 * that on the channel of that node (`bus.ts`), so it learns of the pair as early as the node that called.
 *
 * A ticket whose search request is missing (paired, withdrawn, its node down) or malformed doesn't count: its place is
 * free. An error would stop every search that finds it.
 *
 * Nodes of the previous release share these keys during a rolling update. They know no suites: what they store has the
 * first one, and they look only into its places. So pages of that release meet on all nodes, and no node pairs them with
 * newer pages.
 *
 * All keys contain the same hash tag, so they are in one slot of a Redis Cluster. KEYS[1] is only their prefix.
 */

import { UNNAMED_SUITES } from "../../protocol.ts";
import { type NodeId, NUMBERS_A_NODE } from "../ids.ts";
import { PAIR_KIND } from "./bus.ts";
import { Script } from "./redis_client.ts";

/** The prefix of all keys of the pool. A release whose script can't share the pool with this one changes it. */
export const POOL = "{pool}:";

/** The key of the searches of a node. */
export function waitingKey(node: NodeId): string {
  return `${POOL}waiting:${node}`;
}

/** The policy. A test compares it with `matching/policy.ts`. */
const POLICY = `
  local function has(list, one)
    for _, other in ipairs(list) do if other == one then return true end end
    return false
  end
  local function shared(a, b)
    local count = 0
    for _, one in ipairs(a) do if has(b, one) then count = count + 1 end end
    return count
  end
  local function accepts(search, language, interest)
    if search.step == 'anyone' then return true end
    if search.step == 'either' then return language or interest end
    return (#search.languages == 0 or language) and (#search.interests == 0 or interest)
  end
  local function rankOf(own, other)
    if other.id == own.id or other.mode ~= own.mode or shared(own.suites, other.suites) == 0 then return end
    local language = shared(own.languages, other.languages) > 0
    local interests = shared(own.interests, other.interests)
    if not accepts(own, language, interests > 0) or not accepts(other, language, interests > 0) then return end
    local met = has(own.recent, other.id) or has(other.recent, own.id)
    return { met and 1 or 0, language and 0 or 1, -interests, other.order, other.ticket }
  end
  local function isLower(a, b)
    for i, number in ipairs(a) do
      if number ~= b[i] then return number < b[i] end
    end
    return false
  end
  local function choose(own, others)
    local best, bestRank
    for _, other in ipairs(others) do
      local rank = rankOf(own, other)
      if rank and (not best or isLower(rank, bestRank)) then best, bestRank = other, rank end
    end
    return best
  end
`;

/** The suite of searches that name none, and of all searches of the previous release. */
const [UNNAMED] = UNNAMED_SUITES;

/** Search requests and their places. The node of a ticket follows from its number (`numbersFrom`). */
const SEARCHES = `
  local function nodeOf(ticket)
    return string.format('%d', math.floor((tonumber(ticket) or 0) / ${NUMBERS_A_NODE}))
  end
  local function waitingKey(ticket) return pool .. 'waiting:' .. nodeOf(ticket) end
  local function isList(values, expected)
    if type(values) ~= 'table' then return false end
    for _, value in ipairs(values) do
      if type(value) ~= expected then return false end
    end
    return true
  end
  local function isSearch(value)
    return type(value) == 'table' and type(value.mode) == 'string' and type(value.step) == 'string'
      and isList(value.interests, 'string') and isList(value.languages, 'string')
      and isList(value.recent, 'number') and type(value.ticket) == 'number' and type(value.id) == 'number'
      and type(value.node) == 'number' and type(value.order) == 'number'
      and (value.suites == nil or isList(value.suites, 'number'))
  end
  local function searchOf(ticket)
    local text = redis.call('HGET', waitingKey(ticket), ticket)
    local isJson, search = pcall(cjson.decode, text or '')
    if not isJson or not isSearch(search) then return end
    search.suites = search.suites or { ${UNNAMED} }
    return search
  end
  local function addPlaces(places, search, suite)
    local prefix = pool .. 'place:' .. (suite == ${UNNAMED} and '' or string.format('%d:', suite)) .. search.mode .. ':'
    local function add(name) places[#places + 1] = prefix .. name end
    if search.step == 'anyone' then add('anyone') end
    if search.step ~= 'exact' or #search.interests == 0 then
      for _, language in ipairs(search.languages) do add('language:' .. language) end
    end
    if search.step ~= 'exact' or #search.languages == 0 then
      for _, interest in ipairs(search.interests) do add('interest:' .. interest) end
    end
    for _, language in ipairs(search.languages) do
      for _, interest in ipairs(search.interests) do add('both:' .. language .. ':' .. interest) end
    end
  end
  local function placesOf(search)
    local places = {}
    for _, suite in ipairs(search.suites) do addPlaces(places, search, suite) end
    return places
  end
  local function ticketsIn(places)
    if #places == 0 then return {} end
    return redis.call('MGET', unpack(places))
  end
  local function take(ticket)
    local search = searchOf(ticket)
    redis.call('HDEL', waitingKey(ticket), ticket)
    if not search then return end
    local places = placesOf(search)
    for i, holder in ipairs(ticketsIn(places)) do
      if holder == ticket then redis.call('DEL', places[i]) end
    end
  end
  local function neighbors(places)
    local found, seen = {}, {}
    for _, ticket in ipairs(ticketsIn(places)) do
      if ticket and not seen[ticket] then
        seen[ticket] = true
        local search = searchOf(ticket)
        if search then
          search.key = ticket
          found[#found + 1] = search
        end
      end
    end
    return found
  end
`;

/**
 * Does the work of one batch: for each operation its kind, its ticket, and the search request if it is an offer. With
 * the first line, a Redis Cluster refuses access to keys of several slots.
 */
export const POOL_SCRIPT = new Script(`#!lua
  local pool, channels, lifetime, placeLifetime = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
  ${POLICY}
  ${SEARCHES}
  local notices = {}
  local function notify(ticket, text)
    local body = '{"ticket":' .. ticket .. ',"request":' .. text .. '}'
    local node = nodeOf(ticket)
    notices[node] = (notices[node] or '') .. struct.pack('>I4B', 1 + #body, ${PAIR_KIND}) .. body
  end
  local function add(ticket, text, places)
    redis.call('HSET', waitingKey(ticket), ticket, text)
    redis.call('PEXPIRE', waitingKey(ticket), lifetime)
    for _, place in ipairs(places) do redis.call('SET', place, ticket, 'PX', placeLifetime) end
  end
  local function offer(kind, ticket, text)
    if kind == 'if-waiting' and not searchOf(ticket) then return 'taken' end
    take(ticket)
    local own = cjson.decode(text)
    local places = placesOf(own)
    local others = neighbors(places)
    local partner = choose(own, others)
    if not partner then
      for _, older in ipairs(others) do if older.id == own.id then take(older.key) end end
      add(ticket, text, places)
      return 'waiting'
    end
    take(partner.key)
    if nodeOf(partner.key) ~= nodeOf(ticket) then notify(partner.key, text) end
    return partner.key
  end
  local outcomes = {}
  for at = 4, #ARGV, 3 do
    local kind, ticket, text = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    if kind == 'withdraw' then take(ticket) end
    outcomes[#outcomes + 1] = kind == 'withdraw' and 'withdrawn' or offer(kind, ticket, text)
  end
  for node, batch in pairs(notices) do redis.call('PUBLISH', channels .. node, batch) end
  return outcomes
`);
