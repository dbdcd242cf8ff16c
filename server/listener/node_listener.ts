/**
 * The hardened listener: `node:http` or, with a certificate, `node:https`, with our own WebSocket frames on the sockets
 * that it upgrades. It is for servers that face the network without a platform in front.
 *
 * It bounds everything that a client decides the amount of:
 *
 *   connections       maxConnections, below the system's descriptor limit
 *   TLS handshakes    5 s from first byte to last; TLS 1.2 and 1.3 only
 *   first bytes       within 5 s; they tell handshakes, other requests and STUN apart (first_chunk.ts)
 *   silent clients    a fixed number of connections before their first request (pending_connections.ts)
 *   requests          one at a time per connection, and a few milliseconds in each turn of the event loop
 *   responses         8 to 16 s in which the client reads nothing of one
 *   headers           5 s and 8 KiB to send them; a keep-alive connection may be silent for 5 s
 *   messages          32 KiB and 64 fragments, refused as soon as a header announces too much
 *   floods            SOCKET_LIMITS for pings, pongs and frames after the closing handshake began, then cut
 *   vanished peers    two heartbeats
 *   closing peers     5 s to answer, then the socket is cut
 *
 * The relay bounds how much may wait for a slow reader, through `backlog`, `pause` and `drained`.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { SUBPROTOCOL } from "../../protocol.ts";
import type { KeyPair } from "../tls/certificate.ts";
import { CalendarWatch } from "../base/calendar_watch.ts";
import { type Cancel, SECOND } from "../base/clock.ts";
import { ACCEPT_RETRY_INTERVAL, AcceptRetry } from "./accept_retry.ts";
import { openAny, spareConnections } from "../base/file_descriptors.ts";
import { Slices } from "../base/slices.ts";
import { describeError } from "../base/log.ts";
import { WorkQueue } from "../base/work_queue.ts";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { capacityFor, PendingConnections } from "./pending_connections.ts";
import { type ConnectionContext, WebSocketConnection } from "./websocket.ts";
import { readInScript, RequestPipeline } from "./request_pipeline.ts";
import { asksForSocket, type Listener, type ListenerOptions } from "./listener.ts";
import type { HandshakeHead } from "./handshake_head.ts";
import type { UpgradeDecision } from "../transport.ts";
import { WriteBatcher } from "./write_batch.ts";
import { FirstChunk } from "./first_chunk.ts";
import { ignoreError } from "./stream_owner.ts";
import { ClosingConnections } from "./closing_connections.ts";
import { propagatePause, rawSocketOf } from "./tls_backpressure.ts";

/** Milliseconds for the TLS handshake. */
const HANDSHAKE_TIMEOUT = 5 * SECOND;
/** Milliseconds to send all headers, and to stay silent between two requests. */
const HEADERS_TIMEOUT = 5 * SECOND;
/** Milliseconds to send a whole request. */
const REQUEST_TIMEOUT = 6 * SECOND;
/** Milliseconds without traffic in either direction while a response is being sent. It may take twice as long to notice. */
const STALL_TIMEOUT = 8 * SECOND;
/** Interval between checks of these timeouts, in milliseconds. */
const TIMEOUT_CHECK = SECOND;
/** How long a shutdown waits for open sockets before it cuts them, in milliseconds. */
const SHUTDOWN_GRACE = 2 * SECOND;
/** Maximum number of TCP connections that the system accepts before the program does. The system may allow fewer. */
const ACCEPT_BACKLOG = 4096;
/** Maximum size of all headers, in bytes. */
const MAX_HEADER_BYTES = 8 * 1024;

export async function listenNode(options: ListenerOptions): Promise<Listener> {
  const listener = new NodeListener(options);
  await listener.open(options.host, options.port);
  return listener;
}

class NodeListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #context: ConnectionContext;
  readonly #pending: PendingConnections;
  readonly #queue: WorkQueue;
  readonly #pipelines = new WeakMap<Socket, RequestPipeline>();
  /** Handshakes for which other nodes are asked. */
  readonly #asking = new Set<Duplex>();
  /** Every WebSocket whose stream has not closed. */
  readonly #connections = new Set<WebSocketConnection>();
  readonly #calendar: CalendarWatch;
  readonly #closing: ClosingConnections;
  readonly #firstChunk: FirstChunk;
  /** Ends the interval tasks. */
  readonly #stops: Cancel[] = [];
  readonly #heartbeats: Slices;

  constructor(options: ListenerOptions) {
    const { maxConnections, certificate, clock, log, streams } = options;
    this.#options = options;
    this.#calendar = new CalendarWatch(clock);
    this.#server = newServer(certificate?.pair);
    const capacity = maxConnections + (streams?.capacity ?? 0);
    this.#pending = new PendingConnections(capacityFor(capacity), clock);
    this.#closing = new ClosingConnections(clock);
    this.#queue = new WorkQueue(clock);
    this.#heartbeats = new Slices(clock);
    const onClosed = (connection: WebSocketConnection): void => {
      this.#connections.delete(connection);
      this.#closing.delete(connection);
    };
    const closing = this.#closing;
    this.#context = { clock, log, batcher: new WriteBatcher(), closing, onClosed };
    this.#server.timeout = STALL_TIMEOUT; // As an option of `createServer`, Deno ignores it.
    this.#server.maxConnections = capacity + spareConnections(maxConnections);
    const ready = certificate === undefined ? "connection" : "secureConnection";
    this.#firstChunk = new FirstChunk({
      ...{ server: this.#server, ready, streams, queue: this.#queue },
      maxHeadBytes: MAX_HEADER_BYTES,
      silent: (socket) => this.#pending.awaitBytes(rawSocketOf(socket)),
      heard: (socket) => this.#pending.heard(rawSocketOf(socket)),
      receiveHandshake: (socket, head, rest) => this.#receiveHandshake(socket, head, rest),
      prepareHttp: readInScript,
      receiveHttp: (socket) => this.#receive(socket),
      served: (socket) => this.#pending.remove(rawSocketOf(socket)),
    });
    this.#server.on("connection", (socket) => this.#pending.add(socket));
    this.#server.on("secureConnection", propagatePause);
    this.#server.on(ready, (socket) => this.#firstChunk.receive(socket));
    for (const event of ["request", "checkContinue", "checkExpectation"]) {
      this.#server.on(event, (request, response) => void this.#answer(request, response));
    }
    this.#server.on(
      "upgrade",
      (request, socket, head) => void this.#upgrade(request, socket, head),
    );
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async open(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: ACCEPT_BACKLOG }, resolve);
    });
    this.#startTasks();
    this.#server.removeAllListeners("error");
    this.#server.on(
      "error",
      (error) => this.#options.log.error("Listener error.", describeError(error)),
    );
  }

  #startTasks(): void {
    const { clock, log } = this.#options;
    const openFile = (): void => openAny().close();
    const accepting = new AcceptRetry({
      ...{ server: this.#server, backlog: ACCEPT_BACKLOG, openFile, log },
    });
    this.#stops.push(
      clock.every(ACCEPT_RETRY_INTERVAL, () => accepting.retry()),
      clock.every(TIMEOUT_CHECK, () => this.#pending.sweep()),
      clock.every(TIMEOUT_CHECK, () => this.#closing.sweep()),
    );
  }

  async sockets(): Promise<number> {
    return await new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => error === null ? resolve(count) : reject(error))
    );
  }

  heartbeat(): void {
    const stoodStill = this.#calendar.check() > 0;
    void this.#heartbeats.runUnlessRunning(this.#connections, (one) => one.heartbeat(stoodStill));
  }

  async reloadCertificate(): Promise<void> {
    const { certificate } = this.#options;
    if (certificate === undefined || !await certificate.reload()) return;
    (this.#server as TlsServer).setSecureContext(secureContext(certificate.pair));
  }

  async close(over?: Promise<void>): Promise<void> {
    this.#stops.forEach((stop) => stop());
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    this.#pending.clear();
    this.#firstChunk.close();
    this.#heartbeats.stop();
    const cut = (): void => void this.#cut();
    const grace = over === undefined ? setTimeout(cut, SHUTDOWN_GRACE) : undefined;
    over?.then(cut);
    await closed;
    clearTimeout(grace);
  }

  /** Cuts everything that is still open. */
  async #cut(): Promise<void> {
    this.#server.closeAllConnections();
    const all = [...this.#asking, ...this.#connections];
    await new Slices(this.#options.clock).run(all, (open) => open.destroy());
  }

  #receive(socket: Socket): void {
    const pipeline = RequestPipeline.attach(socket, this.#queue);
    if (pipeline !== undefined) this.#pipelines.set(socket, pipeline);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#pending.remove(rawSocketOf(request.socket));
    const pipeline = this.#pipelines.get(request.socket);
    pipeline?.begin();
    response.once("close", () => pipeline?.finish());
    const answer = this.#options.handler.answer(requestOf(request));
    const reply = answer instanceof Promise ? await answer : answer;
    const closing = reply.status === 405 || hasBody(request) ? { connection: "close" } : {};
    response.writeHead(reply.status, { ...replyHeaders(reply), ...closing });
    response.end(reply.body);
  }

  /** A request to upgrade that the server of HTTP has read. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#pending.remove(rawSocketOf(request.socket));
    const rest = this.#pipelines.get(request.socket)?.detach();
    socket.on("error", ignoreError); // The server of HTTP has removed its own.
    request.socket.setTimeout(0); // A WebSocket may be silent: heartbeats detect a vanished peer.
    const all = rest === undefined ? head : Buffer.concat([head, rest]);
    this.#enter(requestOf(request), socket, all);
  }

  #receiveHandshake(socket: Socket, { target, header }: HandshakeHead, rest: Buffer): void {
    this.#pending.remove(rawSocketOf(socket));
    const remote = socket.remoteAddress ?? "";
    this.#enter({ method: "GET", target, version: "1.1", remote, header }, socket, rest);
  }

  #enter(request: HttpRequest, socket: Duplex, rest: Buffer): void {
    try {
      this.#ask(request, socket, rest);
    } catch (error) {
      this.#fail(socket, error);
    }
  }

  /** Data, and an end, that arrive before the decision wait in the socket, like `rest`, which has arrived already. */
  #ask(request: HttpRequest, socket: Duplex, rest: Buffer): void {
    const { handler } = this.#options;
    const decision = asksForSocket(request) ? handler.admit(request) : handler.answer(request);
    if (rest.length > 0 || decision instanceof Promise) socket.pause();
    if (rest.length > 0) socket.unshift(rest);
    if (!(decision instanceof Promise)) return this.#decide(request, socket, decision);
    this.#asking.add(socket);
    decision.finally(() => this.#asking.delete(socket))
      .then((later) => this.#decide(request, socket, later))
      .catch((error) => this.#fail(socket, error));
  }

  /** No timeout applies to a handshake, so one that fails would hold its place indefinitely. */
  #fail(socket: Duplex, error: unknown): void {
    this.#options.log.error("Unhandled error in a handshake.", describeError(error));
    socket.destroy();
  }

  #decide(request: HttpRequest, socket: Duplex, decision: UpgradeDecision | HttpResponse): void {
    if (!("kind" in decision)) return refuse(socket, decision);
    if (decision.kind === "refused") return refuse(socket, decision.reply);
    if (socket.destroyed) return;
    const response = switchingProtocols(request.header("sec-websocket-key") ?? "");
    this.#connections.add(
      new WebSocketConnection(socket, this.#context, decision.handshake, response),
    );
    if (socket.isPaused()) socket.resume();
  }
}

/** Whether a request has a body. Nothing here reads one, so its connection can't be used again. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

/** Hashed with the client's key to prove that the server speaks WebSocket (RFC 6455 section 1.3). */
const ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The response that accepts a handshake (RFC 6455 section 4.2.2). */
function switchingProtocols(key: string): Buffer {
  const accept = createHash("sha1").update(key + ACCEPT_SALT).digest("base64");
  return Buffer.from(`${SWITCHING_PROTOCOLS}${accept}\r\n\r\n`, "latin1");
}

const SWITCHING_PROTOCOLS = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
  "Sec-WebSocket-Accept: ",
].join("\r\n");

/** Creates an HTTPS server if there is a certificate, and a plain HTTP server otherwise. */
function newServer(pair: KeyPair | undefined): Server {
  const bounds = {
    headersTimeout: HEADERS_TIMEOUT,
    keepAliveTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_CHECK,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  };
  if (pair === undefined) return createServer(bounds);
  const handshakeTimeout = HANDSHAKE_TIMEOUT;
  return createTlsServer({ ...bounds, ...secureContext(pair), handshakeTimeout });
}

/**
 * TLS settings (RFC 9325 section 3.1.1). Cipher suites need no configuration: the runtime's TLS library, rustls, only
 * supports suites with forward secrecy and authenticated encryption.
 */
function secureContext(pair: KeyPair): KeyPair & { minVersion: "TLSv1.2" } {
  return { ...pair, minVersion: "TLSv1.2" };
}

/** Writes a plain HTTP response to the bare socket of a refused upgrade (RFC 9112 section 4). */
function refuse(socket: Duplex, reply: HttpResponse): void {
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

function replyHeaders({ headers, body }: HttpResponse): Record<string, string> {
  return body === undefined ? headers : { ...headers, "content-length": `${body.length}` };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
