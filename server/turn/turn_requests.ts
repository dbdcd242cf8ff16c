/**
 * Requests of the TURN server: what each does, and how it is answered (RFC 8656 sections 7 to 12).
 *
 *     Allocate          a virtual port, for credentials of a chat that is open
 *     Refresh           continues or ends the allocation
 *     CreatePermission  permits the virtual address. Any other is forbidden: Firefox survives only that error
 *     ChannelBind       permits it as well, and binds a channel to a port
 *     Binding           tells the client its own address. The only request that needs no credentials
 *
 * A path without an allocation is a stranger, whose address may be forged. It gets an answer only to Binding, to
 * Allocate, and to what it has signed. An answer to a signed request is signed, because browsers ignore others.
 */

import { createHmac } from "node:crypto";
import { type Address, networkOf } from "../admission/address.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { Allocation, type Identity, type TurnPath } from "./allocation.ts";
import { Authenticator } from "./authenticator.ts";
import type { TokenBucket } from "../base/token_bucket.ts";
import type { Calls } from "./calls.ts";
import type { Username } from "./credentials.ts";
import { MAX_CHANNEL, MIN_CHANNEL, VIRTUAL_IP, virtualPort } from "./packet.ts";
import { encodeAddress, errorCode, ipBytes, textOf, UDP_TRANSPORT } from "./stun_attributes.ts";
import {
  Attribute,
  Class,
  encodeStun,
  Method,
  type StunAttribute,
  type StunMessage,
  uint16,
  uint32,
  uint32Bytes,
  unknownTypes,
  valueOf,
} from "./stun_message.ts";
import { TurnError } from "./turn_error.ts";
import {
  ALLOCATION_LIFETIME,
  MAX_UNKNOWN_ATTRIBUTES,
  MIN_CALLS_PER_ADDRESS,
  SHARE_OF_CALLS,
} from "./turn_limits.ts";

/** Addresses that the server can relay from: IPv4. */
const FAMILY_IPV4 = 1;

/** Lifetime of an allocation, as the value of LIFETIME. */
const LIFETIME = { type: Attribute.lifetime, value: uint32Bytes(ALLOCATION_LIFETIME / SECOND) };

/** What the server asks of those who own it. */
export interface TurnHost {
  /** Whether a chat is open. */
  isOpen(chat: string): boolean;
  /** Whether a client without an allocation may have a reply now. */
  mayReply(path: TurnPath): boolean;
  /** Whether another client may be relayed by this kind of path. By default it may. */
  hasRoom?(path: TurnPath): boolean;
  /** How many times as many calls an address may have as one that a few people share. By default once. */
  factorOf?(address: Address): number;
  /** Holds the address of the client until the returned function is called; `undefined` to refuse it. */
  admit(path: TurnPath, deny: () => void): (() => void) | undefined;
}

export interface TurnServerOptions {
  readonly clock: Pick<Clock, "now" | "date">;
  /** Shared with whoever issues the credentials. */
  readonly secret: string;
  /** An unpredictable key, for nonces and ports. */
  readonly key: string;
  readonly maxCalls: number;
  readonly host: TurnHost;
}

/** The result of a signed request: the attributes of a successful response, or why it is refused. */
type Result = readonly StunAttribute[] | TurnError;

/** A request with valid credentials, and the allocation that it is about. */
interface SignedRequest {
  readonly path: TurnPath;
  readonly message: StunMessage;
  readonly identity: Identity;
  readonly claims: Username;
}

/** Answers requests. */
export class TurnRequests {
  readonly #options: TurnServerOptions;
  readonly #calls: Calls;
  readonly #authenticator: Authenticator;

  constructor(options: TurnServerOptions, calls: Calls) {
    this.#options = options;
    this.#calls = calls;
    this.#authenticator = new Authenticator(options);
  }

  /** Answers a request, unless the client has sent too many. */
  receive(path: TurnPath, message: StunMessage): void {
    const { allocation } = path;
    const now = this.#options.clock.now();
    if (allocation?.hasExpired(now)) return allocation.end(); // The client repeats the request.
    const mayAnswer = allocation === undefined
      ? this.#options.host.mayReply(path)
      : budgetOf(allocation, message).take(now) === 0;
    if (!mayAnswer) return;
    if (message.method === Method.binding) return reply(path, message, binding(path, message));
    const authentication = this.#authenticator.authenticate(message, path.address);
    if (authentication.kind === "refused") this.#challenge(path, message, authentication.code);
    else this.#answer({ path, message, ...authentication });
  }

