/**
 * A TURN server (RFC 8656) whose relayed addresses are virtual: both people of a chat are its clients, so what one sends
 * goes directly to the other, and nothing can be sent to anyone else. It needs no address, no ports and no configuration
 * of its own.
 *
 *     page A ──> path ──> allocation A ─┐ one call: the two
 *                                       │ sides of one chat
 *     page B <── path <── allocation B <┘
 *
 * It has no sockets: transports call `receive` with the messages of a path, and the server calls `send` of a path. So it
 * works the same by UDP, TCP and TLS. A path without an allocation is a stranger, whose address may be forged. It
 * receives few and short replies.
 */

import { type Clock, SECOND } from "../base/clock.ts";
import type { Address } from "../admission/address.ts";
import { Allocation, type Identity, type TurnPath } from "./allocation.ts";
import { Call, type Side } from "./call.ts";
import { credentialOf, parseUsername, type Username } from "./credentials.ts";
import { Nonces } from "./nonces.ts";
import {
  channelPayload,
  isChannelData,
  MAX_CHANNEL,
  MIN_CHANNEL,
  type Packet,
  SEND,
  sendPayload,
  VIRTUAL_IP,
  virtualPort,
} from "./packet.ts";
import {
  Attribute,
  Class,
  encodeStun,
  integrityKey,
  isSignedWith,
  Method,
  parseStun,
  type StunAttribute,
  type StunMessage,
  uint16,
  uint32,
  uint32Bytes,
  unknownTypes,
  valueOf,
} from "./stun_message.ts";
import { encodeAddress, errorCode, ipBytes, textAttribute, textOf } from "./stun_attributes.ts";
import { ALLOCATION_LIFETIME, MAX_CHANNELS } from "./turn_limits.ts";

/** The realm of all credentials. Short, because it is part of the reply to a stranger. */
export const REALM = "chat";

/** REQUESTED-TRANSPORT: UDP, as a protocol number of IP. */
const UDP = 17;

/** Addresses that the server can relay from: IPv4. */
const FAMILY_IPV4 = 1;

/** Lifetime of an allocation, as the value of LIFETIME. */
const LIFETIME = { type: Attribute.lifetime, value: uint32Bytes(ALLOCATION_LIFETIME / SECOND) };

/** Error codes (RFC 8489 section 14.8, RFC 8656 section 19). */
export const TurnError = {
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  unknownAttribute: 420,
  allocationMismatch: 437,
  staleNonce: 438,
  familyNotSupported: 440,
  wrongCredentials: 441,
  unsupportedTransport: 442,
  quotaReached: 486,
  insufficientCapacity: 508,
} as const;
export type TurnError = (typeof TurnError)[keyof typeof TurnError];

/** Why data was not relayed. */
export const DROPS = ["invalid", "not-permitted", "no-partner", "too-fast"] as const;
export type Drop = (typeof DROPS)[number];

/** What the server asks of those who own it. */
export interface TurnHost {
  /** Whether a chat is open. */
  isOpen(chat: string): boolean;
  /** Whether an address without an allocation may have a reply now. */
  mayReply(address: Address): boolean;
  /** Counts the client as a connection of its address until the returned function is called; `undefined` to refuse it. */
  admit(path: TurnPath, deny: () => void): (() => void) | undefined;
}

export interface TurnServerOptions {
  readonly clock: Pick<Clock, "now" | "date">;
  /** Shared with whoever issues the credentials. */
  readonly secret: string;
  /** An unpredictable key, for nonces. */
  readonly key: string;
  readonly maxCalls: number;
  readonly host: TurnHost;
}

/** A request whose credentials are right. */
interface Authenticated extends Identity {
  readonly kind: "authenticated";
  readonly claims: Username;
}

/** A request whose credentials are not. */
interface Unauthenticated {
  readonly kind: "refused";
  readonly code: TurnError;
}

