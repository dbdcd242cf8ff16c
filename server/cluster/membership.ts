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

import { type Clock, SECOND } from "../base/clock.ts";
import type { NodeId } from "../ids.ts";
import { FINGERPRINT_KEY } from "./key_exchange.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** Interval between heartbeats, in milliseconds. */
export const NODE_HEARTBEAT_INTERVAL = 1.5 * SECOND;

/** Silence after which a node is considered down, in milliseconds. */
export const LIFETIME = 6 * SECOND;

/** Key of the nodes, sorted by when they were last heard from. */
export const NODES = "nodes";
const ONLINE = "online";
const EPOCH = "epoch";

/** The key of the searches of a node. */
export function waitingKey(node: NodeId): string {
  return `waiting:${node}`;
}

/** Redis's time in milliseconds; other scripts use this, too. */
export const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Returns each node with its number of sessions, the number of searches of this node, and the epoch. */
const SAY = new Script(`
  ${NOW}
  redis.call('SET', KEYS[5], ARGV[4], 'NX')
  if redis.call('GET', KEYS[5]) ~= ARGV[4] then return false end
  redis.call('PEXPIRE', KEYS[5], ARGV[3])
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])) do
    redis.call('ZREM', KEYS[1], node)
    redis.call('HDEL', KEYS[2], node)
  end
  redis.call('SET', KEYS[4], now, 'NX')
  for _, key in ipairs({ KEYS[1], KEYS[2], KEYS[4] }) do redis.call('PEXPIRE', key, ARGV[3]) end
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
  local waiting = redis.call('HLEN', KEYS[3])
  return { redis.call('HGETALL', KEYS[2]), waiting, redis.call('GET', KEYS[4]) }
`);

const LEAVE = new Script(`
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('DEL', KEYS[3], KEYS[5])
  if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[6]) end -- No node has the secret now.
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
  /** A node is considered down. */
  readonly onGone: (node: NodeId) => void;
  /** Number of searches of this node that Redis should have. */
  readonly waitingHere: () => number;
  /** Redis lacks some of them: it lost its data, or a node that had claimed one is down. */
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
  #wasShort = false;
  #isTaken = false;
  /** Until then, a missing node is not considered down. */
  #graceEnds = 0;
  #beating: Promise<void> | undefined;

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
    this.#beating ??= this.#beat().finally(() => this.#beating = undefined);
    return this.#beating;
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

  async #beat(): Promise<void> {
    try {
      const { link, prepare } = this.#options;
      if (!link.isReady || !await prepare()) return this.#missed();
      await this.#say();
    } catch {
      this.#missed();
    }
  }

  async #say(): Promise<void> {
    const { link, node, instanceId, here, onConnected } = this.#options;
    const args = [`${node}`, `${here()}`, `${LIFETIME}`, instanceId];
    const asked = new Set(this.#others.keys());
    const said = await link.run(SAY, this.#keys, args);
    if (said === null) return this.#taken();
    if (!link.isReady) return this.lost(); // The connection was lost during the request.
    const [counts, waiting, epoch] = said as [string[], number, string];
    this.#hear(counts, epoch, asked);
    const wasUp = this.#isUp;
    this.#isUp = true;
    if (!wasUp) onConnected();
    else this.#compare(waiting);
  }

  /** Reported once. It ends automatically if the other node leaves. */
  #taken(): void {
    this.#missed();
    if (!this.#isTaken) this.#options.onTaken();
    this.#isTaken = true;
  }

  /** A claim in progress is no problem. A search that is missing for two heartbeats is. */
  #compare(waiting: number): void {
    const isShort = waiting < this.#options.waitingHere();
    if (isShort && this.#wasShort) this.#options.onForgotten();
    this.#wasShort = isShort && !this.#wasShort;
  }

  /** The answer may lack nodes that were seen after the request. */
  #hear(counts: readonly string[], epoch: string, asked: ReadonlySet<NodeId>): void {
    const { node, clock, onGone } = this.#options;
    const before = this.#others;
    if (epoch !== this.#epoch) this.#graceEnds = clock.now() + LIFETIME;
    this.#epoch = epoch;
    this.#others = new Map();
    for (let at = 0; at < counts.length; at += 2) {
      const other = Number(counts[at]) as NodeId;
      if (other !== node) this.#others.set(other, Number(counts[at + 1]));
    }
    for (const [other, online] of before) {
      if (this.#others.has(other)) continue;
      if (clock.now() < this.#graceEnds || !asked.has(other)) this.#others.set(other, online);
      else onGone(other);
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
