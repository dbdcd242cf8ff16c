/**
 * Which nodes are up. Every {@linkcode NODE_HEARTBEAT_INTERVAL} each node reports that it is up and how many sessions
 * are connected to it, and receives the same about the others. A node not heard from within {@linkcode LIFETIME} is
 * considered down. Its searches are removed from the pool automatically, because they are under a key that expires, and
 * chats with its sessions end.
 *
 *               heartbeat answered           heartbeat failed, or connection lost
 *   down ───────────────────────> up ───────────────────────────────────────────> down ──(LIFETIME)──> others are down
 *
 * A Redis that has restarted knows no node, so its answer must not be trusted immediately. It has a new epoch, and
 * every node known before gets {@linkcode LIFETIME} to report again. A node that can't reach Redis for that long must
 * assume that the others consider it down, and considers them down, too.
 *
 * A node that joins tells the others directly, without waiting for their next heartbeat (`seen`). Its sessions may chat
 * with ours before then, and it may also be down again before then.
 *
 * All times are Redis's, so the clocks of the nodes need not agree.
 */

import * as v from "valibot";
import { type Clock, SECOND } from "../base/clock.ts";
import { checked, count } from "../base/schema.ts";
import type { NodeId } from "../ids.ts";
import { FINGERPRINT_KEY } from "./key_exchange.ts";
import { isNodeId } from "./message_schema.ts";
import { waitingKey } from "./pool_script.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** Interval between heartbeats, in milliseconds. */
export const NODE_HEARTBEAT_INTERVAL = 1.5 * SECOND;

/** Silence after which a node is considered down, in milliseconds. */
export const LIFETIME = 6 * SECOND;

/** Number of heartbeats in a row that report too few searches before the searches are offered again. */
const MAX_SHORT_HEARTBEATS = 2;

/** Key of the nodes, sorted by when they were last heard from. */
export const NODES = "nodes";
const ONLINE = "online";
const EPOCH = "epoch";

/** Redis's time in milliseconds; other scripts use this, too. */
export const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Returns each node with its number of sessions, the number of searches of this node, and the epoch. */
const HEARTBEAT = new Script(`
  ${NOW}
  local nodes, online, waiting, epoch, owner = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
  local node, sessions, lifetime, instance = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
  redis.call('SET', owner, instance, 'NX')
  if redis.call('GET', owner) ~= instance then return false end
  redis.call('PEXPIRE', owner, lifetime)
  redis.call('ZADD', nodes, now, node)
  redis.call('HSET', online, node, sessions)
  for _, silent in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', now - lifetime)) do
    redis.call('ZREM', nodes, silent)
    redis.call('HDEL', online, silent)
  end
  redis.call('SET', epoch, now, 'NX')
  for _, key in ipairs({ nodes, online, waiting, epoch }) do
    redis.call('PEXPIRE', key, lifetime)
  end
  return { redis.call('HGETALL', online), redis.call('HLEN', waiting), redis.call('GET', epoch) }
`);

/** What {@linkcode HEARTBEAT} returns. */
const heartbeatReply = v.tuple([v.array(v.string()), count, v.string()]);

const LEAVE = new Script(`
  local nodes, online, waiting, owner, fingerprint = KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6]
  local node = ARGV[1]
  redis.call('ZREM', nodes, node)
  redis.call('HDEL', online, node)
  redis.call('DEL', waiting, owner)
  if redis.call('ZCARD', nodes) == 0 then redis.call('DEL', fingerprint) end -- No node has the secret now.
`);

export interface MembershipOptions {
  readonly link: Pick<RedisClient, "run" | "isReady">;
  readonly node: NodeId;
  /** Distinguishes this node from another one with the same number. */
  readonly instanceId: string;
  readonly clock: Pick<Clock, "now">;
  /** Number of sessions connected to this node. */
  readonly here: () => number;
  /** Runs before each heartbeat. The node is not up if this throws or resolves to `false`. */
  readonly prepare: () => Promise<boolean>;
  readonly onConnected: () => void;
  readonly onDisconnected: () => void;
  /** Another node has the same number. */
  readonly onTaken: () => void;
  /** A heartbeat was answered, or could not be. */
  readonly onAnswered?: () => void;
  readonly onFailed?: (error: unknown) => void;
  /** A node is considered down. */
  readonly onGone: (node: NodeId) => void;
  /** Number of searches of this node that Redis should have. */
  readonly waitingHere: () => number;
  /** Redis lacks some of them: it lost its data, or a node that had taken one is down. */
  readonly onForgotten: () => void;
}