/** The relay. */
export class TurnServer {
  /** Bytes of data that were relayed. */
  relayedBytes = 0;
  /** How many packets were not relayed, by reason. */
  readonly drops: Record<Drop, number> = {
    invalid: 0,
    "not-permitted": 0,
    "no-partner": 0,
    "too-fast": 0,
  };
  readonly #options: TurnServerOptions;
  readonly #nonces: Nonces;
  readonly #calls = new Map<string, Call>();

  constructor(options: TurnServerOptions) {
    this.#options = options;
    this.#nonces = new Nonces(options.clock, options.key);
  }

  /** How many calls are relayed. */
  get calls(): number {
    return this.#calls.size;
  }

  /** Handles one message of a path. Never throws. */
  receive(path: TurnPath, packet: Packet): void {
    const { buffer, start } = packet;
    if (isChannelData(buffer[start] ?? 0)) return this.#relayChannel(path, packet);
    if (uint16(buffer, start) === SEND) return this.#relayIndication(path, packet);
    this.#receiveRequest(path, buffer.subarray(start, packet.end));
  }

  /** Ends the call of a chat. */
  end(chat: string): void {
    for (const allocation of this.#calls.get(chat)?.allocations ?? []) allocation.end();
  }

  /** Ends the allocations that were not refreshed. An interval task. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const call of this.#calls.values()) {
      for (const allocation of call.allocations) if (allocation.hasExpired(now)) allocation.end();
    }
  }

  /** Ends all calls. */
  close(): void {
    for (const chat of [...this.#calls.keys()]) this.end(chat);
  }

  #relayChannel(path: TurnPath, packet: Packet): void {
    const payload = channelPayload(packet);
    const now = this.#options.clock.now();
    const port = path.allocation?.portOf(uint16(packet.buffer, packet.start), now);
    if (payload === undefined || port === undefined) return this.#drop("invalid");
    this.#relay(path.allocation!, port, payload, now);
  }

  #relayIndication({ allocation }: TurnPath, packet: Packet): void {
    const sent = allocation && sendPayload(packet);
    if (sent === undefined) return this.#drop("invalid");
    this.#relay(allocation!, sent.port, sent.payload, this.#options.clock.now());
  }

  #relay(from: Allocation, port: number, payload: Packet, now: number): void {
    const bytes = payload.end - payload.start;
    if (from.budget.take(now) > 0) return this.#drop("too-fast");
    from.budget.charge(bytes - 1, now);
    const to = from.partnerAt(port);
    if (to === undefined) return this.#drop("no-partner");
    if (!from.isPermitted(now) || !to.isPermitted(now)) return this.#drop("not-permitted");
    this.relayedBytes += bytes;
    to.deliver(payload, from.port, now);
  }

