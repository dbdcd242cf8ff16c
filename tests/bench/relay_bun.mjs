/**
 * The relay of `relay_ws.mjs`, on Bun's built-in WebSocket server, which is not written in JavaScript.
 *
 *   bun relay_bun.mjs [CERTIFICATE KEY]     the files of a certificate, to serve TLS
 */

import { readFileSync } from "node:fs";
import process from "node:process";

const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
let waiting;

const open = (socket) => {
  socket.data.partner = waiting;
  if (waiting) {
    waiting.data.partner = socket;
    waiting.send("paired");
    socket.send("paired");
  }
  waiting = waiting ? undefined : socket;
};

const message = (socket, data) => {
  socket.data.partner?.send(data);
};

const close = (socket) => {
  if (waiting === socket) waiting = undefined;
  if (socket.data.partner) socket.data.partner.data.partner = undefined;
};

const fetch = (request, server) =>
  server.upgrade(request, { data: {} }) ? undefined : new Response("A relay.");

const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  ...(cert && { tls: { cert, key } }),
  fetch,
  websocket: { open, message, close },
});
process.stdout.write(`listening ${port}\n`);
