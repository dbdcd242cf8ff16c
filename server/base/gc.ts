/**
 * Unreferenced objects stay in memory until V8 collects them, which it does at its own pace. An idle server may keep
 * the text of an address for days after the last reference to it is gone. So each purge is followed by a garbage
 * collection, if the platform lets a program request one.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A function that runs a full garbage collection immediately, or `undefined` if the platform doesn't offer one. */
export function gcFunction(): (() => void) | undefined {
  try {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    return typeof collect === "function" ? () => void collect() : undefined;
  } catch {
    return undefined; // On Deno Deploy, and perhaps in future runtimes.
  }
}
