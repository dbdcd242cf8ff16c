/** How much memory JavaScript objects take. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The bytes that objects take which are still reachable. Collects garbage first. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return Deno.memoryUsage().heapUsed;
}
