/**
 * The relay of `relay_ws.mjs`, on Node and Socket.IO, written as the Socket.IO documentation recommends: one event, emitted
 * to the partner unchanged, whether it carries text or bytes.
 *
 *   node relay_socket_io.mjs [CERTIFICATE KEY]     the files of a certificate, to serve TLS
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import process from "node:process";

const { Server } = createRequire(`${process.cwd()}/`)("socket.io");
const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const http = cert ? createTlsServer({ cert, key }) : createServer();
const server = new Server(http, { serveClient: false });
let waiting;

server.on("connection", (socket) => {
  socket.on("message", (data) => socket.data.partner?.emit("message", data));
  socket.on("disconnect", () => {
    if (waiting === socket) waiting = undefined;
    if (socket.data.partner) socket.data.partner.data.partner = undefined;
  });
  socket.data.partner = waiting;
  if (waiting) {
    waiting.data.partner = socket;
    waiting.emit("paired");
    socket.emit("paired");
  }
  waiting = waiting ? undefined : socket;
});

http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.stdout.write(`listening ${http.address().port}\n`);
});
