/** The socket of the relay, whose failures can't be caused on demand by a real one. */

import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { Log } from "../../../server/base/log.ts";
import type { TurnPath } from "../../../server/turn/allocation.ts";
import {
  type Datagram,
  type DatagramSocket,
  isSource,
  openDatagramSocket,
  openNode,
  type Source,
} from "../../../server/turn/datagram_socket.ts";
import type { Packet } from "../../../server/turn/packet.ts";
import {
  MAX_PENDING_SENDS,
  REOPEN_INTERVAL,
  UdpTransport,
} from "../../../server/turn/udp_transport.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { waitUntil } from "../../support/wait_until.ts";

const FROM: Source = { transport: "udp", hostname: "::ffff:203.0.113.7", port: 4000 };

/** Small datagrams that fit into the receive buffer of a socket, and more than Deno receives in one turn. */
const FLOOD = 200;

/** A socket that receives and sends when a test says so. */
class FakeSocket implements DatagramSocket {
  readonly port = 3478;
  readonly sent: { bytes: Uint8Array; taken: () => void; lost: () => void }[] = [];
  isClosed = false;
  #next = Promise.withResolvers<(buffer: Uint8Array) => Datagram>();

  async receive(buffer: Uint8Array): Promise<Datagram> {
    const fill = await this.#next.promise;
    this.#next = Promise.withResolvers();
    return fill(buffer);
  }

  async send(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((taken, lost) => this.sent.push({ bytes, taken, lost }));
  }

  close(): void {
    this.isClosed = true;
  }

  /** A datagram arrives. Resolves when it was handled. */
  async arrive(bytes: Uint8Array): Promise<void> {
    this.#next.resolve((buffer) => {
      buffer.set(bytes.subarray(0, buffer.length));
      return [buffer.subarray(0, Math.min(bytes.length, buffer.length)), FROM];
    });
    await settled();
  }

  async fail(error = new Error("broken")): Promise<void> {
    const { reject } = this.#next;
    this.#next = Promise.withResolvers();
    reject(error);
    await settled();
  }
}

/** Lets all pending promises continue. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** A transport with a fake socket, and a server that does what a test says. */
class Bed {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  readonly lines: string[] = [];
  handle: (path: TurnPath, packet: Packet) => void = () => {};
  isTaken = false;
  readonly transport = new UdpTransport({
    ...{ hostname: "127.0.0.1", port: 3478, clock: this.clock },
    log: this.#log(),
    server: { receive: (path, packet) => this.handle(path, packet) },
    open: () => this.#open(),
  });

  get socket(): FakeSocket {
    return this.sockets.at(-1) ?? assert.fail();
  }

  /** Sends each datagram back from its buffer. Returns the buffers so far, in order. */
  echo(): readonly Uint8Array[] {
    const buffers: Uint8Array[] = [];
    this.handle = (path, { buffer, start, end }) => {
      buffers.push(buffer);
      path.send(buffer.subarray(start, end));
    };
    return buffers;
  }

  #open(): Promise<DatagramSocket> {
    if (this.isTaken) return Promise.reject(new Error("taken"));
    this.sockets.push(new FakeSocket());
    return Promise.resolve(this.socket);
  }

  #log(): Log {
    const to = (message: string, properties: unknown): void =>
      void this.lines.push(message + JSON.stringify(properties));
    return { info: to, warn: to, error: to } as unknown as Log;
  }
}

Deno.test("UDP transport unmaps the address of a client", async () => {
  const bed = new Bed();
  await bed.transport.open();
  const paths: TurnPath[] = [];
  bed.handle = (path) => void paths.push(path);
  await bed.socket.arrive(Uint8Array.of(0, 1));
  assert.deepEqual(paths.map(({ address, port }) => [address, port]), [["203.0.113.7", 4000]]);
  assert.equal(bed.transport.clients, 0); // A stranger is forgotten.
  bed.transport.close();
});

Deno.test("UDP transport sends from the buffer of the datagram, and reuses it only when the system has taken it", async () => {
  const bed = new Bed();
  await bed.transport.open();
  const buffers = bed.echo();
  for (const byte of [1, 2]) await bed.socket.arrive(Uint8Array.of(byte));
  assert.notEqual(buffers[0], buffers[1]);
  assert.deepEqual(bed.socket.sent.map(({ bytes }) => [...bytes]), [[1], [2]]);
  for (const { taken } of bed.socket.sent) taken();
  await settled();
  for (const byte of [3, 4]) await bed.socket.arrive(Uint8Array.of(byte));
  assert.ok(buffers.slice(2).some((one) => buffers.slice(0, 2).includes(one)));
  bed.transport.close();
});

Deno.test("UDP transport copies bytes that are not from the datagram", async () => {
  const bed = new Bed();
  await bed.transport.open();
  const reply = Uint8Array.of(7);
  bed.handle = (path) => path.send(reply);
  await bed.socket.arrive(Uint8Array.of(0));
  reply[0] = 8;
  assert.deepEqual(bed.socket.sent.map(({ bytes }) => [...bytes]), [[7]]);
  bed.transport.close();
});

