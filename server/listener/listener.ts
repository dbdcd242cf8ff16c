/**
 * What a listener is: it turns sockets into visitors, and answers HTTP. Two of them exist (`node_listener.ts`, hardened, the
 * default; `deno_listener.ts`, where `Deno.serve` is what there is), and one contract suite holds both to the same behaviour.
 * Between it and what it serves lie the interfaces of `server/transport.ts`.
 */

import type { Certificate } from "../tls/certificate.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { ConnectionHandler, Handler } from "../transport.ts";

/** Where to listen, and how much to take. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxConnections: number;
  /** What it speaks TLS with; without one it speaks plain HTTP. */
  readonly certificate?: Certificate | undefined;
  readonly clock: Clock;
  readonly handler: Handler;
  readonly log: Log;
}

/** A listener at work. */
export interface Listener {
  /** The port it listens on. */
  readonly port: number;
  /** How many sockets are open, as far as the platform tells: all of them, or the WebSockets. */
  sockets(): Promise<number>;
  /** Looks for sockets whose other end has vanished, where the platform doesn't. An interval task. */
  heartbeat(): void;
  /** Takes up a certificate that has been renewed on disk; connections that are open go on. An interval task. */
  reloadCertificate(): Promise<void>;
  /** Stops accepting, and ends what is left after a grace period. */
  close(): Promise<void>;
}

/** How often a silent peer is asked for a sign of life, in milliseconds; two in a row without one end it. */
export const HEARTBEAT_INTERVAL = 15 * SECOND;

/** How long a peer may take to answer a closing handshake before its socket is cut, in milliseconds. */
export const CLOSE_TIMEOUT = 5 * SECOND;

/** Runs one event of one visitor; if it throws, only that visitor is closed, and the log has the place. */
export function guard(visitor: ConnectionHandler, log: Log, event: () => void): void {
  try {
    event();
  } catch (error) {
    failSession(visitor, log, error);
  }
}

/** Closes a visitor (1011) because handling them threw. */
export function failSession(visitor: ConnectionHandler, log: Log, error: unknown): void {
  log.error("Session closed after an unhandled error.", describeError(error));
  visitor.fail();
}
