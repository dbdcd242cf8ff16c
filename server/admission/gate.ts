/**
 * Decides who may open a WebSocket, before the upgrade, and returns the decision as a value. A session receives the entry
 * of its address in the registry, which doesn't contain the address. In a cluster the gate also passes the address to
 * `share`. The cluster hashes it with a key before it sends or stores anything.
 *
 * A browser always states which page connects (`Origin`). A page of another site must not use a visitor's browser as its
 * client (cross-site WebSocket hijacking), so an Origin must name the requested host. If the visitor came by TLS, the page
 * must have been loaded by TLS as well, because anyone on the way could have written one that was not. A client that is
 * not a browser can send any Origin or none. A missing Origin is accepted: the check protects visitors, not the server.
 */

import { type Hindrance, SUBPROTOCOL } from "../../protocol.ts";
import type { AddressRecord, Verdict } from "./address_record.ts";
import { type Address, isWithin, networkOf, type Range } from "./address.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import type { Entry, IpRegistry } from "./ip_registry.ts";

/** What a client says when it asks for a WebSocket. */
export interface Handshake {
  /** Whose it is; `undefined` when the connection has none any more. */
  readonly address: Address | undefined;
  /** Whether they came by TLS, as far as is known. */
  readonly isSecure: boolean;
  /** The value of a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** Why somebody is refused, in a word. */
export const REFUSALS = [
  "origin",
  "handshake",
  "ended",
  "denied",
  "too-fast",
  "blocked",
  "crowded",
  "full",
] as const;

export type RefusalCode = (typeof REFUSALS)[number];

/** Whether somebody may enter; a refusal is an HTTP answer. */
export type GateDecision =
  | { kind: "admitted"; entry: Entry<AddressRecord> }
  | {
    kind: "refused";
    code: RefusalCode;
    status: 400 | 403 | 429 | 503;
    reason: string;
    retryAfter?: number;
  };

type Refusal = GateDecision & { kind: "refused" };

/** Seconds after which a visitor may try again when everything is taken. */
export const RETRY_AFTER_FULL = 10;

/** Seconds after which somebody may look whether the operator has changed his mind. */
export const RETRY_AFTER_DENIED = 3600;

/** What a gate needs. */
export interface GateOptions {
  readonly clock: Clock;
  readonly registry: IpRegistry<AddressRecord>;
  /** Who may never connect. */
  readonly denied: readonly Range[];
  /** How many connections one address may have. */
  readonly perAddress: number;
  /** Whether every place is taken. */
  readonly isFull: () => boolean;
  /** Lets what other machines know of an address hold here, too. */
  readonly share?: ((record: AddressRecord, address: Address) => void) | undefined;
}

/** Decides who may enter: what costs least is asked first. */
export class Gate {
  /** How many were refused so far, and why. */
  readonly refusals: Record<RefusalCode, number> = zeroCounts();
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Decides on one handshake, as far as this machine can. */
  admit(handshake: Handshake): GateDecision {
    return this.#counted(this.#evaluate(handshake));
  }

  #evaluate(handshake: Handshake): GateDecision {
    const refusal = refuseMalformed(handshake);
    if (refusal !== undefined) return refusal;
    const { address } = handshake;
    const { denied, registry, share } = this.#options;
    if (address === undefined) {
      return refuse("ended", 400, "Cannot connect: the connection has closed.");
    }
    if (isWithin(address, denied)) {
      return refuse("denied", 403, "Cannot connect: the operator has denied this address.");
    }
    const network = networkOf(address);
    const entry = registry.touch(network);
    share?.(entry.record, network);
    return this.#refuseEntry(entry) ?? { kind: "admitted", entry };
  }

  /** What keeps an address out right now; asking is no attempt. */
  refusalFor(address: Address | undefined): Hindrance | undefined {
    const { clock, registry, denied, isFull } = this.#options;
    if (address === undefined) return undefined;
    if (isWithin(address, denied)) return { code: "denied", seconds: RETRY_AFTER_DENIED };
    const entry = registry.find(networkOf(address));
    const wait = entry?.record.blockedFor(clock.now()) ?? 0;
    if (entry !== undefined && wait > 0) {
      return { code: entry.record.blockReason, seconds: inSeconds(wait) };
    }
    if (this.exceedsPerAddressLimit(entry?.connections ?? 0)) {
      return { code: "crowded", seconds: RETRY_AFTER_FULL };
    }
    return isFull() ? { code: "full", seconds: RETRY_AFTER_FULL } : undefined;
  }

