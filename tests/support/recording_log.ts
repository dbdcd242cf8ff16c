/** A log that keeps what is written to it. */

import type { Log } from "../../server/base/log.ts";

/** `said` has each message with its properties, in order. */
export function recordingLog(): { log: Log; said: string[] } {
  const said: string[] = [];
  const note = (message: string, properties?: unknown): void =>
    void said.push(`${message} ${JSON.stringify(properties)}`);
  return { said, log: { info: note, warn: note, error: note } as unknown as Log };
}
