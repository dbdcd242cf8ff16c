/**
 * One WebSocket. It passes what arrives to the session attached to it, and that session can change: a new socket starts
 * with a new session and may then resume an older one (`SessionRegistry.resume`). The older session's socket is then
 * detached, and whatever still arrives on it is ignored.
 *
 *   socket 1 ──> Link ─ ─ ─ ─ ─> session A          gone, or not yet known to be gone
 *   socket 2 ──> Link ─────────────^
 *                  └ ─ ─ ─ ─ ─ > session B          lived for one message
 */

import { CloseCode } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { Outlet } from "../transport.ts";
import type { Session, SessionSocket } from "./session.ts";

/** A socket and the session attached to it. The listener calls its methods. */
export class Link implements SessionSocket {
  readonly outlet: Outlet;
  readonly record: AddressRecord;
  session: Session | undefined;
  hasLeft = false;

  constructor(outlet: Outlet, record: AddressRecord) {
    this.outlet = outlet;
    this.record = record;
  }

  receiveText(text: string): void {
    this.session?.receiveText(text);
  }

  receiveFrame(frame: Uint8Array): void {
    this.session?.receiveFrame(frame);
  }

  /** Everything queued has been sent. */
  drained(): void {
    this.session?.drained();
  }

  /** The client has left by closing the socket, or has violated the WebSocket protocol. */
  closed(): void {
    this.hasLeft = true;
    this.session?.end();
  }

  /** The socket is gone, without a sign that the client has left. */
  disconnected(): void {
    this.session?.onDisconnect();
  }

  /** Handling the client's input threw an exception. */
  fail(): void {
    this.session?.fail();
  }

  /** The address has too many connections, counted over all nodes. */
  closeTooMany(): void {
    this.session?.close(CloseCode.crowded, "Too many connections from one address.");
  }

  tooSlow(): void {
    this.session?.tooSlow();
  }
}