  /** Whether so many connections leave no room for another. */
  exceedsPerAddressLimit(connections: number): boolean {
    return connections >= this.#options.perAddress;
  }

  /** Asks the other machines, if there are any: what this one admits may be too much for all of them together. */
  async admitClusterWide(admission: GateDecision): Promise<GateDecision> {
    if (admission.kind === "refused") return admission;
    const { entry } = admission;
    const { clock, isFull } = this.#options;
    const opinion = await entry.record.attemptElsewhere(clock.now());
    if (isFull()) return this.#counted(FULL); // Meanwhile.
    if (opinion === undefined) return admission;
    const { kind, wait, elsewhere } = opinion;
    if (kind !== "allowed") return this.#counted(refuseVerdict({ kind, wait }) ?? admission);
    return this.exceedsPerAddressLimit(entry.connections + elsewhere)
      ? this.#counted(TOO_MANY_CONNECTIONS)
      : admission;
  }

  #counted(admission: GateDecision): GateDecision {
    if (admission.kind === "refused") this.refusals[admission.code]++;
    return admission;
  }

  /** Whoever comes too fast is on the way to a block; who finds no place is not. */
  #refuseEntry({ record, connections }: Entry<AddressRecord>): Refusal | undefined {
    const { clock, isFull } = this.#options;
    const tooFast = refuseVerdict(record.attempt(clock.now()));
    if (tooFast !== undefined) return tooFast;
    if (this.exceedsPerAddressLimit(connections)) return TOO_MANY_CONNECTIONS;
    return isFull() ? FULL : undefined;
  }
}

const TOO_MANY_CONNECTIONS = refuse(
  "crowded",
  429,
  "Cannot connect: too many connections from one address.",
  RETRY_AFTER_FULL,
);
const FULL = refuse("full", 503, "Cannot connect: the server is full.", RETRY_AFTER_FULL);

function zeroCounts(): Record<RefusalCode, number> {
  return Object.fromEntries(REFUSALS.map((code) => [code, 0])) as Record<RefusalCode, number>;
}

/** Refuses a handshake that is none of ours, whoever makes it. */
function refuseMalformed(handshake: Handshake): Refusal | undefined {
  if (!isSameOrigin(handshake)) {
    return refuse("origin", 403, "Cannot connect: the page is from another origin.");
  }
  if (!offersSubprotocol(handshake)) {
    return refuse("handshake", 400, `Cannot connect: the client does not speak ${SUBPROTOCOL}.`);
  }
  return isHandshake(handshake)
    ? undefined
    : refuse("handshake", 400, "Cannot connect: not a WebSocket version 13 handshake.");
}

function refuseVerdict(verdict: Verdict): Refusal | undefined {
  switch (verdict.kind) {
    case "allowed":
      return undefined;
    case "too-fast":
      return refuse("too-fast", 429, "Cannot connect: too many attempts.", inSeconds(verdict.wait));
    case "blocked":
      return refuse(
        "blocked",
        429,
        "Cannot connect: this address is blocked.",
        inSeconds(verdict.wait),
      );
  }
}

function refuse(
  code: RefusalCode,
  status: Refusal["status"],
  reason: string,
  retryAfter?: number,
): Refusal {
  const refusal: Refusal = { kind: "refused", code, status, reason };
  return retryAfter === undefined ? refusal : { ...refusal, retryAfter };
}

function inSeconds(wait: number): number {
  return Math.ceil(wait / SECOND);
}

function isSameOrigin({ isSecure, header }: Handshake): boolean {
  const host = header("host");
  const origin = header("origin");
  if (origin === undefined) return true;
  if (!host || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  return page.host === host.toLowerCase() && (!isSecure || page.protocol === "https:");
}

function offersSubprotocol({ header }: Handshake): boolean {
  const protocols = header("sec-websocket-protocol") ?? "";
  return protocols.split(",").some((protocol) => protocol.trim() === SUBPROTOCOL);
}

/** RFC 6455 section 4.2.1: an upgrade to version 13, with a key of 16 bytes in base64. */
function isHandshake({ header }: Handshake): boolean {
  return header("upgrade")?.toLowerCase() === "websocket" &&
    /(^|,)\s*upgrade\s*(,|$)/i.test(header("connection") ?? "") &&
    header("sec-websocket-version") === "13" &&
    /^[+/0-9A-Za-z]{22}==$/.test(header("sec-websocket-key") ?? "");
}
