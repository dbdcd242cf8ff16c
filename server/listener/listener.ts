/**
 * A listener turns sockets into connection handlers, and answers HTTP requests. There are two: `node_listener.ts`
 * (hardened, the default) and `deno_listener.ts` (for platforms that only offer `Deno.serve`). One contract suite holds
 * both to the same behaviour. `server/transport.ts` has the interfaces between a listener and what it serves.
 */

import { SOCKET_PATH } from "../../protocol.ts";
import type { Certificate } from "../tls/certificate.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { type HttpRequest, pathOf } from "../http/message.ts";
import type { ConnectionHandler, Handler, StreamHandler } from "../transport.ts";

/** Where to listen, and how many connections to accept. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly maxConnections: number;
  /** For TLS. Without a certificate the listener speaks plain HTTP. */
  readonly certificate?: Certificate | undefined;
  readonly clock: Clock;
  readonly handler: Handler;
  /** Receives connections that don't speak HTTP. Without it, and with `listenDeno`, they are refused. */
  readonly streams?: StreamHandler | undefined;
  readonly log: Log;
}

/** A running listener. */
export interface Listener {
  readonly port: number;
  /** Number of open sockets: all of them, or only the WebSockets where the platform reports no more. */
  sockets(): Promise<number>;
  /** Detects sockets whose peer has vanished, where the platform doesn't. An interval task. */
  heartbeat(): void;
  /** Loads a certificate that was renewed on disk. Open connections continue. An interval task. */
  reloadCertificate(): Promise<void>;
  /** Stops accepting connections, and cuts those that are left when `over` resolves, or else after a grace period. */
  close(over?: Promise<void>): Promise<void>;
}

/** Interval between heartbeats, in milliseconds. A peer that misses two in a row is cut. */
export const HEARTBEAT_INTERVAL = 15 * SECOND;

/** How long a peer may take to finish the closing handshake before its socket is cut, in milliseconds. */
export const CLOSE_TIMEOUT = 5 * SECOND;

/** Whether a request is a handshake for the chat. Upgrades to another path or protocol are answered as plain requests. */
export function asksForSocket(request: HttpRequest): boolean {
  return pathOf(request) === SOCKET_PATH &&
    request.header("upgrade")?.toLowerCase() === "websocket";
}

/** Runs one event of a connection. If it throws, only that session is closed, and the error is logged. */
export function guard(handler: ConnectionHandler, log: Log, event: () => void): void {
  try {
    event();
  } catch (error) {
    failSession(handler, log, error);
  }
}

/** Closes a session (1011) because one of its events threw. */
export function failSession(handler: ConnectionHandler, log: Log, error: unknown): void {
  log.error("Session closed after an unhandled error.", describeError(error));
  handler.fail();
}
