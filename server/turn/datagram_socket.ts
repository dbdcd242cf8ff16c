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

/** The same, as Deno has it. */
export interface Source extends Endpoint {
  readonly transport: "udp";
}

/** A received datagram, and where it comes from. What exceeds the buffer is cut off. */
export type Datagram = readonly [bytes: Uint8Array, from: Deno.Addr];

/**
 * An open socket. Its promises are those of Deno's own socket, because another promise for each packet would cost as
 * much as handling it.
 */
export interface DatagramSocket {
  readonly port: number;
  /** Receives one datagram into a buffer. Rejects when the socket is closed or broken. */
  receive(buffer: Uint8Array): Promise<Datagram>;
  /** Resolves when the system has taken the bytes, which must not change until then. */
  send(bytes: Uint8Array, to: Source): Promise<unknown>;
  close(): void;
}

/** Whether a datagram comes from an IP address, as it does in every socket that is opened here. */
export function isSource(address: Deno.Addr): address is Deno.Addr & Source {
  return address.transport === "udp";
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
    receive: (buffer) => socket.receive(buffer),
    send: (bytes, to) => socket.send(bytes, to),
    close: () => socket.close(),
  };
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

type Waiting = { readonly bytes: Uint8Array; readonly from: Source };

class NodeSocket implements DatagramSocket {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #receiver: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, { address, port }) => {
      if (this.#waiting.length >= MAX_WAITING) return;
      this.#waiting.push({ bytes, from: { transport: "udp", hostname: address, port } });
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
    return [buffer.subarray(0, length), from];
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