  #drop(reason: Drop): void {
    this.drops[reason]++;
  }

  #receiveRequest(path: TurnPath, bytes: Uint8Array): void {
    if (!this.#mayAnswer(path)) return;
    const message = parseStun(bytes);
    if (message?.class !== Class.request) return;
    if (message.method === Method.binding) return this.#bind(path, message);
    const identity = this.#authenticate(message);
    if (identity.kind === "refused") this.#challenge(path, message, identity.code);
    else this.#answer(path, message, identity);
  }

  #mayAnswer({ allocation, address }: TurnPath): boolean {
    const { clock, host } = this.#options;
    return allocation === undefined
      ? host.mayReply(address)
      : allocation.requests.take(clock.now()) === 0;
  }

  /** STUN: tells the client its own address. */
  #bind(path: TurnPath, message: StunMessage): void {
    this.#reply(path, message, Class.success, [mappedAddress(path, message)]);
  }

  #authenticate(message: StunMessage): Authenticated | Unauthenticated {
    const [username, realm, nonce] = [Attribute.username, Attribute.realm, Attribute.nonce]
      .map((type) => valueOf(message, type)).map((value) => value && textOf(value));
    if (message.signature === undefined) return refused(TurnError.unauthorized);
    if (username === undefined || realm === undefined || nonce === undefined) {
      return refused(TurnError.badRequest);
    }
    const claims = realm === REALM ? parseUsername(username) : undefined;
    if (claims === undefined) return refused(TurnError.unauthorized);
    const key = integrityKey(username, REALM, credentialOf(username, this.#options.secret));
    if (!isSignedWith(message, key)) return refused(TurnError.unauthorized);
    if (!this.#nonces.isValid(nonce)) return refused(TurnError.staleNonce);
    return { kind: "authenticated", username, key, claims };
  }

  /** Refuses a request without valid credentials. A stranger gets the nonce only for an allocation. */
  #challenge(path: TurnPath, message: StunMessage, code: TurnError): void {
    if (path.allocation === undefined && message.method !== Method.allocate) return;
    const realm = textAttribute(Attribute.realm, REALM);
    const nonce = textAttribute(Attribute.nonce, this.#nonces.current());
    const asks = code === TurnError.badRequest ? [] : [realm, nonce];
    this.#reply(path, message, Class.error, [errorCode(code), ...asks]);
  }

  #answer(path: TurnPath, message: StunMessage, identity: Authenticated): void {
    const result = this.#perform(path, message, identity);
    const [kind, attributes] = typeof result === "number"
      ? [Class.error, [errorCode(result), ...unknown(result, message)]] as const
      : [Class.success, result] as const;
    this.#reply(path, message, kind, attributes, identity.key);
  }

  /** The attributes of a successful response, or why there is none. */
  #perform(
    path: TurnPath,
    message: StunMessage,
    identity: Authenticated,
  ): readonly StunAttribute[] | TurnError {
    if (unknownTypes(message).length > 0) return TurnError.unknownAttribute;
    const { allocation } = path;
    if (message.method === Method.allocate) return this.#allocate(path, message, identity);
    if (allocation === undefined) return TurnError.allocationMismatch;
    if (allocation.identity.username !== identity.username) return TurnError.wrongCredentials;
    switch (message.method) {
      case Method.refresh:
        return this.#refresh(allocation, message);
      case Method.createPermission:
        return this.#permit(allocation, message);
      case Method.channelBind:
        return this.#bindChannel(allocation, message);
      default:
        return TurnError.badRequest;
    }
  }

  #allocate(
    path: TurnPath,
    message: StunMessage,
    identity: Authenticated,
  ): readonly StunAttribute[] | TurnError {
    const transaction = message.transaction.toHex();
    const existing = path.allocation;
    if (existing !== undefined) {
      return existing.transaction === transaction
        ? allocated(existing, message)
        : TurnError.allocationMismatch;
    }
    const problem = unsupported(message) ?? this.#unavailable(identity.claims);
    if (problem !== undefined) return problem;
    const allocation = this.#create(path, identity, transaction);
    return allocation === undefined ? TurnError.forbidden : allocated(allocation, message);
  }

  #unavailable({ chat, side, expiresAt }: Username): TurnError | undefined {
    const { clock, host, maxCalls } = this.#options;
    if (clock.date().getTime() >= expiresAt * SECOND) return TurnError.forbidden;
    if (!host.isOpen(chat)) return TurnError.forbidden;
    const call = this.#calls.get(chat);
    if (call === undefined && this.calls >= maxCalls) return TurnError.insufficientCapacity;
    return call?.isFull(side) ? TurnError.quotaReached : undefined;
  }

  /** Creates an allocation, unless its address is refused. */
  #create(
    path: TurnPath,
    { username, key, claims: { chat, side } }: Authenticated,
    transaction: string,
  ): Allocation | undefined {
    const { clock, host } = this.#options;
    const release = host.admit(path, () => path.allocation?.end());
    if (release === undefined) return undefined;
    const now = clock.now();
    const call = this.#callOf(chat, now);
    const other: Side = side === 0 ? 1 : 0;
    const allocation = new Allocation({
      ...{ path, identity: { username, key }, transaction, now },
      ...{ budget: call.budgets[side], port: call.freePort() },
      partnerAt: (port) => call.at(other, port),
      onEnd: (ended) => {
        release();
        this.#forget(chat, call, ended);
      },
    });
    path.allocation = allocation;
    call.add(side, allocation);
    return allocation;
  }

  #callOf(chat: string, now: number): Call {
    const call = this.#calls.get(chat) ?? new Call(now);
    this.#calls.set(chat, call);
    return call;
  }

  #forget(chat: string, call: Call, allocation: Allocation): void {
    call.remove(allocation);
    if (call.isEmpty && this.#calls.get(chat) === call) this.#calls.delete(chat);
  }

  #refresh(allocation: Allocation, message: StunMessage): readonly StunAttribute[] {
    const lifetime = valueOf(message, Attribute.lifetime);
    if (lifetime?.length === 4 && uint32(lifetime, 0) === 0) {
      allocation.end();
      return [{ type: Attribute.lifetime, value: lifetime }];
    }
    allocation.refresh(this.#options.clock.now());
    return [LIFETIME];
  }

  #permit(allocation: Allocation, { attributes }: StunMessage): readonly StunAttribute[] | TurnError {
    const peers = attributes.filter(({ type }) => type === Attribute.peerAddress);
    if (peers.length === 0) return TurnError.badRequest;
    if (!peers.every(({ value }) => virtualPort(value, 0, value.length) >= 0)) {
      return TurnError.forbidden;
    }
    allocation.permit(this.#options.clock.now());
    return [];
  }

  #bindChannel(allocation: Allocation, message: StunMessage): readonly StunAttribute[] | TurnError {
    const [channel, peer] = [Attribute.channelNumber, Attribute.peerAddress]
      .map((type) => valueOf(message, type));
    if (channel?.length !== 4 || peer === undefined) return TurnError.badRequest;
    const number = uint16(channel, 0);
    if (number < MIN_CHANNEL || number > MAX_CHANNEL) return TurnError.badRequest;
    const port = virtualPort(peer, 0, peer.length);
    if (port < 0) return TurnError.forbidden;
    if (allocation.channels >= MAX_CHANNELS) return TurnError.insufficientCapacity;
    return allocation.bind(number, port, this.#options.clock.now()) ? [] : TurnError.badRequest;
  }

  #reply(
    path: TurnPath,
    { method, transaction }: StunMessage,
    kind: Class,
    attributes: readonly StunAttribute[],
    key?: Uint8Array,
  ): void {
    path.send(encodeStun({ class: kind, method: method as Method, transaction, attributes }, key));
  }
}

