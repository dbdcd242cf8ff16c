/** The sockets of the relay on a machine with several addresses. */

import assert from "node:assert/strict";
import type { Log } from "../../../server/base/log.ts";
import {
  type DatagramSocket,
  type Endpoint,
  openDatagramSocket,
} from "../../../server/turn/datagram_socket.ts";
import { localAddresses, MAX_LOCAL_ADDRESSES } from "../../../server/turn/local_addresses.ts";
import { LISTING_INTERVAL, UdpSockets } from "../../../server/turn/udp_sockets.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { within } from "../../support/wait_until.ts";

const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Log;

function interfaces(...addresses: readonly string[]): { address: string }[] {
  return addresses.map((address) => ({ address }));
}

function denied(): never {
  throw new Deno.errors.NotCapable();
}

/** Sockets that receive nothing, on a machine whose addresses a test sets. */
class Bed {
  readonly clock = new FakeClock();
  readonly open = new Set<string>();
  addresses: readonly string[] = [];
  readonly sockets: UdpSockets;

  constructor(hostname: string, list = () => interfaces(...this.addresses)) {
    this.sockets = new UdpSockets({
      ...{ hostname, port: 3478, clock: this.clock, log: NO_LOG, list },
      server: { receive: () => {} },
      open: (at) => this.#open(at),
    });
  }

  #open({ hostname, port }: Endpoint): Promise<DatagramSocket> {
    assert.ok(!this.open.has(hostname));
    this.open.add(hostname);
    return Promise.resolve({
      port,
      receive: () => new Promise(() => {}),
      send: () => Promise.resolve(),
      close: () => void this.open.delete(hostname),
    });
  }

  async relist(...addresses: readonly string[]): Promise<readonly string[]> {
    this.addresses = addresses;
    this.clock.advance(LISTING_INTERVAL);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return [...this.open].sort();
  }
}

Deno.test("Relay's local addresses are those of the wildcard's family, each once and without link-local ones", () => {
  const list = () =>
    interfaces("10.0.0.2", "127.0.0.1", "2001:db8::1", "fe80::1", "FEBF::1", "10.0.0.2");
  assert.deepEqual(localAddresses("0.0.0.0", list), ["10.0.0.2", "127.0.0.1"]);
  assert.deepEqual(localAddresses("::", list), ["10.0.0.2", "127.0.0.1", "2001:db8::1"]);
  assert.deepEqual(localAddresses("0.0.0.0", denied), []);
});

Deno.test("Relay on a wildcard host has a socket for each address, and follows changes", async () => {
  const bed = new Bed("0.0.0.0");
  bed.addresses = ["127.0.0.1", "192.0.2.7"];
  await bed.sockets.open();
  assert.deepEqual([...bed.open], bed.addresses);
  assert.deepEqual(await bed.relist("127.0.0.1", "192.0.2.8"), ["127.0.0.1", "192.0.2.8"]);
  assert.deepEqual(await bed.relist(), ["127.0.0.1", "192.0.2.8"], "it can't be listed");
  bed.sockets.close();
  assert.deepEqual(await bed.relist("127.0.0.1", "192.0.2.9"), []);
});

Deno.test("Relay has one socket for a single host, and where addresses can't be listed or are too many", async () => {
  const many = Array.from({ length: MAX_LOCAL_ADDRESSES + 1 }, (_, n) => `10.0.0.${n}`);
  const cases = [
    ["192.0.2.7", denied],
    ["::", denied],
    ["0.0.0.0", () => []],
    ["0.0.0.0", () => interfaces(...many)],
  ] as const;
  for (const [hostname, list] of cases) {
    const bed = new Bed(hostname, list);
    await bed.sockets.open();
    assert.deepEqual([...bed.open], [hostname]);
    bed.sockets.close();
    assert.deepEqual([...bed.open], []);
  }
});

Deno.test("Relay opens a bounded number of sockets when addresses are added", async () => {
  const bed = new Bed("0.0.0.0");
  bed.addresses = ["127.0.0.1"];
  await bed.sockets.open();
  const many = Array.from({ length: 2 * MAX_LOCAL_ADDRESSES }, (_, n) => `10.0.0.${n}`);
  assert.equal((await bed.relist("127.0.0.1", ...many)).length, MAX_LOCAL_ADDRESSES);
  bed.sockets.close();
});

Deno.test("Relay on a wildcard host answers from the address that was asked", async () => {
  const free = await openDatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const { port } = free;
  free.close();
  const sockets = new UdpSockets({
    ...{ hostname: "0.0.0.0", port, clock: new FakeClock(), log: NO_LOG },
    list: () => interfaces("127.0.0.1", "127.0.0.2", "127.0.0.3"),
    server: { receive: (path, { buffer, start, end }) => path.send(buffer.subarray(start, end)) },
  });
  await sockets.open();
  const client = await openDatagramSocket({ hostname: "127.0.0.1", port: 0 });
  const buffer = new Uint8Array(4);
  for (const hostname of sockets.addresses) {
    await client.send(Uint8Array.of(7), { hostname, port, transport: "udp" });
    const [, from] = await within(client.receive(buffer));
    assert.deepEqual({ ...from }, { hostname, port, transport: "udp" });
  }
  assert.deepEqual([sockets.addresses.length, sockets.isFailing, sockets.dropped], [3, false, 0]);
  client.close();
  sockets.close();
});
