/** The embedded relay without a network: a TURN server with a fake clock, and pages that are its clients. */

import assert from "node:assert/strict";
import { type Address, parseAddress } from "../../server/admission/address.ts";
import type { Allocation, TurnPath } from "../../server/turn/allocation.ts";
import { credentialOf, type Side, usernameOf } from "../../server/turn/credentials.ts";
import { HEADROOM, TAILROOM } from "../../server/turn/packet.ts";
import {
  decodeAddress,
  decodeError,
  encodeAddress,
  textAttribute,
  textOf,
  UDP_TRANSPORT,
} from "../../server/turn/stun_attributes.ts";
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
  uint32Bytes,
  valueOf,
} from "../../server/turn/stun_message.ts";
import { TurnServer } from "../../server/turn/turn_server.ts";
import { FakeClock } from "./fake_clock.ts";

export const SECRET = "north";

/** The name of a chat that is open. */
export const CHAT = "0123456789abcdef";

/** The relayed address of every allocation. */
export const VIRTUAL = Uint8Array.of(192, 0, 2, 1);

/** What fills a buffer around a message. */
export const FILL = 0xee;

/** An address in text form, which must be valid. */
export function address(text: string): Address {
  return parseAddress(text) ?? assert.fail(text);
}

/** A relay, and what its owner decides. */
export class TurnRelay {
  readonly clock = new FakeClock();
  readonly open = new Set([CHAT]);
  readonly server: TurnServer;
  /** How many clients are counted as connections. */
  admitted = 0;
  mayReply = true;
  mayEnter = true;
  /** The function with which the last client can be denied. */
  deny: () => void = () => {};

  constructor({ maxCalls = 8, factorOf = (_address: Address): number => 1 } = {}) {
    const host = {
      isOpen: (chat: string) => this.open.has(chat),
      factorOf,
      mayReply: () => this.mayReply,
      admit: (_path: TurnPath, deny: () => void) => this.#admit(deny),
    };
    const options = { secret: SECRET, key: "unpredictable", maxCalls, host };
    this.server = new TurnServer({ clock: this.clock, ...options });
  }

  #admit(deny: () => void): (() => void) | undefined {
    if (!this.mayEnter) return undefined;
    this.admitted++;
    this.deny = deny;
    return () => void this.admitted--;
  }

  /** Both pages of a chat, with an allocation and a permission each. */
  pair(of: readonly [PageOptions, PageOptions] = [{}, {}]): [TurnPage, TurnPage] {
    const pages = [new TurnPage(this, of[0]), new TurnPage(this, { side: 1, ...of[1] })] as const;
    for (const page of pages) {
      assert.equal(page.allocate(), 0);
      assert.equal(page.permit(), 0);
    }
    return [...pages];
  }
}

export interface PageOptions {
  readonly address?: string;
  readonly port?: number;
  readonly isStream?: boolean;
  readonly chat?: string;
  readonly side?: Side;
  readonly secret?: string;
}

/** Data that a page received. */
export interface ReceivedData {
  readonly via: "channel" | "indication";
  /** The port it came from, or the channel. */
  readonly from: number;
  readonly data: Uint8Array;
}

/** What differs in a request from what a browser sends. */
export interface RequestChanges {
  readonly isSigned?: boolean;
  readonly transaction?: Uint8Array;
  readonly username?: string;
  readonly credential?: string;
  readonly realm?: string;
  readonly nonce?: string;
}

/** A page: one client of the relay. */
export class TurnPage {
  readonly path: TurnPath;
  readonly username: string;
  readonly credential: string;
  /** Everything that was sent to it, oldest first. */
  readonly received: Uint8Array[] = [];
  /** How often its path was released. */
  ends = 0;
  nonce = "";
  realm = "";
  readonly #relay: TurnRelay;
  #transactions = 0;

