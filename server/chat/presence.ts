/**
 * Whether the client of a session is connected, and what depends on that: its socket, the record of its address, and
 * whether it has sent something since it connected.
 *
 *                socket lost                    window over
 *     connected ─────────────> disconnected ──────────────────> ended
 *      ^ │ resumed elsewhere    │ resumed
 *      └─┘<─────────────────────┘
 *
 * Nothing of the old socket is kept. All that remains of its address is the address record, and after a resume the
 * record of the new address counts. A half-open socket must not keep its owner out until the server notices. So a new
 * socket is accepted even while the session is connected: the newer socket wins, and the session closes the older one.
 */

import { BACKGROUND_WINDOW, RESUME_WINDOW } from "../../protocol.ts";
import type { AddressRecord, BlockListener } from "../admission/address_record.ts";
import type { Outlet, Sender } from "../transport.ts";
import type { RelayLocation } from "../turn/relay_location.ts";
import type { AttachedSession, Link } from "./link.ts";
import type { Relay } from "./relay.ts";

/** What the client has sent: nothing yet, nothing since it resumed, or something. */
export type Activity = "nothing" | "nothing-since" | "something";

type Connection =
  | { kind: "connected"; socket: Link }
  /** `until` is in clock milliseconds. */
  | { kind: "disconnected"; until: number }
  | { kind: "ended" };

export interface PresenceOptions {
  readonly session: AttachedSession & BlockListener;
  readonly relay: Relay;
  /** Its socket, or that of the client that a session from another node is imported for. */
  readonly socket: Link;
  /** Whether to attach `socket`. If not, only its address record is used. */
  readonly isConnected: boolean;
  /** In clock milliseconds. */
  readonly now: number;
}

/** The client's end of a session. */
export class Presence {
  readonly #session: AttachedSession & BlockListener;
  readonly #relay: Relay;
  #connection: Connection;
  #record: AddressRecord;
  #callRelay: RelayLocation | undefined;
  #stopListening: () => void;
  #activity: Activity = "nothing";
  #isInBackground = false;

  constructor({ session, relay, socket, isConnected, now }: PresenceOptions) {
    this.#session = session;
    this.#relay = relay;
    this.#connection = isConnected
      ? { kind: "connected", socket }
      : { kind: "disconnected", until: now + RESUME_WINDOW };
    if (isConnected) socket.session = session;
    this.#record = socket.record;
    this.#callRelay = socket.relay;
    this.#stopListening = socket.record.onBlocked(session);
  }

  /** The socket, while connected. */
  get socket(): Link | undefined {
    return this.#connection.kind === "connected" ? this.#connection.socket : undefined;
  }

  get outlet(): Outlet | undefined {
    return this.socket?.outlet;
  }

  /** The record of the address that the client last connected from. */
  get record(): AddressRecord {
    return this.#record;
  }

  /** Where the page reaches the call relay of this node, as of its last connection. */
  get callRelay(): RelayLocation | undefined {
    return this.#callRelay;
  }

  get isAway(): boolean {
    return this.#connection.kind !== "connected";
  }

  /** Until when the session may be resumed, in clock milliseconds; `undefined` unless it is disconnected. */
  get awayUntil(): number | undefined {
    return this.#connection.kind === "disconnected" ? this.#connection.until : undefined;
  }

  /** The page is hidden or visible. A hidden page may take longer to reconnect. */
  setBackground(hidden: boolean): void {
    this.#isInBackground = hidden;
  }

  /** Notes that the client has sent something, and returns the activity before that. */
  noteActivity(): Activity {
    const before = this.#activity;
    this.#activity = "something";
    return before;
  }

  /** Connects the client by `socket`, after `disconnect`. */
  attach(socket: Link): void {
    this.#connection = { kind: "connected", socket };
    this.#activity = "nothing-since";
    this.#isInBackground = false;
    socket.session = this.#session;
    this.#stopListening();
    this.#record = socket.record;
    this.#callRelay = socket.relay;
    this.#stopListening = socket.record.onBlocked(this.#session);
  }

  /** Detaches the socket. */
  disconnect(now: number): void {
    const { socket } = this;
    if (socket === undefined) return;
    this.#relay.forget(socket);
    socket.session = undefined;
    const window = this.#isInBackground ? BACKGROUND_WINDOW : RESUME_WINDOW;
    this.#connection = { kind: "disconnected", until: now + window };
  }

  /** Releases the socket, which knows an address, and stops listening for blocks. */
  end(): void {
    this.#connection = { kind: "ended" };
    this.#stopListening();
  }

  /** Writes to the client. Returns whether it is connected. `sender` is paused while the client is behind. */
  write(data: string | Uint8Array, sender?: Sender): boolean {
    const { socket } = this;
    if (socket === undefined) return false;
    this.#relay.write(socket, data, sender);
    return true;
  }

  /** Resumes the sender that waits for this client to read. */
  release(): void {
    const { socket } = this;
    if (socket !== undefined) this.#relay.onWritable(socket);
  }
}
