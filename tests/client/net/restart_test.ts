/** A restart as seen by a thousand pages at the same time, in simulated time. */

import assert from "node:assert/strict";
import { Connection } from "../../../client/net/connection.ts";
import { CloseCode, GOING_AWAY_REASON } from "../../../protocol.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const PAGES = 1_000;
const SECONDS_DOWN = 3;

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** The part of the WebSocket interface that a connection uses. */
interface Socket {
  onopen: () => void;
  onmessage: (event: { data: string }) => void;
  onclose: (event: { code: number; reason: string; wasClean: boolean }) => void;
}

/** Time in milliseconds since the server went down. It returns after a while. */
class World {
  now = -1;
  /** The time at which each page was back. */
  readonly returns: number[] = [];
  readonly #tasks = new Set<Task>();
  readonly #sockets: Socket[] = [];

  constructor(seed: number) {
    const random = seededRandom(seed);
    for (let page = 0; page < PAGES; page++) {
      new Connection({
        dial: () => this.#dial(),
        now: () => this.now,
        later: (ms, run) => this.#later(ms, run),
        random,
        onMessage: () => this.now < 0 || this.returns.push(this.now),
        onFrame: () => {},
        onDown: () => {},
        askRefusal: () => Promise.resolve(undefined),
        onRefused: () => {},
        onFiltered: () => {},
      });
    }
    this.#run(0);
  }

  /** The server announces its shutdown and goes down. Simulates everything after that, too. */
  restart(): void {
    this.now = 0;
    const closing = { code: CloseCode.goingAway, reason: GOING_AWAY_REASON, wasClean: true };
    for (const socket of this.#sockets.splice(0)) socket.onclose(closing);
    this.#run(Infinity);
  }

  #dial(): WebSocket {
    const socket: Socket = { onopen: () => {}, onmessage: () => {}, onclose: () => {} };
    this.#sockets.push(socket);
    this.#later(0.1, () => {
      const isUp = this.now < 0 || this.now > SECONDS_DOWN * 1000;
      if (!isUp) return socket.onclose({ code: 1006, reason: "", wasClean: false });
      socket.onopen();
      socket.onmessage({ data: JSON.stringify({ type: "welcome", token: "t", online: 1 }) });
    });
    return socket as unknown as WebSocket;
  }

  #later(ms: number, run: () => void): () => void {
    const task = { at: this.now + ms, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  #run(end: number): void {
    for (;;) {
      const [next] = [...this.#tasks].filter(({ at }) => at < end).sort((a, b) => a.at - b.at);
      if (next === undefined) return;
      this.#tasks.delete(next);
      this.now = next.at;
      next.run();
    }
  }
}

Deno.test("Restart reconnects 99 of 100 pages within 15 s, spread over time", () => {
  for (const seed of [1, 2, 3]) {
    const world = new World(seed);
    world.restart();
    const { returns } = world;
    assert.equal(returns.length, PAGES);
    const soon = returns.filter((at) => at <= 15_000).length;
    assert.ok(soon >= PAGES * 0.99, `seed ${seed}: ${soon} of ${PAGES} are back`);
    const most = Math.max(
      ...returns.map((end) => returns.filter((at) => at <= end && at > end - 1_000).length),
    );
    assert.ok(most <= PAGES / 4, `seed ${seed}: ${most} of ${PAGES} come back within a second`);
  }
});