function refused(code: TurnError): Unauthenticated {
  return { kind: "refused", code };
}

/** What an allocation request wants that this server doesn't offer. */
function unsupported(message: StunMessage): TurnError | undefined {
  const transport = valueOf(message, Attribute.transport);
  if (transport?.length !== 4) return TurnError.badRequest;
  if (transport[0] !== UDP) return TurnError.unsupportedTransport;
  const family = valueOf(message, Attribute.addressFamily);
  return family === undefined || family[0] === FAMILY_IPV4
    ? undefined
    : TurnError.familyNotSupported;
}

/** The unknown attributes, for the error that they cause. */
function unknown(code: TurnError, message: StunMessage): readonly StunAttribute[] {
  if (code !== TurnError.unknownAttribute) return [];
  const value = Uint8Array.from(unknownTypes(message).flatMap((type) => [type >>> 8, type & 255]));
  return [{ type: Attribute.unknownAttributes, value }];
}

/** The response to a successful allocation. */
function allocated(allocation: Allocation, message: StunMessage): readonly StunAttribute[] {
  const relayed = { ip: VIRTUAL_IP, port: allocation.port };
  return [
    {
      type: Attribute.relayedAddress,
      value: encodeAddress(relayed, message.transaction),
    },
    mappedAddress(allocation.path, message),
    LIFETIME,
  ];
}

function mappedAddress(
  { address, port }: Pick<TurnPath, "address" | "port">,
  { transaction }: StunMessage,
): StunAttribute {
  return {
    type: Attribute.xorMappedAddress,
    value: encodeAddress({ ip: ipBytes(address), port }, transaction),
  };
}