/** The nodes of a cluster, as one of them sees them. */
export class Membership {
  readonly #options: MembershipOptions;
  /** Number of connected sessions of each other node. */
  #others = new Map<NodeId, number>();
  #isUp = false;
  #downSince: number;
  #epoch = "";
  /** Number of heartbeats in a row that reported too few searches. */
  #shortHeartbeats = 0;
  #isTaken = false;
  /** Until then, a missing node is not considered down. */
  #graceEnds = 0;
  #heartbeat: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#downSince = options.clock.now();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Number of sessions connected to other nodes. */
  get online(): number {
    return this.#others.values().reduce((sum, online) => sum + online, 0);
  }

  get others(): number {
    return this.#others.size;
  }

  /** Another node is up, even if Redis has not reported it yet. */
  seen(node: NodeId): void {
    if (node !== this.#options.node && !this.#others.has(node)) this.#others.set(node, 0);
  }

  /** Sends a heartbeat. An interval task, every {@linkcode NODE_HEARTBEAT_INTERVAL}. A second call joins the first. */
  heartbeat(): Promise<void> {
    this.#heartbeat ??= this.#tryHeartbeat().finally(() => this.#heartbeat = undefined);
    return this.#heartbeat;
  }

  /** The connection to Redis is lost. */
  lost(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#downSince = this.#options.clock.now();
    this.#options.onDisconnected();
  }

  /** Tells Redis that this node is gone. */
  async leave(): Promise<void> {
    const { link, node } = this.#options;
    if (this.#isUp) await link.run(LEAVE, this.#keys, [`${node}`]).catch(() => {}); // Otherwise it expires.
    this.#isUp = false;
  }

  get #keys(): string[] {
    const { node } = this.#options;
    return [NODES, ONLINE, waitingKey(node), EPOCH, `owner:${node}`, FINGERPRINT_KEY];
  }

  async #tryHeartbeat(): Promise<void> {
    try {
      const { link, prepare } = this.#options;
      if (!link.isReady || !await prepare()) return this.#missed();
      await this.#sendHeartbeat();
    } catch (error) {
      this.#options.onFailed?.(error);
      this.#missed();
    }
  }

  async #sendHeartbeat(): Promise<void> {
    const { link, node, instanceId, here } = this.#options;
    const args = [`${node}`, `${here()}`, `${LIFETIME}`, instanceId];
    const knownBefore = new Set(this.#others.keys());
    const reply = await link.run(HEARTBEAT, this.#keys, args);
    if (reply === null) return this.#taken();
    if (!link.isReady) return this.lost(); // The connection was lost during the request.
    const state = checked(heartbeatReply, reply);
    if (state === undefined) return this.#missed();
    const [online, searches, epoch] = state;
    this.#update(onlineByNode(online), epoch, knownBefore);
    this.#answered(searches);
  }

  #answered(searches: number): void {
    this.#options.onAnswered?.();
    const wasUp = this.#isUp;
    this.#isUp = true;
    if (!wasUp) this.#options.onConnected();
    else this.#checkSearches(searches);
  }

  /** Reported once. It ends automatically if the other node leaves. */
  #taken(): void {
    this.#missed();
    if (!this.#isTaken) this.#options.onTaken();
    this.#isTaken = true;
  }

  /** An offer in progress is no problem. A search that is missing for several heartbeats is. */
  #checkSearches(stored: number): void {
    const isShort = stored < this.#options.waitingHere();
    this.#shortHeartbeats = isShort ? this.#shortHeartbeats + 1 : 0;
    if (this.#shortHeartbeats < MAX_SHORT_HEARTBEATS) return;
    this.#shortHeartbeats = 0;
    this.#options.onForgotten();
  }

  /** The answer may lack nodes that were seen after the request. */
  #update(online: Map<NodeId, number>, epoch: string, knownBefore: ReadonlySet<NodeId>): void {
    const { node, clock, onGone } = this.#options;
    const before = this.#others;
    if (epoch !== this.#epoch) this.#graceEnds = clock.now() + LIFETIME;
    this.#epoch = epoch;
    online.delete(node);
    this.#others = online;
    for (const [other, sessions] of before) {
      if (this.#others.has(other)) continue;
      if (clock.now() < this.#graceEnds || !knownBefore.has(other)) {
        this.#others.set(other, sessions);
      } else onGone(other);
    }
  }

  #missed(): void {
    this.lost();
    if (this.#options.clock.now() - this.#downSince < LIFETIME) return;
    const gone = [...this.#others.keys()];
    this.#others.clear();
    gone.forEach((node) => this.#options.onGone(node));
  }
}

/** The number of sessions of each node, from a hash as Redis returns it. What is neither is left out. */
function onlineByNode(hash: readonly string[]): Map<NodeId, number> {
  const online = new Map<NodeId, number>();
  for (let at = 0; at + 1 < hash.length; at += 2) {
    const node = wholeNumber(hash[at]);
    const sessions = wholeNumber(hash[at + 1]);
    if (isNodeId(node) && sessions !== undefined) online.set(node, sessions);
  }
  return online;
}

function wholeNumber(text = ""): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
