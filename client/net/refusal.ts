/** Why the server refuses a connection from this page. A plain request asks, because a failed handshake can't tell. */

import { CONNECTION_REFUSALS, type ConnectionRefusal, SOCKET_PATH } from "../../protocol.ts";

/** Maximum duration of a request, in milliseconds. */
const MAX_TIME = 10_000;

/** The status of a plain request to this path when nothing refuses the connection. */
const UPGRADE_REQUIRED = 426;
/** The status of something other than the chat server, where this page was put under a path. */
const NOT_FOUND = 404;
/** How soon to try again in that case, in seconds. */
const RETRY_AFTER_NOT_FOUND = 30;

/** Asks the server; "none" if nothing prevents a connection, and `undefined` if the server does not answer. */
export async function askRefusal(): Promise<ConnectionRefusal | "none" | undefined> {
  try {
    const signal = AbortSignal.timeout(MAX_TIME);
    // The origin of the page tells the server whether a proxy changes the host.
    const request = { cache: "no-store", referrerPolicy: "origin", signal } as const;
    const response = await fetch(SOCKET_PATH, request);
    if (response.status === UPGRADE_REQUIRED) return "none";
    return response.status === NOT_FOUND
      ? { code: "misconfigured", seconds: RETRY_AFTER_NOT_FOUND }
      : readRefusal(await response.json());
  } catch {
    return undefined; // The server is down, or something else answered.
  }
}

/** Parses an answer; `undefined` if this page does not know the code. */
export function readRefusal(answer: unknown): ConnectionRefusal | undefined {
  const { code, seconds } = Object(answer);
  const known = CONNECTION_REFUSALS.find((one) => one === code);
  return known !== undefined && typeof seconds === "number" && seconds >= 0
    ? { code: known, seconds }
    : undefined;
}
