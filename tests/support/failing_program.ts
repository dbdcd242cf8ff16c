/** The program, in which errors that nobody handles occur all the time, and a library writes warnings to the console. */

/** Interval between two failures, in milliseconds. */
const FAILURE_INTERVAL = 100;

await import("../../main.ts");
setInterval(() => void Promise.reject(new Error("rejected")), FAILURE_INTERVAL);
setInterval(() => {
  // deno-lint-ignore no-console
  console.error("a warning of a library");
  throw new Error("thrown");
}, FAILURE_INTERVAL);
