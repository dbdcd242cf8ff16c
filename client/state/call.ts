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
 *                       ^                                                                            │
 *                       └──────────────────── the relay can't be used: directly? ────────────────────┘
 *
 * A call uses a relay, or it waits until both visitors have agreed to show each other their addresses (promise P14).
 * The server says which of the two applies: `preparing` waits for that. The peer connection is created only in
 * `connecting`, because a candidate chosen by the partner would be enough to make a browser send something from its own
 * address.
 *
 * If a relayed call can't connect, the page that notices this says "no-relay", and both pages ask whether to call
 * directly instead. Those who agree say "direct", because "willing" asks for the relay again. A direct call begins only
 * after this visitor has agreed, whatever the partner's page says. A visitor who refuses direct calls is not asked. A
 * call that the relay has connected never leads to the question unless the connection is lost for good.
 *
 * A browser without WebRTC answers every request with "unable". Pages that don't know this word ignore it, so "unwilling"
 * follows, which every page knows. Old pages don't know "no-relay" and "direct" either. They fail and try again.
 *
 * Either side may repeat what it said at any time, because it may have been lost with a connection (`resynced`). If one
 * side restarts the connection, so does the other.
 */

import type { ClientMessage, Route } from "../../protocol.ts";
import type { CallLine } from "../media/peer_connection.ts";
import type { Envelope } from "../crypto/envelope.ts";

/** How long the two sides try to connect, in milliseconds. */
export const CONNECTING_TIME = 20_000;

/** Why a call failed. */
export type Failure = "no-route" | "no-relay" | "too-fast";

/** A route. `isFallback`: the relay can't be used, so this is the direct route instead. */
export type CallRoute = Route & { readonly isFallback?: true };

/** A call. `invited`: the partner wants it, by this route if there is one. `mine`: this visitor wants it. */
export type Call =
  | { readonly kind: "none" }
  | { readonly kind: "preparing"; readonly invited: boolean; readonly mine: boolean }
  | { readonly kind: "consenting"; readonly invited: boolean; readonly route: CallRoute }
  | { readonly kind: "offered"; readonly route: CallRoute }
  /** `until`: when the attempt is abandoned. `said`: whether it began with a word to the partner. */
  | {
    readonly kind: "connecting";
    readonly route: CallRoute;
    readonly until: number;
    readonly said: boolean;
  }
  /** `until`: when a broken connection is abandoned; 0 while it is not broken. */
  | { readonly kind: "live"; readonly route: CallRoute; readonly until: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly invited: boolean };

/** `retry`: the visitor would rather try the relay again than call directly. */
export type CallEvent =
  | { type: "want" | "refuse" | "retry" | "denied" | "unable" | "resynced" | "tick" }
  | { type: "route"; route: Route }
  | { type: "heard"; says: CallWord }
  | { type: "line"; line: CallLine };

/** What a page tells the partner's page about a call. */
export type CallWord = "willing" | "unwilling" | "over" | "unable" | "no-relay" | "direct";

/** An effect to perform. The end of a call needs none: `client/app.ts` sees it in the state. */
export type CallEffect =
  | { type: "tell"; message: ClientMessage }
  | { type: "say"; envelope: Envelope }
  | { type: "start-call" | "refresh-call"; route: CallRoute };

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
const NO_RELAY = say("no-relay");

/**
 * Applies `event` to `call` at `now` (milliseconds of the page's clock). `direct` is whether the visitor's preferences
 * allow direct calls.
 */
export function reduceCall(call: Call, event: CallEvent, now: number, direct: boolean): CallStep {
  switch (event.type) {
    case "want":
      return want(call, now);
    case "refuse":
      return refuse(call);
    case "retry":
      return call.kind === "consenting" ? prepare(false, true) : callStep(call);
    case "route":
      return take(call, event.route, direct, now);
    case "denied":
      return call.kind === "preparing" ? fail(call, "too-fast") : callStep(call);
    case "unable":
      return over("unable", say("unable"), say("unwilling"));
    case "heard":
      return hear(call, event.says, direct, now);
    case "line":
      return follow(call, event.line, direct, now);
    case "resynced":
      return resynced(call);
    case "tick":
      return isOverdue(call, now) ? abandon(call, direct, false, NO_RELAY) : callStep(call);
  }
}

/** When to dispatch `tick`, in milliseconds of the page's clock; 0 for never. */
export function callDeadline(call: Call): number {
  return isCalling(call) ? call.until : 0;
}

/** Whether a peer connection exists. */
export function isCalling(call: Call): call is Call & { kind: "connecting" | "live" } {
  return call.kind === "connecting" || call.kind === "live";
}

/** Whether the partner is connected, as far as this side knows. */
export function isUnbroken(call: Call): boolean {
  return call.kind === "live" && call.until === 0;
}

function isDirect(call: Call): boolean {
  return "route" in call && call.route.policy === "all";
}

/** What the partner says to agree to this call. After a relay has failed, "willing" asks for the relay again. */
function wordOf(call: Call): CallWord {
  return "route" in call && call.route.isFallback ? "direct" : "willing";
}

/** The route by which a call connects without the relay. The relay then only tells each side its own address (STUN). */
function directly({ servers }: Route): CallRoute {
  return { servers, policy: "all", isFallback: true };
}

function callStep(call: Call, ...effects: CallEffect[]): CallStep {
  return { call, effects };
}

function say(says: CallWord): CallEffect {
  return { type: "say", envelope: { kind: "call", says } };
}

