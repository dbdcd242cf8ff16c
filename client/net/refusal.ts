/** Why the server lets this page not connect: asked for with a plain request, because a handshake can't tell. */

import { type Hindrance, HINDRANCES, SOCKET_PATH } from "../../protocol.ts";

/** Asks; `undefined` when nothing is in the way, or nobody answers. */
export async function askRefusal(): Promise<Hindrance | undefined> {
  try {
    const response = await fetch(SOCKET_PATH, { cache: "no-store" });
    return readRefusal(await response.json());
  } catch {
    return undefined; // The server is down, or says something else.
  }
}

/** Reads an answer; `undefined` when this page knows none like it. */
export function readRefusal(answer: unknown): Hindrance | undefined {
  const { code, seconds } = Object(answer);
  const known = HINDRANCES.find((one) => one === code);
  return known !== undefined && typeof seconds === "number" && seconds >= 0
    ? { code: known, seconds }
    : undefined;
}
