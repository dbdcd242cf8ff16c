/**
 * What is let go of stays in memory until it is collected, and V8 collects when it likes: an idle server may keep the
 * text of an address for days after its last owner forgot it. So a purge is followed by a collection, where the
 * platform lets a program ask for one.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The function that collects at once everything that nobody holds; `undefined` where there is none. */
export function gcFunction(): (() => void) | undefined {
  try {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    return typeof collect === "function" ? () => void collect() : undefined;
  } catch {
    return undefined; // Deno Deploy, or a runtime to come.
  }
}
