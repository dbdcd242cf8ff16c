/**
 * A call inside a chat, from the first request to the last picture. A pure function takes a call and an event, and
 * returns the next call and the effects to perform. Nothing here touches a camera or a connection: `peer_connection.ts`
 * does that.
 *
 *            want                    by relay                  partner wants it, too
 *     none ───────> preparing ──────────────────> offered ─────────────────────────────> connecting ──> live
 *      ^ │              │ direct                     ^                                      ^  │          │
 *      │ └ invited ─────┤ or invited             yes │          yes, and the partner too    │  │ no route │
 *      │                v                            │                                      │  v          v
 *      └─── no ──── consenting ──────────────────────┴──────────────────────────────────────┘ failed <────┘
 *
 * A call uses a relay, or it waits until both visitors have agreed to show each other their addresses (promise P14).
 * The server says which of the two applies: `preparing` waits for that. The peer connection is created only in
 * `connecting`, because a candidate chosen by the partner would be enough to make a browser send something from its own
 * address.
 *
 * A browser without WebRTC answers every request with "unable". Pages that don't know this word ignore it, so "unwilling"
 * follows, which every page knows.
 *
 * Either side may repeat what it said at any time, because it may have been lost with a connection (`resynced`). If one
 * side restarts the connection, so does the other.
 */

import type { ClientMessage, Route } from "../../protocol.ts";
import type { Envelope } from "../crypto/envelope.ts";

/** How long the two sides try to connect, in milliseconds. */
export const CONNECTING_TIME = 20_000;

/** Why a call failed. */
export type Failure = "no-route" | "no-relay" | "too-fast";

/** A call. `invited`: the partner wants it. `mine`: this visitor wants it. */
export type Call =
  | { readonly kind: "none" }
  | { readonly kind: "preparing"; readonly invited: boolean; readonly mine: boolean }
  | { readonly kind: "consenting"; readonly invited: boolean; readonly route: Route }
  | { readonly kind: "offered"; readonly route: Route }
  /** `until`: when the attempt is abandoned. */
  | { readonly kind: "connecting"; readonly route: Route; readonly until: number }
  /** `until`: when a broken connection is abandoned; 0 while it is not broken. */
  | { readonly kind: "live"; readonly route: Route; readonly until: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly invited: boolean };

export type CallEvent =
  | { type: "want" | "refuse" | "denied" | "unable" | "resynced" | "tick" }
  /** `direct`: whether the visitor's preferences allow direct calls. */
  | { type: "route"; route: Route; direct: boolean }
  | { type: "heard"; says: CallWord }
  | { type: "line"; line: "connected" | "broken" | "failed" };

/** What a page tells the partner's page about a call. */
export type CallWord = "willing" | "unwilling" | "over" | "unable";

/** An effect to perform. The end of a call needs none: `client/app.ts` sees it in the state. */
export type CallEffect =
  | { type: "tell"; message: ClientMessage }
  | { type: "say"; envelope: Envelope }
  | { type: "start-call" | "refresh-call"; route: Route };

/** A notice about a call, shown in the chat. */
export type CallNotice =
  | "stranger-declined"
  | "direct-refused"
  | "call-over"
  | "unable"
  | "stranger-unable";

/** The result of an event. */
export interface CallStep {
  readonly call: Call;
  readonly effects: readonly CallEffect[];
  readonly notice?: CallNotice;
}

/** The call of a chat that begins. */
export const NO_CALL: Call = { kind: "none" };

const ASK: CallEffect = { type: "tell", message: { type: "ice" } };

/** Applies `event` to `call` at `now` (milliseconds of the page's clock). */
export function reduceCall(call: Call, event: CallEvent, now: number): CallStep {
  switch (event.type) {
    case "want":
      return want(call, now);
    case "refuse":
      return refuse(call);
    case "route":
      return take(call, event.route, event.direct, now);
    case "denied":
      return call.kind === "preparing" ? fail(call, "too-fast") : callStep(call);
    case "unable":
      return over("unable", say("unable"), say("unwilling"));
    case "heard":
      return event.says === "willing" ? invited(call, now) : declined(call, event.says);
    case "line":
      return follow(call, event.line, now);
    case "resynced":
      return resynced(call);
    case "tick":
      return isOverdue(call, now)
        ? fail(call, call.route.policy === "relay" ? "no-relay" : "no-route")
        : callStep(call);
  }
}

