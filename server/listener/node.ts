/**
 * The hardened listener: `node:http` and `ws`, for everybody who faces the network without a platform in front.
 *
 * What it bounds, because a stranger decides how much of it there is:
 *
 *   connections      maxConnections, below what the system's descriptors allow
 *   headers          5 s and 8 KiB to send them; a keep-alive connection may be silent for 5 s
 *   a message        32 KiB and 64 fragments, refused by ws while it arrives, before it is whole
 *   a flood          pings and pongs, and frames after the closing handshake began: LIMITS.unasked, then the socket is cut
 *   a vanished peer  two heartbeats
 *   a closing peer   5 s to answer, then the socket is cut
 *
 * How much may wait for a slow reader is the relay's to bound, through `backlog`, `pause` and `drained`.
 */

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { WebSocket, WebSocketServer } from "ws";
import {
  type CloseCode,
  MAX_FRAGMENTS,
  MAX_FRAME_BYTES,
  SOCKET_PATH,
  SUBPROTOCOL,
} from "../../protocol.ts";
import { SECOND } from "../clock.ts";
import { spareConnections } from "../descriptors.ts";
import { LIMITS } from "../limits.ts";
import { describeError } from "../log.ts";
import { TokenBucket } from "../rate_limit.ts";
import type { Outlet } from "../relay.ts";
import { type HttpReply, type HttpRequest, pathOf } from "../reply.ts";
import {
  ABNORMAL_CLOSURE,
  type Admittance,
  CLOSE_GRACE,
  type Entrance,
  guard,
  type Listener,
  type ListenerOptions,
  type Service,
  type Visitor,
} from "./listener.ts";

/** Milliseconds to send all headers, and to stay silent between two requests. */
const HEADERS_TIMEOUT = 5 * SECOND;
/** Milliseconds to send a whole request. */
const REQUEST_TIMEOUT = 8 * SECOND;
/** How often these are checked, in milliseconds. */
const TIMEOUT_CHECK = SECOND;
/** Bytes of headers. */
const MAX_HEADER_BYTES = 8 * 1024;

/** Starts the hardened listener. */
export async function listenNode(options: ListenerOptions): Promise<Listener> {
  const listener = new NodeListener(options);
  await listener.open(options.host, options.port);
  return listener;
}

class NodeListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #sockets = newSocketServer();
  /** Every open WebSocket, and whether it has given a sign of life since the last heartbeat. */
  readonly #alive = new Map<WebSocket, boolean>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = newHttpServer();
    const { maxConnections } = options;
    this.#server.maxConnections = maxConnections + spareConnections(maxConnections);
    this.#server.on("request", (request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async open(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 4096 }, resolve);
    });
    this.#server.removeAllListeners("error");
    this.#server.on(
      "error",
      (error) => this.#options.log.error("The listener failed.", describeError(error)),
    );
  }

  heartbeat(): void {
    for (const [socket, alive] of this.#alive) {
      if (!alive) socket.terminate();
      else {
        this.#alive.set(socket, false);
        socket.ping();
      }
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#cut(), CLOSE_GRACE);
    await closed;
    clearTimeout(cut);
  }

  #cut(): void {
    for (const socket of this.#alive.keys()) socket.terminate();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = this.#options.service.answer(requestOf(request));
    const closing = reply.status === 405 ? { connection: "close" } : {};
    response.writeHead(reply.status, { ...replyHeaders(reply), ...closing });
    response.end(reply.body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const admittance = admit(this.#options.service, request);
    if (admittance.kind === "refused") return refuse(socket, admittance.reply);
    const { entrance } = admittance;
    this.#sockets.handleUpgrade(
      request,
      socket,
      head,
      (link) => this.#enter(link, socket, entrance),
    );
  }

  #enter(socket: WebSocket, stream: Duplex, entrance: Entrance): void {
    const { log, clock } = this.#options;
    const unasked = new TokenBucket(LIMITS.unasked, clock.now());
    this.#alive.set(socket, true);
    const leave = entrance.connect();
    const visitor = entrance.enter(new SocketOutlet(socket));
    const sign = (): unknown => this.#alive.set(socket, true);
    const closed = (): void => guard(visitor, log, () => visitor.closed());
    const bear = (): void => {
      if (unasked.take(clock.now()) === 0) return;
      closed();
      socket.terminate();
    };
    socket.on("ping", bear);
    socket.on("pong", () => {
      sign();
      bear();
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      sign();
      if (socket.readyState !== WebSocket.OPEN) return bear();
      guard(visitor, log, () => receive(visitor, data, isBinary));
    });
    socket.on("error", closed); // A broken frame: ws answers with the code that fits; the visitor need not wait for it.
    socket.on("close", (code: number) => {
      this.#alive.delete(socket);
      leave();
      if (code === ABNORMAL_CLOSURE) guard(visitor, log, () => visitor.disconnected());
      else closed();
    });
    stream.on("drain", () => guard(visitor, log, () => visitor.drained()));
  }
}

/** A `ws` socket as the relay sees it. */
class SocketOutlet implements Outlet {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (typeof data === "string") this.#sendText(Buffer.from(data));
    else this.#socket.send(data);
  }

  /** A control message may hold interests: its bytes are cleared once they are on their way. */
  #sendText(bytes: Buffer): void {
    this.#socket.send(bytes, { binary: false }, () => bytes.fill(0));
  }

  close(code: CloseCode, reason: string): void {
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

function newHttpServer(): Server {
  return createServer({
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_CHECK,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  });
}

function newSocketServer(): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    closeTimeout: CLOSE_GRACE,
    handleProtocols: () => SUBPROTOCOL,
  };
  return new WebSocketServer(options);
}

function receive(visitor: Visitor, data: Buffer, isBinary: boolean): void {
  if (isBinary) return visitor.receiveFrame(data);
  const text = data.toString();
  data.fill(0); // What is collected is not overwritten, and interests are nobody's business any more.
  visitor.receiveText(text);
}

/** What becomes of an upgrade; to another path or protocol it is a plain request. */
function admit(service: Service, incoming: IncomingMessage): Admittance {
  const request = requestOf(incoming);
  const asksForSocket = pathOf(request) === SOCKET_PATH &&
    request.header("upgrade")?.toLowerCase() === "websocket";
  return asksForSocket
    ? service.admit(request)
    : { kind: "refused", reply: service.answer(request) };
}

/** Answers an upgrade without upgrading, on the bare socket (RFC 9112 section 4). */
function refuse(socket: Duplex, reply: HttpReply): void {
  const { status, body } = reply;
  const lines = Object.entries({ ...replyHeaders(reply), connection: "close" })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n`);
  socket.end(body, () => socket.destroy());
}

function requestOf(
  { method = "GET", url = "/", httpVersion, socket, headers }: IncomingMessage,
): HttpRequest {
  return {
    method,
    target: url,
    version: httpVersion,
    remote: socket.remoteAddress ?? "",
    header: (name) => single(headers[name]),
  };
}

function replyHeaders({ headers, body }: HttpReply): Record<string, string> {
  return body === undefined ? headers : { ...headers, "content-length": `${body.length}` };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
