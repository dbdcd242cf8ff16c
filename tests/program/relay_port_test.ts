/** The relay of a program behind a proxy, at a port that clients reach without the proxy. */

import assert from "node:assert/strict";
import { BareClient } from "../support/bare_client.ts";
import { freePort } from "../support/free_port.ts";
import { Program } from "../support/program.ts";
import { RelayClient } from "../support/relay_client.ts";

Deno.test("Program behind a proxy relays calls at --relay-port, where there is no page and no chat", async () => {
  const port = freePort();
  await using program = await Program.start(
    ...["--trust-proxy=1", `--relay-port=${port}`, "--relay-host=127.0.0.1", "--access-log=off"],
  );
  const pages = await BareClient.pair(program.socketUrl);
  for (const transport of ["udp", "tcp"] as const) {
    pages[0].tell({ type: "ice" });
    const { servers, policy } = await pages[0].next("ice");
    assert.deepEqual([policy, servers[0]?.urls], ["relay", [
      `turn:127.0.0.1:${port}?transport=udp`,
      `turn:127.0.0.1:${port}?transport=tcp`,
    ]]);
    using client = await RelayClient.open(servers[0]!, transport);
    assert.equal(await client.allocate(), 0);
  }
  for (const path of ["/", "/ws", "/metrics"]) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    assert.deepEqual([response.status, await response.text()], [404, "This is a TURN server.\n"]);
  }
  await assert.rejects(() => BareClient.enter(`ws://127.0.0.1:${port}/ws`));
  for (const page of pages) page.leave();
});
