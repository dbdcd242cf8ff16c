/**
 * The server of one page, played by a test: it sends what the test tells it to, and can be of another release.
 * Playwright can't do that in Debian's Firefox.
 */

import type { Page, WebSocketRoute } from "playwright-core";
import { type ServerMessage, SOCKET_PATH } from "../../protocol.ts";

export class SimulatedServer {
  /** The control messages of the page. */
  readonly heard: Record<string, unknown>[] = [];
  readonly #features: readonly string[];
  #socket: WebSocketRoute | undefined;

  /** `features` are what its `welcome` names. */
  constructor(features: readonly string[]) {
    this.#features = features;
  }

  /** Call this before the page loads. */
  readonly watch = async (page: Page): Promise<void> => {
    await page.routeWebSocket((url) => url.pathname === SOCKET_PATH, (socket) => {
      this.#socket = socket;
      socket.onMessage((data) => typeof data === "string" && this.#hear(JSON.parse(data)));
      this.say({ type: "welcome", token: "t", online: 1, features: this.#features });
    });
  };

  say(message: ServerMessage): void {
    this.#socket!.send(JSON.stringify(message));
  }

  get searches(): Record<string, unknown>[] {
    return this.heard.filter(({ type }) => type === "find");
  }

  /** The page gives up a connection on which its pings get no answer. */
  #hear(message: Record<string, unknown>): void {
    this.heard.push(message);
    if (message["type"] === "ping") this.say({ type: "pong" });
  }
}
