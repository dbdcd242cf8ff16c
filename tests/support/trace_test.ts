/** Traces are read call by call, whatever the calls write. */

import { deepEqual } from "node:assert/strict";
import { parseTrace } from "./trace.ts";

const TRACE = [
  '12 openat(AT_FDCWD, "/data/new", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 9',
  '12 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 10',
  '12 openat(AT_FDCWD, "/data/absent", O_WRONLY) = -1 ENOENT (No such file or directory)',
  '13 pwrite64(9, "\\r\\0 function rename() { link(a, O_CREAT) }", 40, 0) = 40',
  '13 rename("/data/a", "/data/b") = 0',
].join("\n");

Deno.test("Trace distinguishes files from data that look like the opening of a file", () => {
  const { calls, opened } = parseTrace(TRACE);
  deepEqual(opened, ["/data/new", "/data/a"]);
  deepEqual(calls.map((line) => line.slice(0, 13)), ["13 pwrite64(9"]);
});
