/**
 * Whether the relay of video calls can be reached and knows the secret. The check requests an allocation as a browser
 * would, with a username and a password as pages get them, and releases it.
 *
 *   allocate ──> 401, realm, nonce ──> allocate, signed ──> granted: refresh with lifetime 0, done
 *                                                     ├───> 403, signed: the secret is right, the chat doesn't exist
 *                                                     └───> 401 again: the secrets differ
 */

import { errorCode } from "../base/error_code.ts";
import type { TurnCredentials } from "../chat/turn.ts";
import type { SessionId } from "../ids.ts";
import type { SessionPair } from "../turn/credentials.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { Method } from "../turn/stun_message.ts";
import { type Identity, type RelayAddress, relayAddressOf, TurnClient } from "./turn_client.ts";

/** The error code of a relay inside this program for a chat that isn't open. */
const FORBIDDEN = 403;

/** The outcome of an allocation. */
type Outcome =
  | { kind: "granted" }
  /** The relay knows the secret, and serves only chats that are open. */
  | { kind: "recognized" }
  /** `isSigned` if the refused request was signed. */
  | { kind: "refused"; code: number; isSigned: boolean }
  | { kind: "unreachable"; code: string };

/** A chat that doesn't exist: session IDs begin at 1. */
const NOBODY: SessionPair = { own: 0 as SessionId, partner: 0 as SessionId };

/** Checks every relay. `without` says why there may be none. */
export async function checkRelays(
  turn: TurnCredentials,
  without = "--turn-url is not set",
): Promise<Finding[]> {
  const [server] = turn.route(NOBODY).servers;
  if (server === undefined) {
    return [
      skipped(
        "relay",
        `calls are direct, and start only if both people agree: ${without}`,
      ),
    ];
  }
  const { urls, username, credential } = server;
  return await Promise.all(urls.map((url) => checkRelay(url, { username, credential })));
}

async function checkRelay(
  url: string,
  credentials: Pick<Identity, "username" | "credential">,
): Promise<Finding> {
  const address = relayAddressOf(url);
  const subject = `relay ${url}`;
  if (address.transport === "dtls") {
    return skipped(subject, "not checked: doctor does not support DTLS");
  }
  const outcome = await tryRelay(address, credentials);
  switch (outcome.kind) {
    case "granted":
      return ok(subject, "it accepts the secret, and has capacity");
    case "recognized":
      return ok(subject, "it accepts the secret");
    case "refused":
      return problem(subject, refusal(outcome));
    case "unreachable":
      return problem(subject, unreachability(address, outcome.code));
  }
}

function refusal({ code, isSigned }: Outcome & { kind: "refused" }): string {
  if (code === 401 && isSigned) {
    return "it rejects the secret: --turn-secret must be coturn's static-auth-secret, and the clocks must agree";
  }
  if (code === 486 || code === 508) return `it is full (${code}): check total-quota and user-quota`;
  return isSigned
    ? `allocation refused (${code}): check its configuration`
    : `allocation refused without asking for credentials (${code}): set use-auth-secret`;
}

function unreachability({ transport, port }: RelayAddress, code: string): string {
  const protocol = transport === "udp" ? "UDP" : "TCP";
  return code === "InvalidData" || code === "ERR_TLS"
    ? "browsers will not trust its certificate: check cert and pkey in coturn's configuration"
    : `no answer (${code}): check that coturn is running and that ${protocol} port ${port} is open`;
}

async function tryRelay(
  address: RelayAddress,
  credentials: Pick<Identity, "username" | "credential">,
): Promise<Outcome> {
  const client = new TurnClient(address);
  try {
    await client.open();
    const first = await client.ask(Method.allocate);
    if (first.kind === "granted") return first;
    const { code, realm, nonce } = first;
    if (realm === undefined || nonce === undefined) {
      return { kind: "refused", code, isSigned: false };
    }
    const identity = { ...credentials, realm, nonce };
    const second = await client.ask(Method.allocate, identity);
    if (second.kind === "refused") {
      return second.code === FORBIDDEN && second.isSigned
        ? { kind: "recognized" }
        : { kind: "refused", code: second.code, isSigned: true };
    }
    await client.ask(Method.refresh, identity).catch(() => {}); // Otherwise the allocation expires.
    return second;
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  } finally {
    client.close();
  }
}
