/**
 * Decides, before the upgrade, whether a client may open a WebSocket, and returns the decision as a value. A session
 * receives the entry of its address in the registry, which doesn't contain the address. In a cluster the gate also
 * passes the address to `share`. The cluster hashes it with a key before it sends or stores anything.
 *
 * A browser always states which page connects (`Origin`). A page of another site must not use a visitor's browser as
 * its client (cross-site WebSocket hijacking), so an Origin must name the requested host (`origin.ts`). If the handshake
 * used TLS, the page must have been loaded over TLS too, because anyone on the path could have forged a page that was
 * not. A client that is not a browser can send any Origin or none. A missing Origin is accepted: the check protects
 * visitors, not the server.
 */

import { type ConnectionRefusal, SUBPROTOCOL } from "../../protocol.ts";
import type { AddressRecord, Verdict } from "./address_record.ts";
import { type Address, networkOf } from "./address.ts";
import { type Clock, inSeconds } from "../base/clock.ts";
import type { Denials } from "./denials.ts";
import type { Entry, Guest, IpRegistry } from "./ip_registry.ts";
import { type OriginDifference, originDifference, type OriginOptions } from "./origin.ts";
import { RETRIES } from "../limits/rate_limits.ts";

/** A request for a WebSocket. */
export interface Handshake {
  /** The address of the client; `undefined` after the connection has closed. */
  readonly address: Address | undefined;
  /** Whether the client used TLS, as far as is known. */
  readonly isSecure: boolean;
  /** The value of a header. The name must be in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** The reasons for a refusal. */
export const REFUSALS = [
  "origin",
  "handshake",
  "ended",
  "denied",
  "too-fast",
  "blocked",
  "too-many-connections",
  "full",
] as const;

export type RefusalCode = (typeof REFUSALS)[number];

/** A refusal becomes an HTTP response. */
export interface Refusal {
  readonly kind: "refused";
  readonly code: RefusalCode;
  readonly status: 400 | 403 | 429 | 503;
  readonly reason: string;
  readonly retryAfter?: number;
  /** In what the origin of the page differs, if that is the reason. */
  readonly difference?: OriginDifference;
}

/** What one node decides on a handshake. It may permit it, but only {@linkcode Gate.admit} admits it. */
export type LocalDecision = { kind: "permitted"; entry: Entry<AddressRecord> } | Refusal;

/** What all nodes together decide on a handshake. */
export type GateDecision = { kind: "admitted"; entry: Entry<AddressRecord> } | Refusal;

/** Maximum seconds until a denied client may check whether the operator has changed the deny list. */
export const RETRY_AFTER_DENIED = 3600;

export interface GateOptions {
  readonly clock: Clock;
  readonly registry: IpRegistry<AddressRecord>;
  /** Addresses that the operator denies. */
  readonly denials: Pick<Denials, "deniedFor">;
  /** How long it takes at least until the server has room for another connection, in milliseconds; 0 if it has. */
  readonly roomIn: () => number;
  /** What the origin of a page is compared with, apart from the Host header. */
  readonly origins?: OriginOptions;
  /** Connects a record to what other nodes know about the address. */
  readonly share?: ((record: AddressRecord, address: Address) => void) | undefined;
}

/** Decides on handshakes. The cheapest checks come first. */
export class Gate {
  /** Number of refusals so far, by reason. */
  readonly refusals: Record<RefusalCode, number> = zeroCounts();
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Decides on one handshake with what this node knows. The decision goes to {@linkcode Gate.admit}. */
  evaluate(handshake: Handshake): LocalDecision {
    const decision = this.#evaluate(handshake);
    if (decision.kind === "refused") this.#count(decision);
    return decision;
  }

