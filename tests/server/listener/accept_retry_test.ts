import assert from "node:assert/strict";
import { Server } from "node:net";
import type { Log } from "../../../server/base/log.ts";
import { AcceptRetry } from "../../../server/listener/accept_retry.ts";

/** An error of the system, with its code. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A server that counts how often it is told to listen. */
class CountingServer extends Server {
  listened = 0;
  readonly _handle = { listen: (): number => this.listened++ };
}

Deno.test("AcceptRetry listens again each time, and logs the beginning and the end of exhausted descriptors", () => {
  const lines: string[] = [];
  const write = (text: unknown): unknown => lines.push(String(text));
  const log = { info: write, warn: write } as unknown as Log;
  const problems = [undefined, "EMFILE", "ENFILE", "EMFILE", "ENOENT", undefined];
  const server = new CountingServer();
  let now: string | undefined;
  const openFile = (): void => {
    if (now !== undefined) throw systemError(now);
  };
  const accepting = new AcceptRetry({ server, backlog: 9, openFile, log });
  for (now of problems) accepting.retry();
  assert.equal(server.listened, problems.length);
  assert.deepEqual(lines, [
    "Too few file descriptors: new connections have to wait.",
    "File descriptors are available again: connections are accepted.",
  ]);
});
