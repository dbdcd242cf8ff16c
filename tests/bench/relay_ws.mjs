/**
 * A relay on Node with only `ws`, which is loaded from the working directory. The first two connections are partners, then
 * the next two, and so on, and each is told. It has no limits, no matchmaking and no sessions.
 */

import { createRequire } from "node:module";
import process from "node:process";

const { WebSocketServer } = createRequire(`${process.cwd()}/`)("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096 });
let waiting;

server.on("listening", () => process.stdout.write(`listening ${server.address().port}\n`));
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