/** When to dispatch `tick`, in milliseconds of the page's clock; 0 for never. */
export function callDeadline(call: Call): number {
  return call.kind === "connecting" || call.kind === "live" ? call.until : 0;
}

/** Whether a peer connection exists. */
export function isCalling(call: Call): call is Call & { kind: "connecting" | "live" } {
  return call.kind === "connecting" || call.kind === "live";
}

function callStep(call: Call, ...effects: CallEffect[]): CallStep {
  return { call, effects };
}

function say(says: CallWord): CallEffect {
  return { type: "say", envelope: { kind: "call", says } };
}

function over(notice: CallNotice | undefined, ...effects: CallEffect[]): CallStep {
  return { call: NO_CALL, effects, ...(notice && { notice }) };
}

function want(call: Call, now: number): CallStep {
  switch (call.kind) {
    case "none":
      return callStep({ kind: "preparing", invited: false, mine: true }, ASK);
    case "failed":
      return callStep({ kind: "preparing", invited: call.invited, mine: true }, ASK);
    case "preparing":
      return callStep({ ...call, mine: true });
    case "consenting":
      return agree(call, now);
    default:
      return callStep(call);
  }
}

/** This side agrees, and tells the partner. */
function agree({ route, invited }: { route: Route; invited: boolean }, now: number): CallStep {
  return invited
    ? start(route, now, say("willing"))
    : callStep({ kind: "offered", route }, say("willing"));
}

function start(route: Route, now: number, ...before: CallEffect[]): CallStep {
  const call = { kind: "connecting", route, until: now + CONNECTING_TIME } as const;
  return callStep(call, ...before, { type: "start-call", route });
}

function refuse(call: Call): CallStep {
  switch (call.kind) {
    case "none":
      return callStep(call);
    case "preparing":
    case "consenting":
      return over(undefined, say("unwilling"));
    case "offered":
    case "failed":
      return over(undefined, say("over"));
    default:
      return over("call-over", say("over"));
  }
}

/** Handles the route that the server sent. A call that was agreed on as relayed never becomes direct. */
function take(call: Call, route: Route, direct: boolean, now: number): CallStep {
  if (isCalling(call)) {
    if (route.policy !== call.route.policy) return callStep(call);
    return callStep({ ...call, route }, { type: "refresh-call", route });
  }
  if (call.kind !== "preparing") return callStep(call);
  const { invited, mine } = call;
  if (route.policy === "all" && !direct) return over("direct-refused", say("unwilling"));
  if (route.policy === "relay" && mine) return agree({ route, invited }, now);
  return callStep({ kind: "consenting", invited, route });
}

/** The partner wants a call. */
function invited(call: Call, now: number): CallStep {
  switch (call.kind) {
    case "none":
      return callStep({ kind: "preparing", invited: true, mine: false }, ASK);
    case "offered":
      return start(call.route, now);
    case "connecting":
    case "live":
      return start(call.route, now, say("willing"));
    default:
      return callStep({ ...call, invited: true });
  }
}

function declined(call: Call, says: CallWord): CallStep {
  if (call.kind === "none") return callStep(call);
  if (says === "unable") return over("stranger-unable");
  if (says === "unwilling") return over("stranger-declined");
  return over(isCalling(call) ? "call-over" : undefined);
}

/** Handles a change of the peer connection. A broken one is repaired with fresh credentials, for a limited time. */
function follow(call: Call, line: "connected" | "broken" | "failed", now: number): CallStep {
  if (!isCalling(call)) return callStep(call);
  if (line === "connected") return callStep({ ...call, kind: "live", until: 0 });
  if (call.kind === "connecting" || call.until !== 0) return callStep(call);
  return callStep({ ...call, until: now + CONNECTING_TIME }, ASK);
}

/** Both sides are connected again. What was said meanwhile is lost, so it is repeated. */
function resynced(call: Call): CallStep {
  switch (call.kind) {
    case "preparing":
      return callStep(call, ASK);
    case "offered":
      return callStep(call, say("willing"));
    case "connecting":
      return callStep({ kind: "offered", route: call.route }, say("willing"));
    case "live":
      return call.until === 0 ? callStep(call) : callStep(call, ASK);
    default:
      return callStep(call);
  }
}

function isOverdue(call: Call, now: number): call is Call & { kind: "connecting" | "live" } {
  return isCalling(call) && call.until !== 0 && call.until <= now;
}

function fail(call: Call, failure: Failure): CallStep {
  const invited = call.kind === "preparing" && call.invited;
  return callStep({ kind: "failed", failure, invited });
}
