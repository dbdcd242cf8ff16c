/**
 * Reads the JSON of messages between nodes, and of searches that Redis has paired. What doesn't have the form of
 * `messages.ts` is `undefined`, never an exception: a node of another version, or another program that uses the same
 * Redis, must not disturb this node. Unknown fields are dropped, because a later version may add some.
 *
 * The limits are generous: they only bound the work. The node that created a value has applied the rules.
 */

import * as v from "valibot";
import { MODES, SEARCH_STEPS, UNNAMED_SUITES } from "../../protocol.ts";
import { checked, count } from "../base/schema.ts";
import { MAX_NODES, type NodeId, type SessionId, type Ticket } from "../ids.ts";
import type { RelayAnswer } from "../chat/remote_relay.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import type {
  ChatEvent,
  EncodedSearch,
  Envelope,
  PairNotice,
  PlainMessage,
  Reply,
} from "./messages.ts";

/** Maximum length of one JSON text, in characters. */
export const MAX_JSON_LENGTH = 64 * 1024;

/** Maximum length of one text in it, in characters. */
const MAX_TEXT_LENGTH = 1_000;

/** Maximum number of entries of one list or record. */
const MAX_ENTRIES = 1_000;

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const sessionId = v.custom<SessionId>(isSessionId);
const ticket = v.custom<Ticket>(isSessionId);
const nodeId = v.custom<NodeId>(isNodeId);
const recent = v.pipe(v.array(sessionId), v.maxLength(MAX_ENTRIES));

const search = v.object({
  ticket,
  id: sessionId,
  node: nodeId,
  mode: v.picklist(MODES),
  interests: v.pipe(v.array(text), v.maxLength(MAX_ENTRIES)),
  languages: v.pipe(v.array(text), v.maxLength(MAX_ENTRIES)),
  step: v.picklist(SEARCH_STEPS),
  order: amount,
  recent,
  /** A node of the previous release names none. */
  suites: v.optional(v.pipe(v.array(count), v.maxLength(MAX_ENTRIES)), [...UNNAMED_SUITES]),
}) satisfies v.GenericSchema<unknown, EncodedSearch>;

const pairNotice = v.object({ ticket, request: search }) satisfies v.GenericSchema<
  unknown,
  PairNotice
>;

const chatSide = v.object({
  partner: sessionId,
  node: nodeId,
  lasted: amount,
  reported: v.boolean(),
  isOver: v.boolean(),
  isAway: v.boolean(),
});

const snapshot = v.object({
  id: sessionId,
  recent,
  hasWorked: v.boolean(),
  balances: v.pipe(v.record(v.string(), amount), v.maxEntries(MAX_ENTRIES)),
  mode: v.picklist(MODES),
  hasCall: v.optional(v.boolean(), false),
  chatSide: v.optional(chatSide, () => undefined),
}) satisfies v.GenericSchema<unknown, SessionSnapshot>;

const chatEvent = v.variant("type", [
  v.object({ type: v.literal("left") }),
  v.object({ type: v.picklist(["away", "back"]) }),
  v.object({ type: v.literal("read"), bytes: count }),
  v.object({ type: v.literal("probe"), isAway: v.boolean(), isAnswer: v.boolean() }),
  v.object({ type: v.literal("again"), wants: v.boolean() }),
  v.object({ type: v.literal("chatted"), with: text }),
  v.object({ type: v.literal("reported"), by: text, weight: amount }),
]) satisfies v.GenericSchema<unknown, ChatEvent>;

const nodeMessage = v.variant("type", [
  v.object({
    type: v.literal("chat"),
    message: v.object({ to: sessionId, from: sessionId, node: nodeId, event: chatEvent }),
  }),
  v.object({ type: v.literal("invite"), ticket, request: search }),
  v.object({ type: v.literal("declined"), ticket }),
  v.object({ type: v.literal("fetch"), token: text }),
  v.object({ type: v.literal("relay"), to: sessionId, from: sessionId }),
  v.object({ type: v.literal("here") }),
  v.object({ type: v.literal("echo") }),
  v.object({
    type: v.literal("blocked"),
    name: text,
    cause: v.picklist(["reported", "flooding"]),
    wait: amount,
  }),
]);

const callServer = v.object({
  urls: v.pipe(v.array(text), v.minLength(1), v.maxLength(MAX_ENTRIES)),
  username: text,
  credential: text,
});

const relayAnswer = v.variant("kind", [
  v.object({ kind: v.literal("relayed"), server: callServer }),
  v.object({ kind: v.picklist(["no-relay", "gone"]) }),
]) satisfies v.GenericSchema<unknown, RelayAnswer>;

const reply = v.variant("type", [
  v.object({ type: v.literal("accepted"), isAccepted: v.boolean() }),
  v.object({ type: v.literal("echoed") }),
  v.object({ type: v.literal("fetched"), snapshot: v.optional(snapshot, () => undefined) }),
  v.object({ type: v.literal("relay"), answer: relayAnswer }),
]) satisfies v.GenericSchema<unknown, Reply>;

const envelope = v.variant("kind", [
  v.object({
    kind: v.literal("message"),
    from: nodeId,
    request: v.optional(count),
    message: nodeMessage,
  }),
  v.object({ kind: v.literal("reply"), request: count, reply }),
]) satisfies v.GenericSchema<unknown, Envelope>;

const plainMessage = v.variant("type", [
  v.object({ type: v.literal("request"), node: nodeId, request: v.object({ key: text }) }),
  v.object({ type: v.literal("answer"), answer: v.object({ key: text, sealed: text }) }),
]) satisfies v.GenericSchema<unknown, PlainMessage>;

/** Whether `value` can identify a session, or a search. */
export function isSessionId(value: unknown): value is SessionId {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isNodeId(value: unknown): value is NodeId {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < MAX_NODES;
}

/** Reads a message that a node sealed. */
export function parseEnvelope(json: string): Envelope | undefined {
  return checked(fromJson(envelope), json);
}

/** Reads a message that a node sent as plaintext. */
export function parsePlainMessage(json: string): PlainMessage | undefined {
  return checked(fromJson(plainMessage), json);
}

/** Reads a message of Redis about two searches that it has paired. */
export function parsePairNotice(json: string): PairNotice | undefined {
  return checked(fromJson(pairNotice), json);
}

function fromJson<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T> {
  return v.pipe(v.string(), v.maxLength(MAX_JSON_LENGTH), v.parseJson(), schema);
}
