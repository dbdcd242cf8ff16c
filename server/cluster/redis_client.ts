/**
 * The Redis client of a node: one connection for commands, and one for published messages. Both reconnect when they are
 * lost, after growing, random delays. While either is down nothing is queued: a command fails immediately, and its
 * caller works without Redis.
 *
 * The library is loaded only when this is used, so a single node never loads it.
 */

import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { RedisLookup, type Resolve } from "./redis_lookup.ts";

/** Timeout of a command and of connecting, in milliseconds. */
export const ANSWER_TIME = 2 * SECOND;

/**
 * A connection on which nothing has passed for this long reconnects. A subscriber receives at least this node's echo,
 * and a handshake must be answered. In milliseconds.
 */
const UNRESPONSIVE_TIME = 6 * SECOND;

/**
 * Number of heartbeats in a row without an answer after which the connection for commands reconnects. It may be silent
 * for good, because a router has forgotten it. Its socket would not notice, because a command that is sent counts as
 * activity.
 */
const MAX_UNANSWERED = 2;

/** Maximum delay between two attempts to connect, in milliseconds. */
const LONGEST_DELAY = SECOND;

/** Maximum number of commands that wait for their answers. */
const MAX_WAITING = 20_000;

/** The code of a command without an answer. */
export const UNANSWERED = "ETIMEDOUT";

/** Prefix of every key and channel. */
export const PREFIX = "anonymous-chat:";

/** A script that Redis runs atomically (EVAL). */
export class Script {
  readonly text: string;
  readonly sha: string;

  constructor(text: string) {
    this.text = text;
    this.sha = createHash("sha1").update(text).digest("hex");
  }
}

export interface RedisClientOptions {
  readonly url: string;
  readonly log: Log;
  /** Returns a number from 0 to below 1. */
  readonly random: () => number;
  /** Resolves host names, if not with the system's resolver. */
  readonly resolve?: Resolve;
}

export interface RedisClientEvents {
  /** Both connections are open, possibly again. */
  readonly onReady: () => void;
  readonly onLost: () => void;
}

type NodeRedisClient = ReturnType<typeof import("redis").createClient>;

export class RedisClient {
  readonly #log: Log;
  readonly #commands: NodeRedisClient;
  readonly #subscriber: NodeRedisClient;
  #events: RedisClientEvents = { onReady: () => {}, onLost: () => {} };
  /** The codes that explain the current outage; each is logged once, because the cause may change. */
  readonly #causes = new Set<string>();
  #isFailing = false;
  #unanswered = 0;

  private constructor(commands: NodeRedisClient, subscriber: NodeRedisClient, log: Log) {
    this.#log = log;
    this.#commands = commands;
    this.#subscriber = subscriber;
    for (const client of [this.#commands, this.#subscriber]) {
      client.on("ready", () => this.#ready());
      client.on("error", (error) => this.#lost(error));
    }
  }

  /** Creates a client that is not connected yet; throws if the URL is invalid. */
  static async create({ url, log, random, resolve }: RedisClientOptions): Promise<RedisClient> {
    const { createClient } = await import("redis");
    const reconnectStrategy = (retries: number): number =>
      random() * Math.min(LONGEST_DELAY, 50 * 2 ** retries);
    const { lookup } = new RedisLookup(ANSWER_TIME, resolve);
    const bounds = { connectTimeout: ANSWER_TIME, socketTimeout: UNRESPONSIVE_TIME };
    const options = {
      url,
      socket: { ...bounds, lookup, reconnectStrategy },
      disableOfflineQueue: true,
      maintNotifications: "disabled" as const,
      commandsQueueMaxLength: MAX_WAITING,
    };
    const [commands, subscriber] = [createClient(options), createClient(options)];
    return new RedisClient(commands as NodeRedisClient, subscriber as NodeRedisClient, log);
  }

  /** Connects, and keeps trying to. */
  start(events: RedisClientEvents): void {
    this.#events = events;
    for (const client of [this.#commands, this.#subscriber]) {
      client.connect().catch((error) => this.#lost(error));
    }
  }

  get isReady(): boolean {
    return this.#commands.isReady && this.#subscriber.isReady;
  }

  /** Subscribes to one of our channels, also after each reconnect. A listener that is added twice is called once. */
  async subscribe(channel: string, listener: (message: Buffer) => void): Promise<void> {
    await this.#subscriber.subscribe(PREFIX + channel, listener, true);
  }

  async publish(channel: string, message: Buffer): Promise<void> {
    await this.#commands.publish(PREFIX + channel, message);
  }

  /** Runs a script on some of our keys; rejects if there is no answer in time. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const error = Object.assign(new Error("Redis does not answer"), { code: UNANSWERED });
    const giveUp = (): void => reject(error);
    // After a pause of this process, the answer may have arrived but not been read yet.
    const late = setTimeout(() => setImmediate(giveUp), ANSWER_TIME);
    this.#run(script, keys, args).then(resolve, reject).finally(() => clearTimeout(late));
    return promise;
  }

  /** A heartbeat failed, for example because Redis is full, slow, or a read-only replica. Logged once. */
  heartbeatFailed(error: unknown): void {
    const code = codeOf(error);
    if (code === UNANSWERED && ++this.#unanswered >= MAX_UNANSWERED) this.#reconnect();
    if (this.#isFailing || this.#causes.size > 0 || code === undefined) return;
    this.#isFailing = true;
    this.#log.warn("Redis commands fail: {code}. Visitors are matched on this node only.", {
      code,
    });
  }

  /** Redis does what the node needs. */
  heartbeatAnswered(): void {
    if (this.#isFailing) this.#log.info("Redis commands work again.");
    this.#isFailing = false;
    this.#unanswered = 0;
  }

  /** Closes both connections. */
  close(): void {
    this.#events = { onReady: () => {}, onLost: () => {} };
    for (const client of [this.#commands, this.#subscriber]) {
      if (client.isOpen) client.destroy();
    }
  }

  /** Replaces the connection for commands. */
  #reconnect(): void {
    this.#unanswered = 0;
    if (!this.#commands.isReady) return;
    this.#commands.destroy();
    this.#commands.connect().catch((error) => this.#lost(error));
  }

  async #run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const options = { keys: keys.map((key) => PREFIX + key), arguments: [...args] };
    try {
      return await this.#commands.evalSha(script.sha, options);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.#commands.eval(script.text, options);
    }
  }

  #ready(): void {
    if (!this.isReady) return;
    if (this.#causes.size > 0) this.#log.info("Redis is reachable again.");
    this.#causes.clear();
    this.#events.onReady();
  }

  /** The message of an error may contain the URL, and with it a password. Its code doesn't. */
  #lost(error: unknown): void {
    const code = codeOf(error) ?? "no answer";
    if (!this.#causes.has(code)) {
      this.#log.warn("Redis unreachable: {code}. Visitors are matched on this node only.", {
        code,
      });
    }
    this.#causes.add(code);
    this.#isFailing = false;
    this.#events.onLost();
  }
}

/** The code of an error of the system, or of one that Redis has sent, such as OOM or WRONGPASS. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return code ?? /^([A-Z]{3,})\b/.exec(error.message)?.[1];
}
