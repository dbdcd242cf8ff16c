/** An outlet that records what is sent, and whose backlog is set by a test. */

import type { CloseCode, ServerMessage } from "../../protocol.ts";
import type { Outlet } from "../../server/transport.ts";

/** A socket that exists only in a test. Like a real one, it sends nothing after it was closed. */
export class FakeOutlet implements Outlet {
  readonly sent: (string | Uint8Array)[] = [];
  backlog = 0;
  paused = false;
  closed: { code: CloseCode; reason: string } | undefined;

  send(data: string | Uint8Array): void {
    if (this.closed === undefined) this.sent.push(data);
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** The control messages sent so far. */
  get messages(): ServerMessage[] {
    return this.sent.filter((data) => typeof data === "string").map((text) => JSON.parse(text));
  }

  /** The types of the control messages sent so far. */
  get types(): string[] {
    return this.messages.map(({ type }) => type);
  }

  /** The control messages of one type sent so far. */
  told(type: ServerMessage["type"]): ServerMessage[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** The binary frames sent so far. */
  get frames(): Uint8Array[] {
    return this.sent.filter((data) => typeof data !== "string");
  }
}
