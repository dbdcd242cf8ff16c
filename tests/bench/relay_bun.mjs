/** The relay of `relay_ws.mjs`, on Bun's built-in WebSocket server, which is not written in JavaScript. */

import process from "node:process";

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
  fetch,
  websocket: { open, message, close },
});
process.stdout.write(`listening ${port}\n`);
