/**
 * One WebSocket: what arrives is handed to the session that it belongs to. That can change: a new socket begins with a
 * session of its own and may then take up an older one (`SessionRegistry.resume`), whose own socket belongs to nobody from then
 * on, whatever may still arrive on it.
 *
 *   socket 1 ──> Link ─ ─ ─ ─ ─> session A          gone, or not known to be gone yet
 *   socket 2 ──> Link ─────────────^
 *                  └ ─ ─ ─ ─ ─ > session B          lived for one message
 */

import { CloseCode } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { Outlet } from "../transport.ts";
import type { Session, SessionSocket } from "./session.ts";

/** A socket and whom it belongs to; what a listener talks to. */
export class Link implements SessionSocket {
  readonly outlet: Outlet;
  readonly record: AddressRecord;
  session: Session | undefined;
  hasLeft = false;

  constructor(outlet: Outlet, record: AddressRecord) {
    this.outlet = outlet;
    this.record = record;
  }

  /** A text frame came in. */
  receiveText(text: string): void {
    this.session?.receiveText(text);
  }

  /** A binary frame came in. */
  receiveFrame(frame: Uint8Array): void {
    this.session?.receiveFrame(frame);
  }

  /** Everything queued has been taken. */
  drained(): void {
    this.session?.drained();
  }

  /** The page has left by closing it, or has broken a rule of WebSocket. */
  closed(): void {
    this.hasLeft = true;
    this.session?.end();
  }

  /** It is gone, and nothing says that the page has left. */
  disconnected(): void {
    this.session?.onDisconnect();
  }

  /** Something went wrong on our side while handling what came in. */
  fail(): void {
    this.session?.fail();
  }

  /** The address has too many connections, on all machines together. */
  closeTooMany(): void {
    this.session?.close(CloseCode.crowded, "Too many connections from one address.");
  }

  tooSlow(): void {
    this.session?.tooSlow();
  }
}