  constructor(relay: TurnRelay, options: PageOptions = {}) {
    const { chat = CHAT, side = 0, secret = SECRET } = options;
    this.#relay = relay;
    this.username = usernameOf(chat, side, relay.clock);
    this.credential = credentialOf(this.username, secret);
    this.path = {
      address: address(options.address ?? `203.0.113.${1 + side}`),
      port: options.port ?? 4000 + side,
      isStream: options.isStream ?? false,
      allocation: undefined as Allocation | undefined,
      send: (bytes) => void this.received.push(bytes.slice()),
      ended: () => void this.ends++,
    };
  }

  /** The virtual port of its allocation. */
  get port(): number {
    return this.path.allocation?.port ?? assert.fail("There is no allocation.");
  }

  get key(): Uint8Array {
    return integrityKey(this.username, this.realm, this.credential);
  }

  /** Sends bytes as a transport would, and returns the buffer afterwards. */
  send(bytes: Uint8Array): Uint8Array {
    const buffer = new Uint8Array(HEADROOM + bytes.length + TAILROOM).fill(FILL);
    buffer.set(bytes, HEADROOM);
    const packet = { buffer, start: HEADROOM, end: HEADROOM + bytes.length };
    this.#relay.server.receive(this.path, packet);
    return buffer;
  }

  /** The bytes of a request. */
  request(
    method: number,
    attributes: readonly StunAttribute[] = [],
    changes: RequestChanges = {},
  ): Uint8Array {
    const { isSigned = true, transaction = this.newTransaction() } = changes;
    const { username, realm, nonce, credential } = {
      ...{ username: this.username, realm: this.realm, nonce: this.nonce },
      ...{ credential: this.credential, ...changes },
    };
    const content = { class: Class.request, method, transaction };
    if (!isSigned) return encodeStun({ ...content, attributes });
    const signed = [
      ...attributes,
      textAttribute(Attribute.username, username),
      textAttribute(Attribute.realm, realm),
      textAttribute(Attribute.nonce, nonce),
    ];
    const key = integrityKey(username, realm, credential);
    return encodeStun({ ...content, attributes: signed }, key);
  }

  /** The response to a request; `undefined` without one. */
  ask(request: Uint8Array): StunMessage | undefined {
    const before = this.received.length;
    this.send(request);
    const responses = this.received.slice(before);
    assert.ok(responses.length <= 1);
    return responses[0] && parseStun(responses[0]);
  }

  /** The error code of the response to a signed request, 0 for success; `undefined` without one. */
  code(
    method: number,
    attributes: readonly StunAttribute[] = [],
    changes: RequestChanges = {},
  ): number | undefined {
    return codeOf(this.ask(this.request(method, attributes, changes)));
  }

  /** Allocates as a browser does: without credentials, and then with them. */
  allocate(attributes: readonly StunAttribute[] = [], changes: RequestChanges = {}): number {
    const wanted = [UDP_TRANSPORT, ...attributes];
    const challenge = this.ask(this.request(Method.allocate, wanted, { isSigned: false }));
    if (codeOf(challenge) !== 401) return codeOf(challenge) ?? -1;
    this.heed(challenge!);
    return this.code(Method.allocate, wanted, changes) ?? -1;
  }

  /** Remembers realm and nonce of a challenge. */
  heed(challenge: StunMessage): void {
    this.realm = textOf(valueOf(challenge, Attribute.realm)!);
    this.nonce = textOf(valueOf(challenge, Attribute.nonce)!);
  }

  /** Asks for a permission: for the virtual address, or another. */
  permit(ip = VIRTUAL): number | undefined {
    const transaction = this.newTransaction();
    const attributes = [peerAddress({ ip, port: 9 }, transaction)];
    return this.code(Method.createPermission, attributes, { transaction });
  }

  /** Binds a channel to a port of the virtual address, or of another. */
  bind(number: number, port: number, ip = VIRTUAL): number | undefined {
    const transaction = this.newTransaction();
    const attributes = [channelNumber(number), peerAddress({ ip, port }, transaction)];
    return this.code(Method.channelBind, attributes, { transaction });
  }

