/**
 * The listener for platforms that bring their own front end (Deno Deploy), and for `--listener=deno`.
 *
 * `Deno.serve` can't limit the size of a message before the message is complete, has no header timeout, and can't stop
 * reading from a sender or cut off a reader. So frames that are too large are refused after they have arrived. A reader
 * that falls behind is closed, but its memory is freed only when its TCP connection ends. This is enough behind a
 * platform that enforces these limits. On the open network, use `node_listener.ts`.
 */

import { type CloseCode, LEAVE_CODE, SUBPROTOCOL } from "../../protocol.ts";
import { SECOND } from "../base/clock.ts";
import { describeError } from "../base/log.ts";
import { withTimeout } from "../base/timeout.ts";
import type { AcceptedHandshake, ConnectionHandler, Outlet } from "../transport.ts";
import { type HttpRequest, type HttpResponse, textResponse } from "../http/message.ts";
import {
  asksForSocket,
  guard,
  HEARTBEAT_INTERVAL,
  type Listener,
  type ListenerOptions,
} from "./listener.ts";

/**
 * How long a shutdown waits for open sockets, in milliseconds. Deno Deploy allows five seconds in total after the
 * signal: two for the chats, half a second for this, and the rest for writing statistics.
 */
export const SHUTDOWN_GRACE = SECOND / 2;

// deno-lint-ignore require-await -- a port in use must reject, not throw
export async function listenDeno(options: ListenerOptions): Promise<Listener> {
  return new DenoListener(options);
}

class DenoListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #sockets = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { host: hostname, port, log } = options;
    const onError = (error: unknown): Response => {
      log.error("Unhandled error in a request.", describeError(error));
      return toResponse(textResponse(500, "Something went wrong on the server.\n"));
    };
    this.#server = Deno.serve(
      { hostname, port, onListen: () => {}, onError },
      (request, { remoteAddr }) => this.#answer(request, remoteAddr.hostname),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  sockets(): Promise<number> {
    return Promise.resolve(this.#sockets);
  }

  /** Does nothing: the `idleTimeout` of each socket does this. */
  heartbeat(): void {}

  /** Does nothing: this listener has no TLS (see `readCommandLine`). */
  async reloadCertificate(): Promise<void> {}

  async close(over?: Promise<void>): Promise<void> {
    const closed = this.#server.shutdown();
    if (over !== undefined) await Promise.race([closed, over]);
    await withTimeout(SHUTDOWN_GRACE, closed);
  }

  async #answer(native: Request, remote: string): Promise<Response> {
    const request = requestOf(native, remote);
    return asksForSocket(request)
      ? await this.#upgrade(native, request)
      : toResponse(await this.#options.handler.answer(request));
  }

  async #upgrade(native: Request, request: HttpRequest): Promise<Response> {
    const decision = await this.#options.handler.admit(request);
    if (decision.kind === "refused") return toResponse(decision.reply);
    const { socket, response } = Deno.upgradeWebSocket(native, {
      protocol: SUBPROTOCOL,
      idleTimeout: 2 * HEARTBEAT_INTERVAL / SECOND,
    });
    this.#enter(socket, decision.handshake);
    return response;
  }

  #enter(socket: WebSocket, handshake: AcceptedHandshake): void {
    const { log } = this.#options;
    let handler: ConnectionHandler | undefined;
    let leave = (): void => {};
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#sockets++;
      const disconnect = handshake.connect();
      leave = () => {
        this.#sockets--;
        disconnect();
        leave = (): void => {}; // An idle timeout fires `close` twice.
      };
      handler = handshake.enter(new NativeOutlet(socket));
    };
    socket.onmessage = ({ data }) => {
      const receiver = handler;
      if (receiver !== undefined) guard(receiver, log, () => receive(receiver, data));
    };
    socket.onerror = (event) => event.preventDefault(); // `close` follows and is handled below.
    socket.onclose = ({ code, wasClean }) => {
      leave();
      const receiver = handler;
      if (receiver === undefined) return;
      const hasLeft = wasClean && code === LEAVE_CODE;
      guard(receiver, log, () => hasLeft ? receiver.closed() : receiver.disconnected());
    };
  }
}

/** A native socket, as seen by the relay. */
class NativeOutlet implements Outlet {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(data as string | Uint8Array<ArrayBuffer>);
    }
  }

  close(code: CloseCode, reason: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
  }

  /** Does nothing: a native socket can't stop reading. The relay closes a reader that is too far behind. */
  pause(): void {}

  resume(): void {}
}

function receive(handler: ConnectionHandler, data: string | ArrayBuffer): void {
  if (typeof data === "string") handler.receiveText(data);
  else handler.receiveFrame(new Uint8Array(data));
}

/** `Deno.serve` doesn't report the HTTP version, so 1.1 is assumed. */
function requestOf({ method, url, headers }: Request, remote: string): HttpRequest {
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  return { method, target: targetOf(url), version: "1.1", remote, header };
}

function toResponse({ status, headers, body }: HttpResponse): Response {
  return new Response(body, { status, headers });
}

/** Path and query of an absolute URL. Parsed by hand, because an odd Host header makes `new URL` throw. */
function targetOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] || "/";
}
