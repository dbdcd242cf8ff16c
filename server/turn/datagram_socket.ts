/**
 * A UDP socket. Deno's own one costs less CPU per packet than that of Node, and can receive into a given buffer. It
 * is unstable in Deno 2.9.6 (`unstable` in deno.json), so where it is missing, `node:dgram` takes its place.
 */

import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";

/** Where a datagram comes from or goes to. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** A received datagram. What exceeds the buffer is cut off. */
export interface Datagram {
  readonly length: number;
  readonly from: Endpoint;
}

/** An open socket. */
export interface DatagramSocket {
  readonly port: number;
  /** Receives one datagram into a buffer. Rejects when the socket is closed or broken. */
  receive(buffer: Uint8Array): Promise<Datagram>;
  /** Resolves when the system has taken the bytes, which must not change until then. */
  send(bytes: Uint8Array, to: Endpoint): Promise<unknown>;
  close(): void;
}

/** Opens a socket. Rejects if the port is taken. */
export async function openDatagramSocket(at: Endpoint): Promise<DatagramSocket> {
  return typeof Deno.listenDatagram === "function" ? openDeno(at) : await openNode(at);
}

/** Whether a socket can be opened. */
export async function isFree(at: Endpoint): Promise<boolean> {
  return await openDatagramSocket(at).then((socket) => {
    socket.close();
    return true;
  }, () => false);
}

function openDeno(at: Endpoint): DatagramSocket {
  const socket = Deno.listenDatagram({ ...at, transport: "udp" });
  return {
    port: portOf(socket.addr),
    async receive(buffer): Promise<Datagram> {
      const [{ length }, from] = await socket.receive(buffer);
      return { length, from: endpointOf(from) };
    },
    send: (bytes, to) => socket.send(bytes, { ...to, transport: "udp" }),
    close: () => socket.close(),
  };
}

function endpointOf(address: Deno.Addr): Endpoint {
  if (address.transport !== "udp") throw new TypeError("not an address of UDP");
  return address;
}

function portOf(address: Deno.Addr): number {
  return "port" in address ? address.port : 0;
}

/** Datagrams that `node:dgram` may deliver before they are received. What exceeds them is dropped. */
export const MAX_WAITING = 64;

/** `node:dgram`, which delivers datagrams without being asked. */
export async function openNode({ hostname, port }: Endpoint): Promise<DatagramSocket> {
  const socket = createSocket(isIPv6(hostname) ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, hostname, resolve);
  });
  socket.removeAllListeners("error");
  return new NodeSocket(socket);
}

type Waiting = { readonly bytes: Uint8Array; readonly from: Endpoint };

class NodeSocket implements DatagramSocket {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #receiver: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, { address, port }) => {
      if (this.#waiting.length >= MAX_WAITING) return;
      this.#waiting.push({ bytes, from: { hostname: address, port } });
      this.#receiver?.resolve();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the socket is closed")));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async receive(buffer: Uint8Array): Promise<Datagram> {
    if (this.#waiting.length === 0 && this.#failure === undefined) await this.#arrival();
    if (this.#failure !== undefined) throw this.#failure;
    const [next] = this.#waiting.splice(0, 1);
    if (next === undefined) return await this.receive(buffer);
    const { bytes, from } = next;
    const length = Math.min(bytes.length, buffer.length);
    buffer.set(bytes.subarray(0, length));
    return { length, from };
  }

  async send(bytes: Uint8Array, { hostname, port }: Endpoint): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null): void => error === null ? resolve() : reject(error);
      this.#socket.send(bytes, port, hostname, done);
    });
  }

  close(): void {
    this.#socket.close();
  }

  async #arrival(): Promise<void> {
    this.#receiver = Promise.withResolvers();
    await this.#receiver.promise;
    this.#receiver = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#receiver?.resolve();
  }
}