  /** Refreshes the allocation. Seconds are sent only if given. */
  refresh(seconds?: number): number | undefined {
    const value = uint32Bytes(seconds ?? 0);
    return this.code(
      Method.refresh,
      seconds === undefined ? [] : [{ type: Attribute.lifetime, value }],
    );
  }

  /** Sends data to a port in a Send indication. */
  indicate(data: Uint8Array, port: number, ip = VIRTUAL): void {
    this.send(sendIndication(data, port, ip));
  }

  /** Sends data in a channel. */
  channel(data: Uint8Array, number: number): void {
    this.send(channelData(data, number, this.path.isStream));
  }

  /** The data that has arrived since the last call. */
  data(): ReceivedData[] {
    return this.received.splice(0).flatMap((bytes) => dataIn(bytes, this.path.isStream) ?? []);
  }

  /** The last message that it received. */
  lastResponse(): StunMessage {
    const bytes = this.received.at(-1);
    return bytes && parseStun(bytes) || assert.fail("There is no response.");
  }

  newTransaction(): Uint8Array {
    const transaction = new Uint8Array(12).fill(7);
    transaction.set(uint32Bytes(++this.#transactions));
    return transaction;
  }
}

/** The error code of a response, 0 for success; `undefined` if there is no response. */
export function codeOf(response: StunMessage | undefined): number | undefined {
  if (response === undefined) return undefined;
  if (response.class === Class.success) return 0;
  assert.equal(response.class, Class.error);
  return decodeError(valueOf(response, Attribute.errorCode)!);
}

/** Whether a response is signed by the server that knows the page's password. */
export function isSigned(response: StunMessage | undefined, { key }: TurnPage): boolean {
  return response !== undefined && isSignedWith(response, key);
}

/** XOR-PEER-ADDRESS. */
export function peerAddress(
  peer: { readonly ip: Uint8Array; readonly port: number },
  transaction: Uint8Array,
): StunAttribute {
  return { type: Attribute.peerAddress, value: encodeAddress(peer, transaction) };
}

export function channelNumber(number: number): StunAttribute {
  return { type: Attribute.channelNumber, value: Uint8Array.of(number >>> 8, number, 0, 0) };
}

export function sendIndication(data: Uint8Array, port: number, ip = VIRTUAL): Uint8Array {
  const transaction = new Uint8Array(12);
  const attributes = [
    peerAddress({ ip, port }, transaction),
    { type: Attribute.data, value: data },
  ];
  return encodeStun({ class: Class.indication, method: Method.send, transaction, attributes });
}

/** ChannelData, padded in a stream. */
export function channelData(data: Uint8Array, number: number, isStream: boolean): Uint8Array {
  const padding = isStream ? (4 - data.length % 4) % 4 : 0;
  const bytes = new Uint8Array(4 + data.length + padding);
  bytes.set([number >>> 8, number, data.length >>> 8, data.length]);
  bytes.set(data, 4);
  return bytes;
}

/** The data in a message; `undefined` if it has none. Fails if it is not exactly as it must be. */
function dataIn(bytes: Uint8Array, isStream: boolean): ReceivedData | undefined {
  const type = uint16(bytes, 0);
  if (type >= 0x4000) {
    const data = bytes.subarray(4, 4 + uint16(bytes, 2));
    assert.deepEqual(bytes, channelData(data, type, isStream));
    return { via: "channel", from: type, data };
  }
  const message = parseStun(bytes) ?? assert.fail("It is not a message.");
  if (message.class !== Class.indication) return undefined;
  assert.equal(message.method, Method.data);
  const [peer, data] = [Attribute.peerAddress, Attribute.data].map((is) => valueOf(message, is));
  const from = decodeAddress(peer!, message.transaction)!;
  assert.deepEqual([from.ip, message.attributes.length], [VIRTUAL, 2]);
  return { via: "indication", from: from.port, data: data! };
}
