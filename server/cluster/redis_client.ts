/**
 * The line to Redis: one connection for commands, one for what is published to this machine. Both are made again when
 * they end, with growing, random delays. While one of them is down nothing is queued: whoever asks for something is
 * told at once that it can't be had, and does without.
 *
 * The library is loaded only when this is used, so that a machine which is alone never sees it.
 */

import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

/** How long an answer may take, in milliseconds. */
export const ANSWER_TIME = 2 * SECOND;

/** A subscriber that has heard nothing for so long, not even this machine's own words, is deaf, and connects anew. */
const UNRESPONSIVE_TIME = 6 * SECOND;

/** The longest time between two attempts to connect, in milliseconds. */
const LONGEST_DELAY = SECOND;

/** How many commands may wait for their answers. */
const MAX_WAITING = 20_000;

/** What every key and channel begins with. */
export const PREFIX = "anonymous-chat:";

/** A program that Redis runs, whole or not at all (Redis: EVAL). */
export class Script {
  readonly text: string;
  readonly sha: string;

  constructor(text: string) {
    this.text = text;
    this.sha = createHash("sha1").update(text).digest("hex");
  }
}

/** What a link needs. */
export interface RedisClientOptions {
  readonly url: string;
  readonly log: Log;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Whom a link tells. */
export interface RedisClientEvents {
  /** Both connections are there, perhaps anew. */
  readonly onReady: () => void;
  readonly onLost: () => void;
}

type NodeRedisClient = ReturnType<typeof import("redis").createClient>;

/** A line to Redis. */
export class RedisClient {
  readonly #log: Log;
  readonly #commands: NodeRedisClient;
  readonly #subscriber: NodeRedisClient;
  #events: RedisClientEvents = { onReady: () => {}, onLost: () => {} };
  #wasLost = false;

  private constructor(commands: NodeRedisClient, subscriber: NodeRedisClient, log: Log) {
    this.#log = log;
    this.#commands = commands;
    this.#subscriber = subscriber;
    for (const client of [this.#commands, this.#subscriber]) {
      client.on("ready", () => this.#ready());
      client.on("error", (error) => this.#lost(error));
    }
  }

  /** Makes one that is not connected yet; throws what is wrong with the URL. */
  static async create({ url, log, random }: RedisClientOptions): Promise<RedisClient> {
    const { createClient } = await import("redis");
    const reconnectStrategy = (retries: number): number =>
      random() * Math.min(LONGEST_DELAY, 50 * 2 ** retries);
    const socket = { connectTimeout: ANSWER_TIME, reconnectStrategy };
    const options = {
      url,
      disableOfflineQueue: true,
      maintNotifications: "disabled" as const,
      commandsQueueMaxLength: MAX_WAITING,
    };
    const commands = createClient({ ...options, socket });
    const subscriber = createClient({
      ...options,
      socket: { ...socket, socketTimeout: UNRESPONSIVE_TIME },
    });
    return new RedisClient(commands as NodeRedisClient, subscriber as NodeRedisClient, log);
  }

  /** Connects, and goes on trying. */
  start(events: RedisClientEvents): void {
    this.#events = events;
    for (const client of [this.#commands, this.#subscriber]) {
      client.connect().catch((error) => this.#lost(error));
    }
  }

  get isReady(): boolean {
    return this.#commands.isReady && this.#subscriber.isReady;
  }

  /** Hears what is published in one of our channels, from now on and after every return; the same listener once. */
  async subscribe(channel: string, listener: (message: Buffer) => void): Promise<void> {
    await this.#subscriber.subscribe(PREFIX + channel, listener, true);
  }

  async publish(channel: string, message: Buffer): Promise<void> {
    await this.#commands.publish(PREFIX + channel, message);
  }

  /** Runs a script over some of our keys; rejects when there is no answer in time. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (): void => reject(new Error("Redis does not answer"));
    // After a pause of this machine the answer may be here, and not read yet.
    const late = setTimeout(() => setImmediate(giveUp), ANSWER_TIME);
    this.#run(script, keys, args).then(resolve, reject).finally(() => clearTimeout(late));
    return promise;
  }

  /** Ends both connections. */
  close(): void {
    this.#events = { onReady: () => {}, onLost: () => {} };
    for (const client of [this.#commands, this.#subscriber]) {
      if (client.isOpen) client.destroy();
    }
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
    if (this.#wasLost) this.#log.info("Redis is reachable again.");
    this.#wasLost = false;
    this.#events.onReady();
  }

  /** The message of an error may hold the URL, and with it a password; its code doesn't. */
  #lost(error: unknown): void {
    if (!this.#wasLost) {
      const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "no answer";
      this.#log.warn(
        "Redis unreachable: {code}. Visitors are matched on this node only.",
        {
          code,
        },
      );
    }
    this.#wasLost = true;
    this.#events.onLost();
  }
}