/** The call, and an effect that tells the partner that this visitor agrees to it. */
function agreed(call: Call & { route: CallRoute }, ...effects: CallEffect[]): CallStep {
  return callStep(call, say(wordOf(call)), ...effects);
}

/** Asks the server for a route. */
function prepare(invited: boolean, mine: boolean): CallStep {
  return callStep({ kind: "preparing", invited, mine }, ASK);
}

function over(notice: CallNotice | undefined, ...effects: CallEffect[]): CallStep {
  return { call: NO_CALL, effects, ...(notice && { notice }) };
}

function want(call: Call, now: number): CallStep {
  switch (call.kind) {
    case "none":
      return prepare(false, true);
    case "failed":
      return prepare(call.invited, true);
    case "preparing":
      return callStep({ ...call, mine: true });
    case "consenting":
      return agree(call, now);
    default:
      return callStep(call);
  }
}

/** This side agrees, and tells the partner. */
function agree(
  { route, invited }: { route: CallRoute; invited: boolean },
  now: number,
): CallStep {
  return invited ? start(route, now, true) : agreed({ kind: "offered", route });
}

function start(route: CallRoute, now: number, said = false): CallStep {
  const call = { kind: "connecting", route, until: now + CONNECTING_TIME, said } as const;
  return (said ? agreed : callStep)(call, { type: "start-call", route });
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
    const fresh = call.route.isFallback ? directly(route) : route;
    if (fresh.policy !== call.route.policy) return callStep(call);
    return callStep({ ...call, route: fresh }, { type: "refresh-call", route: fresh });
  }
  if (call.kind !== "preparing") return callStep(call);
  const { invited, mine } = call;
  if (route.policy === "all" && !direct) return over("direct-refused", say("unwilling"));
  if (route.policy === "relay" && mine) return agree({ route, invited }, now);
  return callStep({ kind: "consenting", invited, route });
}

function hear(call: Call, says: CallWord, direct: boolean, now: number): CallStep {
  if (says === wordOf(call)) return invited(call, now);
  switch (says) {
    case "willing": // The partner tries the relay again. A visitor who agreed to a direct call joins without a question.
      return prepare(true, call.kind !== "consenting");
    case "direct":
    case "no-relay":
      return unrelayed(call, says === "direct", direct);
    default:
      return declined(call, says);
  }
}

/**
 * The partner wants a call, by the route of this one if there is one. If the partner restarts it, so does this side, and
 * says so, unless its attempt began with that: the two would answer each other without end.
 */
function invited(call: Call, now: number): CallStep {
  switch (call.kind) {
    case "none":
      return prepare(true, false);
    case "offered":
      return start(call.route, now);
    case "connecting":
    case "live":
      return start(call.route, now, call.kind === "live" || !call.said);
    default:
      return callStep({ ...call, invited: true });
  }
}

/** The partner's page can't use the relay. `invited`: the partner would call directly. */
function unrelayed(call: Call, invited: boolean, direct: boolean): CallStep {
  if (call.kind === "failed" && invited) return callStep(call, say("unwilling"));
  if (!isCalling(call) || isDirect(call)) return callStep(call);
  if (isUnbroken(call)) return over("call-over", say("over"));
  return abandon(call, direct, invited, ...(invited && !direct ? [say("unwilling")] : []));
}

/** This attempt is over. If the relay can't be used, asks for a direct call, unless the preferences exclude that. */
function abandon(
  call: Call & { kind: "connecting" | "live" },
  direct: boolean,
  invited = false,
  ...effects: CallEffect[]
): CallStep {
  if (isDirect(call)) return fail(call, "no-route");
  return direct
    ? callStep({ kind: "consenting", invited, route: directly(call.route) }, ...effects)
    : fail(call, "no-relay", ...effects);
}

function declined(call: Call, says: CallWord): CallStep {
  if (call.kind === "none") return callStep(call);
  if (says === "unable") return over("stranger-unable");
  if (says === "unwilling") return over("stranger-declined");
  return over(isCalling(call) ? "call-over" : undefined);
}

/** Handles a change of the peer connection. A broken one is repaired with fresh credentials, for a limited time. */
function follow(call: Call, line: CallLine, direct: boolean, now: number): CallStep {
  if (!isCalling(call)) return callStep(call);
  if (line === "connected") return callStep({ ...call, kind: "live", until: 0 });
  if (line === "no-relay") {
    return call.kind === "connecting" ? abandon(call, direct, false, NO_RELAY) : callStep(call);
  }
  if (call.kind === "connecting" || call.until !== 0) return callStep(call);
  return callStep({ ...call, until: now + CONNECTING_TIME }, ASK);
}

/** Both sides are connected again. What was said meanwhile is lost, so it is repeated. */
function resynced(call: Call): CallStep {
  switch (call.kind) {
    case "preparing":
      return callStep(call, ASK);
    case "offered":
    case "connecting":
      return agreed({ kind: "offered", route: call.route });
    case "live":
      return isUnbroken(call) ? callStep(call) : callStep(call, ASK);
    default:
      return callStep(call);
  }
}

function isOverdue(call: Call, now: number): call is Call & { kind: "connecting" | "live" } {
  return isCalling(call) && call.until !== 0 && call.until <= now;
}

function fail(call: Call, failure: Failure, ...effects: CallEffect[]): CallStep {
  const invited = call.kind === "preparing" && call.invited;
  return callStep({ kind: "failed", failure, invited }, ...effects);
}
