/**
 * Two clients whose chat must survive everything. A message travels back and forth all the time, and the longest time
 * that one takes is recorded. One of the two can drop its connection and resume.
 *
 * The clients search for a video chat, which no actor does, so they find each other.
 */

import assert from "node:assert/strict";
import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { within } from "../support/wait_until.ts";

/** The interval between messages, in milliseconds. */
const MESSAGE_INTERVAL = 250;

/** How long a message may take before the chat counts as lost, in seconds. */
const MESSAGE_SECONDS = 30;

/** A chat of two clients, each with its own address. */
export class WitnessChat {
  readonly #url: string;
  #clients: [BareClient, BareClient];
  #number = 0;
  /** The longest time of a message since {@linkcode restart}, in milliseconds. */
  #worst = 0;
  #isOver = false;
  #talking: Promise<void> = Promise.resolve();

  private constructor(url: string, clients: [BareClient, BareClient]) {
    this.#url = url;
    this.#clients = clients;
  }

  /** Starts a chat. No other video chat may start at the same time. */
  static async start(url: string, random: () => number): Promise<WitnessChat> {
    const enter = (): Promise<BareClient> => BareClient.enter(url, { headers: addressOf(random) });
    const clients: [BareClient, BareClient] = [await enter(), await enter()];
    for (const client of clients) client.tell({ type: "find", mode: "video", interests: [] });
    await within(Promise.all(clients.map((client) => client.next("paired"))), MESSAGE_SECONDS);
    return new WitnessChat(url, clients);
  }

  /** The longest time of a message since the last call, in milliseconds. */
  takeWorst(): number {
    const worst = this.#worst;
    this.#worst = 0;
    return worst;
  }

  /** Sends a message in each direction, and waits for it. */
  async talk(): Promise<void> {
    const [a, b] = this.#clients;
    const start = performance.now();
    for (const [from, to] of [[a, b], [b, a]] as const) {
      const frame = Uint8Array.of(2, ++this.#number & 255, this.#number >> 8 & 255);
      from.send(frame);
      assert.deepEqual(await within(to.frame(), MESSAGE_SECONDS), frame);
    }
    this.#worst = Math.max(this.#worst, performance.now() - start);
  }

  /** Sends messages until {@linkcode end}. Calls `report` if the chat is lost. */
  keepTalking(report: (problem: string) => void): void {
    this.#talking = this.#talk().catch((error) => report(`a chat is lost: ${messageOf(error)}`));
  }

  /** Ends the chat. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#talking;
    for (const client of this.#clients) client.leave();
    await Promise.all(this.#clients.map(({ closed }) => closed));
  }

  /** Drops the connection of one client. */
  drop(): void {
    this.#clients[0].vanish();
  }

  /** Resumes the chat of the client whose connection was dropped. */
  async resume(random: () => number): Promise<void> {
    const { token } = this.#clients[0];
    const client = new BareClient(this.#url, { headers: addressOf(random) });
    const { token: next } = await within(client.next("welcome"), MESSAGE_SECONDS);
    client.token = next;
    client.tell({ type: "resume", token });
    const { chatting } = await within(client.next("resumed"), MESSAGE_SECONDS);
    assert.ok(chatting, "the chat doesn't continue");
    this.#clients[0] = client;
    await this.talk();
  }

  async #talk(): Promise<void> {
    while (!this.#isOver) {
      await this.talk();
      await delay(MESSAGE_INTERVAL);
    }
  }
}

/** The header with a random address that no actor has. */
function addressOf(random: () => number): Record<string, string> {
  const place = Math.floor(random() * 65_536);
  return { "x-forwarded-for": `10.8.${place >> 8}.${place & 255}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