  /** Refuses a request without valid credentials. A stranger gets an answer only to an Allocate request. */
  #challenge(path: TurnPath, message: StunMessage, code: TurnError): void {
    if (path.allocation === undefined && message.method !== Method.allocate) return;
    const asks = code === TurnError.badRequest ? [] : this.#authenticator.challenge(path.address);
    reply(path, message, code, { more: asks });
  }

  #answer(request: SignedRequest): void {
    const { path, message, identity: { key } } = request;
    const { allocation } = path;
    const result = this.#perform(request);
    if (result === TurnError.unauthorized) return this.#challenge(path, message, result);
    reply(path, message, result, { key });
    if (typeof result !== "number" && isRelease(message)) allocation?.end();
  }

  #perform(request: SignedRequest): Result {
    const { path: { allocation }, message, identity } = request;
    if (unknownTypes(message).length > 0) return TurnError.unknownAttribute;
    if (message.method === Method.allocate) return this.#allocate(request);
    if (allocation === undefined) return TurnError.allocationMismatch;
    if (allocation.identity.username !== identity.username) return TurnError.wrongCredentials;
    const now = this.#options.clock.now();
    switch (message.method) {
      case Method.refresh:
        return refresh(allocation, message, now);
      case Method.createPermission:
        return permit(allocation, message, now);
      case Method.channelBind:
        return bindChannel(allocation, message, now);
      default:
        return TurnError.badRequest;
    }
  }

  #allocate(request: SignedRequest): Result {
    const { path: { allocation }, message, identity } = request;
    if (allocation !== undefined) {
      const isRepeated = allocation.transaction === message.transaction.toHex() &&
        allocation.identity.username === identity.username;
      return isRepeated ? allocated(allocation, message) : TurnError.allocationMismatch;
    }
    const problem = unsupported(message) ?? this.#unavailable(request);
    if (problem !== undefined) return problem;
    const created = this.#create(request);
    return created === undefined ? TurnError.forbidden : allocated(created, message);
  }

  /** Why there can't be an allocation now. An expired username is no longer valid, as in coturn. */
  #unavailable({ path, claims }: SignedRequest): TurnError | undefined {
    const { clock, host, maxCalls } = this.#options;
    const { chat, side, expiresAt } = claims;
    if (clock.date().getTime() >= expiresAt * SECOND) return TurnError.unauthorized;
    if (!host.isOpen(chat)) return TurnError.forbidden;
    const call = this.#calls.find(chat);
    const isNew = call === undefined || call.isEmpty;
    const isFull = isNew && (this.#calls.size >= maxCalls || this.#hasItsShare(path.address));
    if (isFull || host.hasRoom?.(path) === false) return TurnError.insufficientCapacity;
    return call?.isFull(side) ? TurnError.quotaReached : undefined;
  }

  /** Whether the calls that are left are for people at other addresses. */
  #hasItsShare(address: Address): boolean {
    const { host, maxCalls } = this.#options;
    if (this.#calls.size < maxCalls / 2) return false;
    const share = Math.max(MIN_CALLS_PER_ADDRESS, maxCalls * SHARE_OF_CALLS);
    return this.#calls.countIn(networkOf(address)) >= share * (host.factorOf?.(address) ?? 1);
  }

  /** Creates an allocation, unless its address is refused. */
  #create({ path, message, identity, claims }: SignedRequest): Allocation | undefined {
    const { clock, host } = this.#options;
    const place: { allocation?: Allocation } = {};
    const release = host.admit(path, () => place.allocation?.end());
    if (release === undefined) return undefined;
    const now = clock.now();
    const call = this.#calls.of(claims.chat, now);
    const random = this.#random(claims.chat, message.transaction);
    const allocation = new Allocation({
      ...{ path, identity, now },
      transaction: message.transaction.toHex(),
      indication: random.subarray(2, 14),
      budget: call.budgets[claims.side],
      inflow: call.inflows[claims.side],
      port: call.freePort(uint16(random, 0)),
      partnerAt: (port) => call.at(claims.side === 0 ? 1 : 0, port),
      onEnd: (ended) => {
        release();
        call.remove(ended);
      },
    });
    path.allocation = place.allocation = allocation;
    call.add(claims.side, allocation);
    return allocation;
  }

  /** Unpredictable bytes for an allocation. */
  #random(chat: string, transaction: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#options.key).update(chat).update(transaction).digest();
  }
}

