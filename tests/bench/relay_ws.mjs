/**
 * A relay on Node with only `ws`, which is loaded from the working directory. The first two connections are partners, then
 * the next two, and so on, and each is told. It has no limits, no matchmaking and no sessions.
 *
 *   node relay_ws.mjs [CERTIFICATE KEY]     the files of a certificate, to serve TLS
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import process from "node:process";

const { WebSocketServer } = createRequire(`${process.cwd()}/`)("ws");
const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file));
const http = cert ? createTlsServer({ cert, key }) : createServer();
const server = new WebSocketServer({ server: http });
let waiting;

server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.partner?.send(data, { binary: isBinary }));
  socket.on("error", () => {});
  socket.on("close", () => {
    if (waiting === socket) waiting = undefined;
    if (socket.partner) socket.partner.partner = undefined;
  });
  socket.partner = waiting;
  if (waiting) {
    waiting.partner = socket;
    waiting.send("paired");
    socket.send("paired");
  }
  waiting = waiting ? undefined : socket;
});

http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.stdout.write(`listening ${http.address().port}\n`);
});
