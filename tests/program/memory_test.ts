/** The program with little address space: it serves, or it refuses to start with a reason. */

import assert from "node:assert/strict";
import { BareClient } from "../support/bare_client.ts";
import { Program } from "../support/program.ts";
import { within } from "../support/wait_until.ts";

/** A command prefix that limits the address space, in kilobytes. */
function withAddressSpace(kilobytes: number): string[] {
  return ["sh", "-c", `ulimit -v ${kilobytes} && exec "$@"`, "sh"];
}

const IGNORED = Deno.build.os !== "linux";

Deno.test("Program with 8 GB of address space exits at the start, and says why", {
  ignore: IGNORED,
}, async () => {
  await using program = Program.launch({ under: withAddressSpace(8_000_000) });
  assert.notEqual(await within(program.ended), 0);
  assert.match(program.log, /out of memory/i);
  assert.doesNotMatch(program.log, /Listening/);
});

Deno.test("Program with 40 GB of address space serves", { ignore: IGNORED }, async () => {
  await using program = await Program.startWith({ under: withAddressSpace(40_000_000) });
  const [a, b] = await BareClient.pair(program.socketUrl);
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  assert.equal(await program.stop(), 0);
});