  /**
   * Decides on what this node permits. In a cluster it asks the other nodes: a client that this node permits may exceed
   * the limits of all nodes together.
   */
  admit(decision: LocalDecision): GateDecision | Promise<GateDecision> {
    if (decision.kind === "refused") return decision;
    const { entry } = decision;
    const verdict = entry.record.attemptElsewhere(this.#options.clock.now());
    return verdict instanceof Promise
      ? verdict.then((later) => this.#conclude(entry, later))
      : this.#conclude(entry, verdict);
  }

  #conclude(entry: Entry<AddressRecord>, verdict: Verdict): GateDecision {
    const { clock, roomIn } = this.#options;
    const wait = roomIn(); // The server may have filled up meanwhile.
    const refusal = verdict.kind === "allowed" && wait > 0
      ? refuseVerdict(entry.record.refuseForRoom(true, clock.now(), wait), "full")
      : refuseVerdict(verdict, "too-many-connections");
    if (refusal === undefined) return { kind: "admitted", entry };
    this.#count(refusal);
    return refusal;
  }

  #evaluate(handshake: Handshake): LocalDecision {
    const refusal = refuseOrigin(handshake, this.#options.origins) ?? refuseMalformed(handshake);
    if (refusal !== undefined) return refusal;
    const { address } = handshake;
    const { registry, share } = this.#options;
    if (address === undefined) {
      return refuse("ended", 400, "Cannot connect: the connection has closed.");
    }
    if (this.isDenied(address)) {
      return refuse("denied", 403, "Cannot connect: the operator has denied this address.");
    }
    const network = networkOf(address);
    const entry = registry.touch(network);
    share?.(entry.record, network);
    return this.#refuseEntry(entry) ?? { kind: "permitted", entry };
  }

  /** The reason why an address is kept out right now, if any. Does not count as an attempt. */
  refusalFor(address: Address | undefined): ConnectionRefusal | undefined {
    const { clock, registry, denials } = this.#options;
    if (address === undefined) return undefined;
    const deniedFor = denials.deniedFor(address);
    if (deniedFor > 0) {
      return { code: "denied", seconds: Math.min(RETRY_AFTER_DENIED, inSeconds(deniedFor)) };
    }
    const entry = registry.find(networkOf(address));
    const wait = entry?.record.blockedFor(clock.now()) ?? 0;
    if (entry !== undefined && wait > 0) {
      return { code: entry.record.blockReason, seconds: inSeconds(wait) };
    }
    return this.#lackOfRoom(entry);
  }

  /**
   * Holds the address of a client of the call relay until the returned function is called. `undefined` if the address
   * is denied or blocked. If it is later, the client is denied.
   */
  connectRelayed(guest: Guest): (() => void) | undefined {
    const { clock, registry, share } = this.#options;
    if (this.isDenied(guest.address)) return undefined;
    const network = networkOf(guest.address);
    const { record, connect } = registry.touch(network);
    share?.(record, network);
    if (record.blockedFor(clock.now()) > 0) return undefined;
    const disconnect = connect(guest, "relayed");
    const stopListening = record.onBlocked({
      blocked: () => guest.deny(),
      denied: () => guest.deny(),
    });
    return () => {
      stopListening();
      disconnect();
    };
  }

  /** Whether the operator denies an address. */
  isDenied(address: Address): boolean {
    return this.#options.denials.deniedFor(address) > 0;
  }

  /** The lack of room, with the wait that a client of this address was given when it was refused. */
  #lackOfRoom(entry: Entry<AddressRecord> | undefined): ConnectionRefusal | undefined {
    const { clock, roomIn } = this.#options;
    const isCrowded = entry !== undefined && exceedsPlaces(entry.record, entry.connections);
    const told = entry?.record.tellWait(clock.now());
    const least = roomIn();
    const seconds = inSeconds(told ?? (least || RETRIES.shortest));
    if (isCrowded) return { code: "too-many-connections", seconds };
    if (least > 0) return { code: "full", seconds };
    return told === undefined ? undefined : { code: "too-many-connections", seconds };
  }

  #count({ code }: Refusal): void {
    this.refusals[code]++;
  }

  /** A lack of room is found first, so that it costs the address nothing. */
  #refuseEntry({ record, connections }: Entry<AddressRecord>): Refusal | undefined {
    const { clock, roomIn } = this.#options;
    const isCrowded = exceedsPlaces(record, connections);
    const verdict = record.attempt(clock.now(), isCrowded ? RETRIES.shortest : roomIn());
    return refuseVerdict(verdict, isCrowded ? "too-many-connections" : "full");
  }
}

/** Whether an address with this many connections may not open another. */
export function exceedsPlaces(record: AddressRecord, connections: number): boolean {
  return connections >= record.places;
}

type RoomRefusal = "too-many-connections" | "full";

function refuseForRoom(code: RoomRefusal, wait: number): Refusal {
  return code === "full"
    ? refuse(code, 503, "Cannot connect: the server is full.", inSeconds(wait))
    : refuse(code, 429, "Cannot connect: too many connections from one address.", inSeconds(wait));
}

function zeroCounts(): Record<RefusalCode, number> {
  return Object.fromEntries(REFUSALS.map((code) => [code, 0])) as Record<RefusalCode, number>;
}

const WITHOUT_PROXIES: OriginOptions = { hops: 0 };

/** Refuses a handshake from a page of another site. */
function refuseOrigin(
  { isSecure, header }: Handshake,
  origins = WITHOUT_PROXIES,
): Refusal | undefined {
  const origin = header("origin");
  if (origin === undefined) return undefined;
  const difference = originDifference({ origin, isSecure, header }, origins);
  if (difference === undefined) return undefined;
  return {
    ...refuse("origin", 403, "Cannot connect: the page is from another origin."),
    difference,
  };
}

/** Refuses a handshake that is invalid. Does not depend on the address. */
function refuseMalformed(handshake: Handshake): Refusal | undefined {
  if (!offersSubprotocol(handshake)) {
    return refuse("handshake", 400, `Cannot connect: the client does not speak ${SUBPROTOCOL}.`);
  }
  return isHandshake(handshake)
    ? undefined
    : refuse("handshake", 400, "Cannot connect: not a WebSocket version 13 handshake.");
}

/** The refusal that follows from a verdict, if any. `room` is what there is too little of. */
function refuseVerdict(verdict: Verdict, room: RoomRefusal): Refusal | undefined {
  switch (verdict.kind) {
    case "allowed":
      return undefined;
    case "no-room":
      return refuseForRoom(room, verdict.wait);
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
