/**
 * Unreferenced objects stay in memory until V8 collects them, which it does at its own pace. An idle server may keep
 * the text of an address for days after the last reference to it is gone. So each purge is followed by a garbage
 * collection, if the platform lets a program request one.
 *
 * A collection frees only what is unreferenced. JavaScript itself keeps the text that a regular expression matched last
 * (`RegExp.input`), and that may be the address of the last visitor. So the text is replaced first.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A function that runs a full garbage collection immediately, or `undefined` if the platform doesn't offer one. */
export function gcFunction(): (() => void) | undefined {
  try {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect !== "function") return undefined;
    return () => {
      forgetLastMatch();
      collect();
    };
  } catch {
    return undefined; // On Deno Deploy, and perhaps in future runtimes.
  }
}

/** Replaces the text that `RegExp.input` and similar properties refer to. */
function forgetLastMatch(): void {
  /^$/.exec("");
}
