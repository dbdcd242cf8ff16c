import { deepEqual } from "node:assert/strict";
import { listenWithRelay, MAX_PORT_ATTEMPTS } from "../../../server/commands/port_pair.ts";
import type { Listener } from "../../../server/listener/listener.ts";
import { isFree, openDatagramSocket } from "../../../server/turn/datagram_socket.ts";

/** Listeners at port 1, 2 and so on, and the ports of those that were closed. */
class Ports {
  readonly closed: number[] = [];
  #last = 0;

  readonly listen = (): Promise<Listener> => {
    const port = ++this.#last;
    return Promise.resolve({
      port,
      sockets: () => Promise.resolve(0),
      heartbeat: () => {},
      reloadCertificate: () => Promise.resolve(),
      close: () => Promise.resolve(void this.closed.push(port)),
    });
  };
}

Deno.test("Server whose port the system chooses takes one that is free by TCP and UDP", async () => {
  const ports = new Ports();
  const { port } = await listenWithRelay(ports.listen, (one) => Promise.resolve(one === 3));
  deepEqual([port, ports.closed], [3, [1, 2]]);
});

Deno.test("Server stops looking for a port after a number of attempts", async () => {
  const ports = new Ports();
  const { port } = await listenWithRelay(ports.listen, () => Promise.resolve(false));
  deepEqual([port, ports.closed.length], [MAX_PORT_ATTEMPTS, MAX_PORT_ATTEMPTS - 1]);
});

Deno.test("UDP port is free unless it is open", async () => {
  const hostname = "127.0.0.1";
  const socket = await openDatagramSocket({ hostname, port: 0 });
  const at = { hostname, port: socket.port };
  const before = await isFree(at);
  socket.close();
  deepEqual([before, await isFree(at)], [false, true]);
});
