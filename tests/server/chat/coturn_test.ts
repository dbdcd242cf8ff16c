/**
 * The relay of calls as an operator sets it up with deploy/turnserver.conf: a real coturn with exactly that
 * configuration. The client here sees every response and uses credentials made by the real program.
 * `tests/e2e/relay_test.ts` tests the relay with browsers.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect } from "node:tls";
import type { CallServer } from "../../../protocol.ts";
import { credentialOf } from "../../../server/turn/credentials.ts";
import { BareClient } from "../../support/bare_client.ts";
import { Coturn, isCoturnThere, TURN_SECRET } from "../../support/coturn.ts";
import { Program } from "../../support/program.ts";
import { codeOf, type Credentials, firstRequest, TurnClient } from "../../support/turn_client.ts";
import { waitUntil } from "../../support/wait_until.ts";

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const QUOTA_REACHED = 486;

/** Maximum number of allocations per user name: `user-quota` in the file. */
const QUOTA = 16;

const ignore = !await isCoturnThere();

/** Credentials that are made with this secret and expire after this many seconds. */
function made(seconds: number, secret = TURN_SECRET): Credentials & { end: number } {
  const end = Math.floor(Date.now() / 1000) + seconds;
  const username = `${end}:${crypto.randomUUID()}`;
  return { username, credential: credentialOf(username, secret), end };
}

/** The error code of an allocation request, or 0 on success. */
async function ask(coturn: Coturn, credentials: Credentials): Promise<number> {
  await using client = new TurnClient(coturn, credentials);
  return await client.allocate();
}

Deno.test(
  { name: "Coturn accepts the configuration in deploy/turnserver.conf without a warning", ignore },
  async () => {
    await using coturn = await Coturn.start({ isLoud: true });
    const said = await coturn.stop();
    assert.match(said, /White listing: 127\.0\.0\.1/);
    const complaints = said.split("\n").filter((line) =>
      /bad|unknown|warn|error|fail|cannot/i.test(line)
    );
    assert.deepEqual(complaints, []);
  },
);

Deno.test({
  name: "Coturn accepts the program's credentials, and refuses altered and expired ones",
  ignore,
}, async () => {
  await using coturn = await Coturn.start();
  await using program = await Program.startWith({
    args: [`--turn-url=${coturn.url}`],
    env: { TURN_SECRET },
  });
  const pair = await BareClient.pair(program.socketUrl);
  const servers: CallServer[] = [];
  for (const client of pair) {
    client.tell({ type: "ice" });
    servers.push(...(await client.next("ice")).servers);
    client.vanish();
  }
  const [a, b] = servers as [CallServer, CallServer];
  assert.deepEqual([a.urls, await ask(coturn, a), await ask(coturn, b)], [[coturn.url], 0, 0]);
  const [end = "", nonce] = a.username.split(":");
  const refused: Credentials[] = [
    { ...a, username: `${Number(end) + 1}:${nonce}` },
    { ...a, username: `${a.username}0` },
    { ...a, credential: b.credential },
    { ...a, credential: "" },
    made(600, `${TURN_SECRET}.`),
    made(-1),
  ];
  for (const one of refused) assert.equal(await ask(coturn, one), UNAUTHORIZED, one.username);
});

Deno.test(
  { name: "Coturn lets a call continue when its credentials have expired", ignore },
  async () => {
    await using coturn = await Coturn.start({ more: ["allow-loopback-peers", "stale-nonce=1"] });
    const credentials = made(10); // Long enough to allocate with them on a busy computer.
    await using client = new TurnClient(coturn, credentials);
    assert.equal(await client.allocate(), 0);
    await waitUntil(() => Date.now() / 1000 > credentials.end + 2, 30);
    assert.equal(await ask(coturn, credentials), UNAUTHORIZED);
    assert.equal(await client.permit(coturn.address), 0);
  },
);

Deno.test(
  { name: "Coturn relays only to itself, in IPv4 and IPv6", ignore },
  async () => {
    const denied = [
      "0.0.0.0",
      "10.0.0.1",
      "100.64.0.1",
      "127.0.0.2",
      "169.254.169.254",
      "172.16.0.1",
      "192.168.0.1",
      "203.0.113.8",
      "224.0.0.1",
      "255.255.255.255",
    ];
    const denied6 = [
      "00000000000000000000000000000000",
      "00000000000000000000ffff0a000001",
      "0064ff9b00000000000000000a000001",
      "20010db8000000000000000000000008",
      "fd000000000000000000000000000001",
      "fe800000000000000000000000000001",
      "ff020000000000000000000000000001",
      "ffffffffffffffffffffffffffffffff",
    ];
    const address6 = hasIpv6() ? { address6: "::1" } : {};
    await using coturn = await Coturn.start({ more: ["allow-loopback-peers"], ...address6 });
    await using client = new TurnClient(coturn, made(60));
    assert.equal(await client.allocate(), 0);
    for (const peer of denied) assert.equal(await client.permit(peer), FORBIDDEN, peer);
    assert.equal(await client.permit(coturn.address), 0); // Otherwise the refusals above would prove nothing.
    if (!hasIpv6()) return;
    await using client6 = new TurnClient(coturn, made(60));
    assert.equal(await client6.allocate("ipv6"), 0);
    for (const peer of denied6) {
      assert.equal(await client6.permit(Buffer.from(peer, "hex")), FORBIDDEN, peer);
    }
    assert.equal(await client6.permit(Buffer.from("1".padStart(32, "0"), "hex")), 0);
  },
);

Deno.test({ name: "Coturn limits the allocations of one user name", ignore }, async () => {
  await using coturn = await Coturn.start();
  await using places = new AsyncDisposableStack();
  const credentials = made(60);
  for (let n = 0; n < QUOTA; n++) {
    const client = places.use(new TurnClient(coturn, credentials));
    assert.equal(await client.allocate(), 0);
  }
  assert.equal(await ask(coturn, credentials), QUOTA_REACHED);
  assert.equal(await ask(coturn, made(60)), 0);
});

Deno.test({ name: "Coturn can also be reached by TLS", ignore }, async () => {
  await using coturn = await Coturn.start();
  const { address: host, tlsPort: port, certificate: ca } = coturn;
  const socket = connect({ host, port, ca, servername: "turn.example.org" });
  socket.write(firstRequest());
  const [answer] = await once(socket, "data") as [Buffer];
  assert.equal(codeOf(answer), UNAUTHORIZED);
  socket.destroy();
});

Deno.test({ name: "Coturn writes no address and no user name anywhere", ignore }, async () => {
  await using coturn = await Coturn.start();
  const credentials = made(60);
  assert.equal(await ask(coturn, credentials), 0);
  assert.doesNotMatch(await coturn.stop(), /\d+\.\d+\.\d+\.\d+|::1/);
  for (const { path, text } of await coturn.files()) {
    assert.match(path, /^(db(-journal)?|pid)$/);
    for (const word of [coturn.address, credentials.username]) assert.ok(!text.includes(word));
  }
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
