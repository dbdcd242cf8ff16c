/** A transport to a relay, by UDP, TCP or TLS: it sends and receives whole messages. */

import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { lengthOf } from "./turn_message.ts";

/** Maximum length of a received message, in bytes. */
const MAX_MESSAGE = 4096;

/** The address of a relay (RFC 7065). */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp" | "tls" | "dtls";
}

/** Handles what arrives. */
export interface ResponseHandler {
  message(bytes: Buffer): void;
  /** The connection is lost. */
  lost(error: unknown): void;
}

/** An open transport. */
export interface Transport {
  send(message: Buffer): void;
  close(): void;
}

/** Parses the URI of a relay, which must be valid. */
export function relayAddressOf(url: string): RelayAddress {
  const [, scheme = "", host = "", port, transport] =
    /^(turns?):(\[[^\]]*\]|[^:?]*)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(url) ?? [];
  const isTls = scheme.toLowerCase() === "turns";
  const isTcp = transport === undefined ? isTls : transport.toLowerCase() === "tcp";
  return {
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? isTls ? 5349 : 3478 : Number(port),
    transport: isTls ? isTcp ? "tls" : "dtls" : isTcp ? "tcp" : "udp",
  };
}

/** Opens a transport; rejects if the relay can't be reached. */
export async function openTransport(to: RelayAddress, hearer: ResponseHandler): Promise<Transport> {
  return to.transport === "udp" ? await openUdp(to, hearer) : await openStream(to, hearer);
}

async function openUdp({ host, port }: RelayAddress, hearer: ResponseHandler): Promise<Transport> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  socket.on("message", (bytes: Uint8Array) => hearer.message(Buffer.from(bytes)));
  socket.on("error", (error) => hearer.lost(error));
  return {
    send: (message) => socket.send(message, port, address),
    close: () => void socket.close(),
  };
}

/** TLS as in a browser: the certificate must be for this host, from a trusted authority. */
async function openStream(
  { host: hostname, port, transport }: RelayAddress,
  hearer: ResponseHandler,
): Promise<Transport> {
  const connection = transport === "tls"
    ? await Deno.connectTls({ hostname, port })
    : await Deno.connect({ hostname, port });
  if ("handshake" in connection) {
    await connection.handshake().catch((error) => {
      connection.close();
      throw error;
    });
  }
  const writer = connection.writable.getWriter();
  void read(connection.readable, hearer);
  return {
    send: (message) => void writer.write(new Uint8Array(message)).catch(hearer.lost),
    close: () => void writer.abort().catch(() => {}), // It may be broken already.
  };
}

/** A stream has no message boundaries, only the lengths in the messages. */
async function read(stream: ReadableStream<Uint8Array>, hearer: ResponseHandler): Promise<void> {
  let bytes = Buffer.alloc(0);
  try {
    for await (const part of stream) {
      bytes = Buffer.concat([bytes, part]);
      for (let length = lengthOf(bytes); length !== undefined; length = lengthOf(bytes)) {
        if (length > MAX_MESSAGE) throw new Error("Cannot read: the message is too long");
        if (bytes.length < length) break;
        hearer.message(bytes.subarray(0, length));
        bytes = bytes.subarray(length);
      }
    }
    hearer.lost(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
  } catch (error) {
    hearer.lost(error);
  }
}
