/**
 * Thousands of visitors who all do the same at the same moment, in another process than the server. They answer pings
 * and discard everything else.
 *
 *   deno run --allow-all tests/bench/stall_crowd.ts PORT PEOPLE     then one command per line on standard input
 *
 *   open          everyone connects, each from a different address
 *   drop          all connections break
 *   {"type":…}    everyone sends this control message; # stands for a different number for each
 */

import { HANDSHAKE } from "../support/raw_client.ts";
import { maskedFrame, Opcode } from "./numbered_message.ts";
import { linesOf } from "./orders.ts";

/** How many connect at the same time. The server accepts only so many that have not sent a request. */
const CONCURRENCY = 100;

/** The first byte of a ping. */
const PING = 0x80 | Opcode.ping;

const PONG = maskedFrame(Opcode.pong, "");

const [port = 0, people = 0] = Deno.args.map(Number);
const buffer = new Uint8Array(64 * 1024);
let connections: Deno.TcpConn[] = [];

for await (const line of linesOf(Deno.stdin.readable)) await obey(line);

async function obey(command: string): Promise<void> {
  if (command === "open") return await open();
  if (command === "drop") return drop();
  await Promise.all(connections.map((connection, index) => {
    const text = command.replaceAll("#", `${index}`);
    return connection.write(maskedFrame(Opcode.text, text)).catch(() => 0);
  }));
}

async function open(): Promise<void> {
  let next = 0;
  const connectNext = async (): Promise<void> => {
    while (next < people) connections.push(await connect(next++));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, connectNext));
}

async function connect(index: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const address = `X-Forwarded-For: 10.${index >> 16}.${index >> 8 & 255}.${index & 255}`;
  await connection.write(new TextEncoder().encode([...HANDSHAKE, address, "", ""].join("\r\n")));
  await connection.read(buffer);
  void discard(connection);
  return connection;
}

/** Discards what arrives, except that a ping is answered. */
async function discard(connection: Deno.TcpConn): Promise<void> {
  while (await connection.read(buffer).catch(() => null) !== null) {
    if (buffer[0] === PING) void connection.write(PONG).catch(() => 0);
  }
}

function drop(): void {
  for (const connection of connections) connection.close();
  connections = [];
}