/**
 * The limit that a request counts against. By UDP anyone can forge requests of an allocation, but strangers don't know
 * its username. So they can't use up what the client needs.
 */
function budgetOf(allocation: Allocation, message: StunMessage): TokenBucket {
  const username = valueOf(message, Attribute.username);
  const isNamed = username !== undefined && textOf(username) === allocation.identity.username;
  return isNamed ? allocation.requests : allocation.anonymousRequests;
}

function refresh(allocation: Allocation, message: StunMessage, now: number): Result {
  if (isRelease(message)) return [{ ...LIFETIME, value: uint32Bytes(0) }];
  allocation.refresh(now);
  return [LIFETIME];
}

/** Whether a request ends the allocation: it refreshes for no time. */
function isRelease(message: StunMessage): boolean {
  const lifetime = valueOf(message, Attribute.lifetime);
  return message.method === Method.refresh && lifetime?.length === 4 && uint32(lifetime, 0) === 0;
}

function permit(allocation: Allocation, { attributes }: StunMessage, now: number): Result {
  const peers = attributes.filter(({ type }) => type === Attribute.peerAddress);
  if (peers.length === 0) return TurnError.badRequest;
  if (!peers.every(({ value }) => virtualPort(value, 0, value.length) >= 0)) {
    return TurnError.forbidden;
  }
  allocation.permit(now);
  return [];
}

function bindChannel(allocation: Allocation, message: StunMessage, now: number): Result {
  const [channel, peer] = [Attribute.channelNumber, Attribute.peerAddress]
    .map((type) => valueOf(message, type));
  if (channel?.length !== 4 || peer === undefined) return TurnError.badRequest;
  const number = uint16(channel, 0);
  if (number < MIN_CHANNEL || number > MAX_CHANNEL) return TurnError.badRequest;
  const port = virtualPort(peer, 0, peer.length);
  if (port < 0) return TurnError.forbidden;
  switch (allocation.bind(number, port, now)) {
    case "bound":
      return [];
    case "conflict":
      return TurnError.badRequest;
    case "full":
      return TurnError.insufficientCapacity;
  }
}

/** STUN: tells the client its own address. */
function binding(path: TurnPath, message: StunMessage): Result {
  if (unknownTypes(message).length > 0) return TurnError.unknownAttribute;
  return [mappedAddress(path, message)];
}

/** What an allocation request wants that this server doesn't offer. */
function unsupported(message: StunMessage): TurnError | undefined {
  const transport = valueOf(message, Attribute.transport);
  if (transport?.length !== 4) return TurnError.badRequest;
  if (transport[0] !== UDP_TRANSPORT.value[0]) return TurnError.unsupportedTransport;
  const family = valueOf(message, Attribute.addressFamily);
  const isSupported = family === undefined || family.length === 4 && family[0] === FAMILY_IPV4;
  return isSupported ? undefined : TurnError.familyNotSupported;
}

/** The response to a successful allocation. */
function allocated(allocation: Allocation, message: StunMessage): Result {
  const relayed = { ip: VIRTUAL_IP, port: allocation.port };
  return [
    { type: Attribute.relayedAddress, value: encodeAddress(relayed, message.transaction) },
    mappedAddress(allocation.path, message),
    LIFETIME,
  ];
}

function mappedAddress({ address, port }: TurnPath, { transaction }: StunMessage): StunAttribute {
  return {
    type: Attribute.xorMappedAddress,
    value: encodeAddress({ ip: ipBytes(address), port }, transaction),
  };
}

/** Sends a response, signed if there is a key. `more` are attributes of an error. */
function reply(
  path: TurnPath,
  request: StunMessage,
  result: Result,
  { key, more = [] }: { readonly key?: Uint8Array; readonly more?: readonly StunAttribute[] } = {},
): void {
  const [kind, attributes] = typeof result === "number"
    ? [Class.error, [errorCode(result), ...unknown(result, request), ...more]] as const
    : [Class.success, result] as const;
  const { method, transaction } = request;
  path.send(encodeStun({ class: kind, method, transaction, attributes }, key));
}

/** The unknown attributes, for the error that they cause. Lists a few, because the reply to a stranger is short. */
function unknown(code: TurnError, message: StunMessage): readonly StunAttribute[] {
  if (code !== TurnError.unknownAttribute) return [];
  const types = unknownTypes(message).slice(0, MAX_UNKNOWN_ATTRIBUTES);
  const value = Uint8Array.from(types.flatMap((type) => [type >>> 8, type]));
  return [{ type: Attribute.unknownAttributes, value }];
}
