/** Why the server refuses a connection from this page. A plain request asks, because a failed handshake can't tell. */

import { CONNECTION_REFUSALS, type ConnectionRefusal, SOCKET_PATH } from "../../protocol.ts";

/** Asks the server; `undefined` if nothing prevents a connection, or the server does not answer. */
export async function askRefusal(): Promise<ConnectionRefusal | undefined> {
  try {
    const response = await fetch(SOCKET_PATH, { cache: "no-store" });
    return readRefusal(await response.json());
  } catch {
    return undefined; // The server is down, or its answer is not JSON.
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
