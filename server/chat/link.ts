/**
 * One WebSocket, and a pointer to the session attached to it. The pointer is what a resume moves: a new socket starts
 * with a new session and may then resume an older one (`resumption.ts`). The older session's socket is then detached,
 * and whatever still arrives on it is ignored.
 *
 *   socket 1 ──> Link ─ ─ ─ ─ ─> session A          gone, or not yet known to be gone
 *   socket 2 ──> Link ─────────────^
 *                  └ ─ ─ ─ ─ ─ > session B          lived for one message
 */

import { CloseCode } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { SessionId } from "../ids.ts";
import type { ConnectionHandler, Outlet } from "../transport.ts";
import type { RelayLocation } from "../turn/relay_location.ts";
import type { Reader } from "./relay.ts";

/** A session, as its socket uses it. */
export interface AttachedSession extends ConnectionHandler {
  readonly id: SessionId;
  /** Ends the session and closes its socket. */
  close(code: CloseCode, reason: string): void;
  /** Ends the session, because the operator denies its address. */
  denied(): void;
}

/** A socket. The listener calls it, and it passes each event to the attached session. */
export class Link implements ConnectionHandler, Reader {
  readonly outlet: Outlet;
  readonly record: AddressRecord;
  /** Where its page reaches the relay of this node. */
  readonly relay: RelayLocation | undefined;
  /** `undefined` once the session has ended or continues on another socket. */
  session: AttachedSession | undefined;
  /** Whether the client has closed the socket in order to leave. */
  hasLeft = false;
  /** The online count that the client was last sent. */
  online: number | undefined;

  constructor(outlet: Outlet, record: AddressRecord, relay?: RelayLocation) {
    this.outlet = outlet;
    this.record = record;
    this.relay = relay;
  }

  receiveText(text: string): void {
    this.session?.receiveText(text);
  }

  receiveFrame(frame: Uint8Array): void {
    this.session?.receiveFrame(frame);
  }

  drained(): void {
    this.session?.drained();
  }

  closed(): void {
    this.hasLeft = true;
    this.session?.closed();
  }

  disconnected(): void {
    this.session?.disconnected();
  }

  fail(): void {
    this.session?.fail();
  }

  /** The address has too many connections, counted over all nodes. */
  closeTooMany(): void {
    this.session?.close(CloseCode.tooManyConnections, "Too many connections from one address.");
  }

  /** The operator denies the address. */
  deny(): void {
    this.session?.denied();
  }

  tooSlow(): void {
    this.session?.close(CloseCode.tooSlow, "The client reads too slowly.");
  }
}
