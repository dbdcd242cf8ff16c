/**
 * Which machines there are. Each says every {@linkcode NODE_HEARTBEAT_INTERVAL} that it is there, how many people are on it, and is told
 * who else is. Who has not been heard of for {@linkcode LIFETIME} is gone: its people vanish from the pool by
 * themselves, because they are kept under a key that lives no longer, and those who chat with them are told.
 *
 *            beat answered                  beat fails, or the line is lost
 *   down ───────────────────> up ───────────────────────────────────────────> down ──(LIFETIME)──> given up
 *
 * A Redis that has restarted knows nobody, and must not be believed at once: it has a new epoch, and whoever was there
 * before is waited for once more. A machine that can't reach Redis for as long must assume that the others have given up
 * on it, and gives up on them.
 *
 * Between two beats, machines that come say so to the others by themselves (`met`): they may have people who chat with
 * ours before the next beat, and be gone before it, too.
 *
 * Time is that of Redis alone, so machines' clocks need not agree.
 */

import { type Clock, SECOND } from "../base/clock.ts";
import type { NodeId } from "../ids.ts";
import { FINGERPRINT_KEY } from "./key_exchange.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** How often a machine says that it is there, in milliseconds. */
export const NODE_HEARTBEAT_INTERVAL = 1.5 * SECOND;

/** After which silence it is gone, in milliseconds. */
export const LIFETIME = 6 * SECOND;

/** The machines, by when they were last heard of. */
export const NODES = "nodes";
const ONLINE = "online";
const EPOCH = "epoch";

/** Under which key those wait who are on a machine. */
export function waitingKey(node: NodeId): string {
  return `waiting:${node}`;
}

/** Redis's time in milliseconds, for other scripts as well. */
export const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** The answer: who is there, with how many people; how many of this machine wait; and since when it knows. */
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
  if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[6]) end -- Nobody has the secret any more.
`);

/** What members need, and whom they tell. */
export interface MembershipOptions {
  readonly link: Pick<RedisClient, "run" | "isReady">;
  readonly node: NodeId;
  /** Tells this machine from one that has the same number by chance. */
  readonly instanceId: string;
  readonly clock: Pick<Clock, "now">;
  /** How many people are on this machine. */
  readonly here: () => number;
  /** Makes ready for being up, before each beat; throws, or answers `false`, when that can't be. */
  readonly prepare: () => Promise<boolean>;
  readonly onConnected: () => void;
  readonly onDisconnected: () => void;
  /** Another machine has the same number. */
  readonly onTaken: () => void;
  /** A machine is gone, or as good as gone. */
  readonly onGone: (node: NodeId) => void;
  /** How many should wait on this machine. */
  readonly waitingHere: () => number;
  /** Redis doesn't know all who wait here: it has forgotten, or whoever had claimed somebody is gone. */
  readonly onForgotten: () => void;
}

/** The machines of a cluster, as one of them sees them. */
export class Membership {
  readonly #options: MembershipOptions;
  /** How many people each of the others has. */
  #others = new Map<NodeId, number>();
  #isUp = false;
  #downSince: number;
  #epoch = "";
  #wasShort = false;
  #isTaken = false;
  /** Until then, nobody who is not there is gone for that. */
  #graceEnds = 0;
  #beating: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#downSince = options.clock.now();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** How many people are on other machines. */
  get online(): number {
    return this.#others.values().reduce((sum, online) => sum + online, 0);
  }

  /** How many other machines there are. */
  get others(): number {
    return this.#others.size;
  }

  /** Another machine is there, whether this one has been told so by Redis or not. */
  seen(node: NodeId): void {
    if (node !== this.#options.node && !this.#others.has(node)) this.#others.set(node, 0);
  }

  /** Says that this machine is there. An interval task, every {@linkcode NODE_HEARTBEAT_INTERVAL}; a second call waits for the first. */
  heartbeat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => this.#beating = undefined);
    return this.#beating;
  }

  /** The line is lost. */
  lost(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#downSince = this.#options.clock.now();
    this.#options.onDisconnected();
  }

  /** Says good-bye. */
  async leave(): Promise<void> {
    const { link, node } = this.#options;
    if (this.#isUp) await link.run(LEAVE, this.#keys, [`${node}`]).catch(() => {});
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
    const { link, node, instanceId: mark, here, onConnected: onUp } = this.#options;
    const args = [`${node}`, `${here()}`, `${LIFETIME}`, mark];
    const asked = new Set(this.#others.keys());
    const said = await link.run(SAY, this.#keys, args);
    if (said === null) return this.#taken();
    if (!link.isReady) return this.lost(); // It was ready when this was asked.
    const [counts, waiting, epoch] = said as [string[], number, string];
    this.#hear(counts, epoch, asked);
    const wasUp = this.#isUp;
    this.#isUp = true;
    if (!wasUp) onUp();
    else this.#compare(waiting);
  }

  /** Said once; it may end by itself, when the other machine leaves. */
  #taken(): void {
    this.#missed();
    if (!this.#isTaken) this.#options.onTaken();
    this.#isTaken = true;
  }

  /** A claim that is under way is no cause for alarm; somebody who is missing for two beats is. */
  #compare(waiting: number): void {
    const isShort = waiting < this.#options.waitingHere();
    if (isShort && this.#wasShort) this.#options.onForgotten();
    this.#wasShort = isShort && !this.#wasShort;
  }

  /** Of machines met after it was asked, the answer may know nothing. */
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
