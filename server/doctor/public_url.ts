/**
 * Makes a handshake as a visitor's browser would, through every proxy in front of the server, and explains why it
 * fails. It ends the connection immediately.
 */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { SOCKET_PATH, SUBPROTOCOL } from "../../protocol.ts";
import { SECOND } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { deadline } from "../base/timeout.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";

/** Timeout of the handshake, in milliseconds. */
const TIMEOUT = 5 * SECOND;

/** Maximum length of a refusal, in characters. */
const MAX_RESPONSE = 4096;

/** Number of random bytes in a handshake (RFC 6455 section 4.1). */
const KEY_BYTES = 16;

const SUBJECT = "--public-url";

/** How every sentence of a refused handshake begins. */
const REFUSED = "Cannot connect: ";

/** How a server answers a handshake. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Checks the way of a visitor's browser to the server; `ca` is a certificate to trust, in PEM. */
export async function checkPublicUrl(publicUrl: string, ca?: string): Promise<Finding> {
  if (publicUrl === "") {
    return skipped(SUBJECT, "not set, so the way through your proxies is not checked");
  }
  try {
    const fault = faultOf(await handshake(publicUrl, ca));
    return fault === undefined
      ? ok(SUBJECT, `a browser can connect to ${publicUrl}`)
      : problem(SUBJECT, `a browser cannot connect to ${publicUrl}: ${fault}`);
  } catch (error) {
    const code = errorCode(error);
    return problem(SUBJECT, `${publicUrl} does not answer (${code}): check its name and its proxy`);
  }
}

async function handshake(publicUrl: string, ca: string | undefined): Promise<Answer> {
  const opening = open(publicUrl, ca);
  try {
    return await deadline(TIMEOUT, answerTo(opening));
  } finally {
    opening.destroy();
  }
}

/** The headers that every browser sends (RFC 6455 section 4.1). */
function open(publicUrl: string, ca: string | undefined): ClientRequest {
  const { protocol, host, hostname, port } = new URL(publicUrl);
  const isTls = protocol === "https:";
  const to = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (isTls ? 443 : 80) };
  const headers = {
    host,
    "origin": publicUrl,
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(KEY_BYTES).toString("base64"),
    "sec-websocket-protocol": SUBPROTOCOL,
  };
  const socket = isTls ? { createConnection: () => connectTls(to, ca) } : {};
  return request({ ...to, path: SOCKET_PATH, headers, ...socket });
}

/** Unlike `node:https`, this requires no permission to list the certificates of the system. */
function connectTls(to: { host: string; port: number }, ca: string | undefined): TLSSocket {
  const servername = isIP(to.host) === 0 ? to.host : "";
  return connect({ ...to, servername, ...ca === undefined ? {} : { ca } });
}

async function answerTo(opening: ClientRequest): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  opening.once("error", reject);
  opening.once("upgrade", ({ statusCode = 0 }, socket) => {
    socket.destroy();
    resolve({ status: statusCode, text: "" });
  });
  opening.once("response", (response) => resolve(read(response)));
  opening.end();
  return await promise;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0 } = response;
  let text = "";
  for await (const part of response) {
    text += Buffer.from(part).toString("utf8");
    if (text.length > MAX_RESPONSE) break;
  }
  return { status, text };
}

/** What prevents a connection, and what to do; `undefined` if nothing does. */
function faultOf({ status, text }: Answer): string | undefined {
  if (status === 101) return undefined;
  if (status >= 300 && status < 400) {
    return `it redirects (${status}): set the URL that it redirects to`;
  }
  if (text.startsWith(REFUSED)) return refusalOf(status, text);
  switch (status) {
    case 404:
      return "something else answers (404): forward /ws to this server, which can't run under a path";
    case 426:
      return "its proxy drops the Upgrade header: forward Upgrade and Connection";
    case 502:
    case 503:
    case 504:
      return `its proxy can't reach the server (${status}): start it, and check --host and --port`;
    default:
      return `something answers with status ${status}: forward /ws unchanged`;
  }
}

/** The server itself has refused the handshake. */
function refusalOf(status: number, text: string): string {
  const reason = text.slice(REFUSED.length).trim().replace(/\.$/, "");
  if (reason.includes("another origin")) {
    return "its proxy changes the Host header: forward Host as the browser sends it";
  }
  return status === 400
    ? `its proxy changes the handshake (${reason}): forward all headers`
    : `this machine's address is refused (${reason}): try again later`;
}
