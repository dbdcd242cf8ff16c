/**
 * Whether the relay of video calls can be reached and knows the secret. The check requests an allocation as a browser
 * would, with a username and a password as pages get them, and releases it.
 *
 *   allocate ──> 401, realm, nonce ──> allocate, signed ──> granted: refresh with lifetime 0, done
 *                                                     └───> 401 again: the secrets differ
 */

import { errorCode } from "../base/error_code.ts";
import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { clearTimeout, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import type { TurnCredentials } from "../chat/turn.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { openTransport, type RelayAddress, relayAddressOf, type Transport } from "./turn_line.ts";
import { type Answer, answerIn, type Identity, Method, requestOf } from "./turn_message.ts";

/** Timeout of a request, in milliseconds. */
export const TURN_TIMEOUT = 3 * SECOND;

/** Times after which a UDP request is sent again, because it may have been lost, in milliseconds. */
const AGAIN_AFTER = [500, 1500];

/** The outcome of an allocation. */
type Outcome =
  | { kind: "granted" }
  /** `isSigned` if the refused request was signed. */
  | { kind: "refused"; code: number; isSigned: boolean }
  | { kind: "unreachable"; code: string };

/** Checks every relay. */
export async function checkRelays(turn: TurnCredentials): Promise<Finding[]> {
  const [server] = turn.route().servers;
  if (server === undefined) {
    return [
      skipped(
        "relay",
        "calls are direct, and start only if both people agree: --turn-url is not set",
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
  const to = relayAddressOf(url);
  const of = `relay ${url}`;
  if (to.transport === "dtls") return skipped(of, "not checked: doctor does not support DTLS");
  const outcome = await tryRelay(to, credentials);
  switch (outcome.kind) {
    case "granted":
      return ok(of, "it accepts the secret, and has capacity");
    case "refused":
      return problem(of, refusal(outcome));
    case "unreachable":
      return problem(of, absence(to, outcome.code));
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

function absence({ transport, port }: RelayAddress, code: string): string {
  const protocol = transport === "udp" ? "UDP" : "TCP";
  return code === "InvalidData" || code === "ERR_TLS"
    ? "browsers will not trust its certificate: check cert and pkey in coturn's configuration"
    : `no answer (${code}): check that coturn is running and that ${protocol} port ${port} is open`;
}

async function tryRelay(
  to: RelayAddress,
  credentials: Pick<Identity, "username" | "credential">,
): Promise<Outcome> {
  const talk = new TurnClient(to);
  try {
    await talk.open();
    const first = await talk.ask(Method.allocate);
    if (first.kind === "granted") return first;
    const { code, realm, nonce } = first;
    if (realm === undefined || nonce === undefined) {
      return { kind: "refused", code, isSigned: false };
    }
    const identity = { ...credentials, realm, nonce };
    const second = await talk.ask(Method.allocate, identity);
    if (second.kind === "refused") return { kind: "refused", code: second.code, isSigned: true };
    await talk.ask(Method.refresh, identity).catch(() => {}); // Otherwise the allocation expires.
    return second;
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  } finally {
    talk.close();
  }
}

/** A connection to one relay, with one request at a time. */
class TurnClient {
  readonly #to: RelayAddress;
  #line: Transport | undefined;
  #hear: (message: Buffer) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #isClosed = false;

  constructor(to: RelayAddress) {
    this.#to = to;
  }

  async open(): Promise<void> {
    const opened = openTransport(this.#to, {
      message: (bytes) => this.#hear(bytes),
      lost: (error) => this.#fail(error),
    });
    opened.then((line) => this.#isClosed ? line.close() : undefined, () => {});
    this.#line = await within(TURN_TIMEOUT, opened);
  }

  async ask(method: Method, identity?: Identity): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const transaction = randomBytes(12);
    const request = requestOf(method, transaction, identity);
    this.#hear = (message) => {
      const answer = answerIn(message, transaction);
      if (answer !== undefined) resolve(answer);
    };
    this.#fail = reject;
    this.#line?.send(request);
    const again = this.#to.transport === "udp" ? AGAIN_AFTER : [];
    const timers = again.map((after) => setTimeout(() => this.#line?.send(request), after));
    return await within(TURN_TIMEOUT, promise).finally(() => timers.forEach(clearTimeout));
  }

  close(): void {
    this.#isClosed = true;
    this.#line?.close();
  }
}

/** Resolves to the result of `work`, or rejects after `time` milliseconds. */
async function within<T>(time: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })),
    time,
  );
  return await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
