/** The real program, stopped by SIGSTOP and continued. The clocks of longer stops are in `tests/server/clocks_test.ts`. */

import assert from "node:assert/strict";
import { SECOND } from "../../server/base/clock.ts";
import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";
import { cpuTime } from "../support/process_cpu.ts";
import { Program } from "../support/program.ts";
import { repeats } from "../support/repeats.ts";
import { waitUntil } from "../support/wait_until.ts";

/** How long the program is stopped, in seconds. */
const STOPPED = repeats({ sample: 8, long: 60 });

/** Processor time that the program may use in the second after it continues, in milliseconds. */
const MAX_WORK = 700;

Deno.test({
  name: "Program that was stopped and continues keeps its chats, and does its tasks once",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using program = await Program.start();
    const [a, b] = await BareClient.pair(program.socketUrl);
    const [c, d] = await BareClient.pair(program.socketUrl);
    Deno.kill(program.pid, "SIGSTOP");
    d.vanish();
    const again = new BareClient(program.socketUrl); // Its page comes back before the program does.
    again.socket.once("open", () => again.tell({ type: "resume", token: d.token }));
    a.send(Uint8Array.of(1, 42));
    await delay(STOPPED * SECOND);
    const before = cpuTime(program.pid);
    Deno.kill(program.pid, "SIGCONT");
    assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
    await again.next("resumed");
    c.send(Uint8Array.of(1, 43));
    assert.deepEqual(await again.frame(), Uint8Array.of(1, 43));
    await delay(SECOND);
    const work = cpuTime(program.pid) - before;
    assert.ok(work < MAX_WORK, `${work} ms`);
    await waitUntil(() => program.log.includes("Clock changed by"));
    assert.equal(program.log.split("Clock changed by").length, 2, "reported once");
    assert.equal(await program.stop(), 0);
  },
});
