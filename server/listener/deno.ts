/**
 * The listener for platforms that bring their own front door (Deno Deploy), and for `--listener=deno`.
 *
 * What `Deno.serve` can't do is admitted, not hidden: it has no limit on the size of a message before it is whole, no
 * header timeout, and no way to stop reading from a sender or to cut a reader off. Frames that are too large are
 * refused once they have arrived; a reader that is behind is closed, though its memory comes back only when its TCP
 * connection ends. Behind a platform that has these limits this is enough; on the open network use `node.ts`.
 */

import { type CloseCode, SOCKET_PATH, SUBPROTOCOL } from "../../protocol.ts";
import { SECOND } from "../clock.ts";
import type { Handshake } from "../gate.ts";
import { type HttpReply, text } from "../http.ts";
import { describeError } from "../log.ts";
import type { Outlet } from "../relay.ts";
import {
  CLOSE_GRACE,
  guard,
  HEARTBEAT,
  type Listener,
  type ListenerOptions,
  refusal,
  type Visitor,
} from "./listener.ts";

/** Starts the `Deno.serve` listener. */
// deno-lint-ignore require-await -- a port that is taken must reject, not throw
export async function listenDeno(options: ListenerOptions): Promise<Listener> {
  return new DenoListener(options);
}

class DenoListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { host: hostname, port, log } = options;
    const onError = (error: unknown): Response => {
      log.error("Cannot answer a request.", describeError(error));
      return toResponse(text(500, "Something went wrong on the server.\n"));
    };
    this.#server = Deno.serve(
      { hostname, port, onListen: () => {}, onError },
      (request) => this.#answer(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Nothing: `idleTimeout` of each socket does this. */
  heartbeat(): void {}

  async close(): Promise<void> {
    let cut: ReturnType<typeof setTimeout> | undefined;
    const grace = new Promise<void>((resolve) => cut = setTimeout(resolve, CLOSE_GRACE));
    await Promise.race([this.#server.shutdown(), grace]);
    clearTimeout(cut);
  }

  #answer(request: Request): Response {
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined;
    const path = pathOf(request.url);
    if (path === SOCKET_PATH && header("upgrade")?.toLowerCase() === "websocket") {
      return this.#upgrade(request);
    }
    return toResponse(this.#options.service.answer({ method: request.method, path, header }));
  }

  #upgrade(request: Request): Response {
    const refused = refusal(this.#options.service.admit(handshakeOf(request.headers)));
    if (refused !== undefined) return toResponse(refused);
    const { socket, response } = Deno.upgradeWebSocket(request, {
      protocol: SUBPROTOCOL,
      idleTimeout: 2 * HEARTBEAT / SECOND,
    });
    this.#enter(socket);
    return response;
  }

  #enter(socket: WebSocket): void {
    const { service, log } = this.#options;
    let visitor: Visitor | undefined;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => visitor = service.enter(new NativeOutlet(socket));
    socket.onmessage = ({ data }) => {
      const present = visitor;
      if (present !== undefined) guard(present, log, () => receive(present, data));
    };
    socket.onerror = (event) => event.preventDefault(); // `close` follows and says it all.
    socket.onclose = () => {
      const present = visitor;
      if (present !== undefined) guard(present, log, () => present.disconnected());
    };
  }
}

/** A native socket as the relay sees it. */
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

  /** Nothing: a native socket reads on; the relay's last bound holds instead. */
  pause(): void {}

  resume(): void {}
}

function receive(visitor: Visitor, data: string | ArrayBuffer): void {
  if (typeof data === "string") visitor.receiveText(data);
  else visitor.receiveFrame(new Uint8Array(data));
}

function handshakeOf(headers: Headers): Handshake {
  return {
    host: headers.get("host") ?? undefined,
    origin: headers.get("origin") ?? undefined,
    protocols: headers.get("sec-websocket-protocol") ?? undefined,
  };
}

function toResponse({ status, headers, body }: HttpReply): Response {
  return new Response(body, { status, headers });
}

/** The path of an absolute URL; parsed by hand, because an odd Host header makes `new URL` throw. */
function pathOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] || "/";
}
