/** Asks the server that runs with these options how it is: for `health`, and for the doctor who finds a port taken. */

import { errorCode } from "../base/error_code.ts";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:tls";
import { SECOND } from "../base/clock.ts";
import { COMPONENTS, type Health, STATUSES } from "../health.ts";

/** How long an answer may take, in milliseconds. */
export const HEALTH_TIMEOUT = 3 * SECOND;

/** The longest that an answer may be, in characters. */
const MAX_ANSWER = 4096;

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** What came of asking. */
export type Reply =
  | { kind: "answered"; health: Health }
  /** Somebody else is there. */
  | { kind: "other" }
  /** Why there was no answer, as a short code. */
  | { kind: "unreachable"; code: string };

/** Asks. */
export async function askOwnServer(where: ServerAddress): Promise<Reply> {
  try {
    const health = healthIn(await get(where, "/healthz"));
    return health === undefined ? { kind: "other" } : { kind: "answered", health };
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  }
}

/** The address by which a server can be asked that listens on `host`. */
export function reachable(host: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1" }[host] ?? host;
}

async function get(where: ServerAddress, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = open(where, path);
  asked.once("response", resolve).once("error", reject);
  const late = setTimeout(() => {
    reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
    asked.destroy();
  }, HEALTH_TIMEOUT);
  asked.end();
  try {
    let text = "";
    for await (const part of await promise) {
      text += part;
      if (text.length > MAX_ANSWER) break;
    }
    return text;
  } finally {
    clearTimeout(late);
    asked.destroy();
  }
}

/** This is about whether the server answers; its certificate, which is for another name, is looked at elsewhere. */
function open({ host, port, isTls }: ServerAddress, path: string): ClientRequest {
  const to = { host: reachable(host), port };
  const options = { ...to, path, headers: { host: `localhost:${port}`, connection: "close" } };
  return isTls
    ? request({ ...options, createConnection: () => connect({ ...to, rejectUnauthorized: false }) })
    : request(options);
}

function healthIn(text: string): Health | undefined {
  try {
    const { status, failing } = JSON.parse(text);
    const isOurs = STATUSES.includes(status) && Array.isArray(failing) &&
      failing.every((part) => COMPONENTS.includes(part));
    return isOurs ? { status, failing } : undefined;
  } catch {
    return undefined;
  }
}
