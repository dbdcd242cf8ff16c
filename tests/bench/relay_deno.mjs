/**
 * What this runtime costs: the relay of `relay_floor.c` on Deno's `node:net`, with nothing else. It has no limits,
 * timeouts or checks. Frames are unmasked in the chunk that they arrived in, and all frames of a chunk are written
 * together. The goals that it misses are unreachable for our server, too (`goals.ts`).
 *
 *   deno run relay_deno.mjs [CERTIFICATE KEY]     the files of a certificate, to serve TLS
 */

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { createServer as createTlsServer } from "node:tls";

/** The response to the one key that the generator sends (RFC 6455 section 1.3). */
const ANSWER = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/** A text frame. */
const PAIRED = "\x81\x06paired";

let waiting;

/** Unmasks all complete frames before a close frame, and moves them to the front. */
const unmask = (data) => {
  let [from, to, isClosing] = [0, 0, false];
  while (data.length - from >= 8 && !(isClosing = (data[from] & 15) === 8)) {
    const short = data[from + 1] & 127;
    const head = short === 126 ? 4 : 2;
    const length = short === 126 ? data.readUInt16BE(from + 2) : short;
    const payload = from + head + 4;
    if (data.length < payload + length) break;
    data[to] = data[from];
    data[to + 1] = short;
    if (head === 4) data.copyWithin(to + 2, from + 2, from + 4);
    to += head;
    const [a, b, c, d] = data.subarray(payload - 4, payload);
    const mask = [a, b, c, d];
    for (let i = 0; i < length; i++) data[to + i] = data[payload + i] ^ mask[i & 3];
    to += length;
    from = payload + length;
  }
  return { from, to, isClosing };
};

const join = (peer) => {
  peer.socket.write(ANSWER, "latin1");
  peer.partner = waiting;
  if (waiting) {
    waiting.partner = peer;
    waiting.socket.write(PAIRED, "latin1");
    peer.socket.write(PAIRED, "latin1");
  }
  waiting = waiting ? undefined : peer;
};

/** On loopback a handshake arrives in one piece. */
const receive = (peer, chunk) => {
  if (!peer.isOpen) {
    peer.isOpen = true;
    return join(peer);
  }
  const data = peer.rest ? Buffer.concat([peer.rest, chunk]) : chunk;
  const { from, to, isClosing } = unmask(data);
  peer.rest = from < data.length ? Buffer.from(data.subarray(from)) : undefined;
  if (to > 0) peer.partner?.socket.write(data.subarray(0, to));
  if (isClosing) peer.socket.end();
};

const accept = (socket) => {
  const peer = { socket, partner: undefined, rest: undefined, isOpen: false };
  socket.setNoDelay();
  socket.on("data", (chunk) => receive(peer, chunk));
  socket.on("error", () => {});
  socket.on("close", () => {
    if (waiting === peer) waiting = undefined;
    if (peer.partner) peer.partner.partner = undefined;
  });
};

const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const server = cert ? createTlsServer({ cert, key }, accept) : createServer(accept);
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.stdout.write(`listening ${server.address().port}\n`);
});