Deno.test("UDP transport drops what exceeds the sends that are pending", async () => {
  const bed = new Bed();
  await bed.transport.open();
  bed.handle = (path) => path.send(Uint8Array.of(7));
  for (let n = 0; n < MAX_PENDING_SENDS + 3; n++) await bed.socket.arrive(Uint8Array.of(0));
  assert.deepEqual([bed.socket.sent.length, bed.transport.dropped], [MAX_PENDING_SENDS, 3]);
  bed.socket.sent[0]!.taken();
  await settled();
  await bed.socket.arrive(Uint8Array.of(0));
  assert.equal(bed.socket.sent.length, MAX_PENDING_SENDS + 1);
  bed.transport.close();
});

Deno.test("UDP transport counts what could not be sent, and uses its buffer again", async () => {
  const bed = new Bed();
  await bed.transport.open();
  const buffers = bed.echo();
  for (let n = 0; n < 4; n++) {
    await bed.socket.arrive(Uint8Array.of(n));
    bed.socket.sent.at(-1)?.lost();
    await settled();
  }
  assert.equal(bed.transport.dropped, 4);
  assert.equal(new Set(buffers).size, 2); // One is being received into when the other is free again.
  bed.transport.close();
});

Deno.test("UDP transport opens a broken socket again, and says so without an address", async () => {
  const bed = new Bed();
  await bed.transport.open();
  await bed.socket.fail(new Deno.errors.ConnectionReset()); // About a client, and not the socket.
  assert.ok(!bed.transport.isFailing);
  bed.isTaken = true;
  await bed.socket.fail();
  assert.ok(bed.transport.isFailing && bed.socket.isClosed);
  bed.clock.advance(REOPEN_INTERVAL);
  await settled();
  assert.ok(bed.transport.isFailing);
  bed.isTaken = false;
  bed.clock.advance(REOPEN_INTERVAL);
  await settled();
  assert.deepEqual([bed.transport.isFailing, bed.sockets.length, bed.lines.length], [false, 2, 2]);
  bed.clock.advance(10 * REOPEN_INTERVAL);
  await settled();
  assert.equal(bed.sockets.length, 2);
  assert.doesNotMatch(bed.lines.join(), /203\.0\.113/);
  bed.transport.close();
  assert.ok(bed.socket.isClosed && !bed.transport.isFailing);
});

for (const [name, open] of [["Deno", openDatagramSocket], ["Node", openNode]] as const) {
  Deno.test(`UDP socket of ${name} receives, cuts long datagrams off, answers, and closes`, async () => {
    const [a, b] = await Promise.all([1, 2].map(() => open({ hostname: "127.0.0.1", port: 0 })));
    const at = { transport: "udp", hostname: "127.0.0.1", port: a!.port } as const;
    await b!.send(new Uint8Array(100).fill(7), at);
    const buffer = new Uint8Array(10);
    const [bytes, from] = await a!.receive(buffer);
    assert.ok(isSource(from));
    assert.deepEqual([bytes.length, from.port, buffer], [10, b!.port, new Uint8Array(10).fill(7)]);
    await a!.send(Uint8Array.of(1), from);
    assert.equal((await b!.receive(buffer))[0].length, 1);
    await assert.rejects(() => open(at), "the port is taken");
    const waiting = a!.receive(buffer);
    a!.close();
    await assert.rejects(waiting);
    b!.close();
  });
}

Deno.test("UDP transport lets others have a turn of the event loop while it is flooded", async () => {
  const [socket, client] = await Promise.all(
    [1, 2].map(() => openDatagramSocket({ hostname: "127.0.0.1", port: 0 })),
  );
  const to = { transport: "udp", hostname: "127.0.0.1", port: socket!.port } as const;
  for (let n = 0; n < FLOOD; n++) await client!.send(Uint8Array.of(0), to);
  let handled = 0;
  const bed = new Bed();
  const transport = new UdpTransport({
    ...{ hostname: "127.0.0.1", port: 0, clock: bed.clock, log: bed.lines as unknown as Log },
    server: { receive: () => void handled++ },
    open: () => Promise.resolve(socket!),
  });
  let [seen, most] = [0, 0];
  const look = (): void => {
    most = Math.max(most, handled - seen);
    seen = handled;
    if (seen < FLOOD) setImmediate(look);
  };
  setImmediate(look);
  await transport.open();
  await waitUntil(() => seen === FLOOD);
  assert.ok(most < FLOOD, `${most} datagrams in one turn`);
  transport.close();
  client!.close();
});

Deno.test("UDP transport relays by node:dgram as well", async () => {
  const bed = new Bed();
  const transport = new UdpTransport({
    ...{ hostname: "127.0.0.1", port: 0, clock: bed.clock, open: openNode },
    log: bed.lines as unknown as Log,
    server: { receive: (path, { buffer, start, end }) => path.send(buffer.subarray(start, end)) },
  });
  await transport.open();
  const client = await openDatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const buffer = new Uint8Array(4);
  for (let n = 0; n < 20; n++) {
    const to = { transport: "udp", hostname: "127.0.0.1", port: transport.port } as const;
    await client.send(Uint8Array.of(n), to);
    await client.receive(buffer);
    assert.equal(buffer[0], n);
  }
  transport.close();
  client.close();
  await waitUntil(() => transport.port === 0);
});
