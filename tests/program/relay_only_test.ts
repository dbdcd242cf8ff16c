/** A copy of the program that only relays the calls of another one. */

import assert from "node:assert/strict";
import { parseUsername } from "../../server/turn/credentials.ts";
import { BareClient } from "../support/bare_client.ts";
import { freePort } from "../support/free_port.ts";
import { Program } from "../support/program.ts";
import { RelayClient } from "../support/relay_client.ts";
import { relayOf } from "../support/relayed_call.ts";
import { TestServer } from "../support/server.ts";

const CHANNEL = 0x4000;

const SECRET = "--turn-secret=0123456789abcdef";

Deno.test("Relay-only program relays the calls of other programs, and has no page and no chat", async () => {
  const port = freePort();
  const options = ["--host=127.0.0.1", `--port=${port}`, "--relay=only", SECRET] as const;
  const relaying = [...options, "--metrics-token=0123456789abcdef0123456789abcdef"];
  await using relay = await Program.start(...relaying, "--access-log=off");
  const url =
    `--turn-url=turn:127.0.0.1:${port}?transport=udp,turn:127.0.0.1:${port}?transport=tcp`;
  await using chat = await Program.start(url, SECRET, "--access-log=off");
  const pages = await BareClient.pair(chat.socketUrl);
  const others = await BareClient.pair(chat.socketUrl);
  const servers = await Promise.all(pages.map(relayOf));
  using ann = await RelayClient.open(servers[0]!, "udp");
  using bob = await RelayClient.open(servers[1]!, "tcp");
  using eve = await RelayClient.open(await relayOf(others[1]), "tcp");
  assert.deepEqual([await ann.allocate(), await bob.allocate(), await eve.allocate()], [0, 0, 0]);
  assert.deepEqual([await ann.bind(CHANNEL, bob.port), await bob.bind(CHANNEL, ann.port)], [0, 0]);
  assert.equal(await eve.bind(CHANNEL, ann.port), 0);
  await eve.send(Uint8Array.of(6), CHANNEL); // Of another chat: dropped.
  await bob.send(Uint8Array.of(7), CHANNEL);
  assert.deepEqual(await ann.data(), Uint8Array.of(7));
  await ann.send(Uint8Array.of(8), CHANNEL);
  assert.deepEqual(await bob.data(), Uint8Array.of(8));
  using forged = await RelayClient.open({ ...servers[0]!, credential: "forged" }, "tcp");
  assert.equal(await forged.allocate(), 401);
  for (const page of [...pages, ...others]) page.leave();
  for (const path of ["/", "/ws", "/privacy", "/api/transparency"]) {
    const response = await fetch(relay.http + path);
    assert.deepEqual([response.status, await response.text()], [404, "This is a TURN server.\n"]);
  }
  assert.deepEqual(await (await fetch(`${relay.http}/healthz`)).json(), {
    status: "ok",
    failing: [],
  });
  const metrics = await fetch(`${relay.http}/metrics`);
  assert.deepEqual([metrics.status, await metrics.text().then(() => 0)], [401, 0]);
  await assert.rejects(() => BareClient.enter(relay.socketUrl));
  assert.match(relay.log, /Relays the video calls of other servers, and serves no pages/);
  assert.doesNotMatch(relay.log, /two windows|contact-email|0123456789abcdef/);
});

Deno.test("Servers that share a relay do not name two chats the same", async () => {
  const names: (string | undefined)[] = [];
  for (let n = 0; n < 2; n++) {
    await using server = await TestServer.start({ args: ["--turn-url=turn:a.example", SECRET] });
    const pages = await BareClient.pair(server.socketUrl);
    const { username } = await relayOf(pages[0]);
    names.push(parseUsername(username)?.chat);
    for (const page of pages) page.leave();
  }
  assert.equal(new Set(names).size, 2);
});
