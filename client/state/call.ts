/**
 * A call inside a chat, from the first wish to the last picture: a pure function from a call and what happens to the
 * next call and what is to be done. Nothing here touches a camera or a connection; `peer_connection.ts` has the latter.
 *
 *            wish                    by relay                  stranger wishes it, too
 *     none ───────> preparing ──────────────────> offered ─────────────────────────────> connecting ──> live
 *      ^ │              │ directly                   ^                                      ^  │          │
 *      │ └ invited ─────┤ or invited             yes │          yes, and the stranger too   │  │ no route │
 *      │                v                            │                                      │  v          v
 *      └─── no ──── consenting ──────────────────────┴──────────────────────────────────────┘ failed <────┘
 *
 * A call goes by relay or not before both have agreed to show each other their addresses (promise P14). Which it is,
 * the server says: `preparing` waits for that. Only with `connecting` does a peer connection come into being; a candidate
 * that a stranger has chosen would be enough to make a browser send something from its own address.
 *
 * Either side may say the same again at any time, because what it said may be lost with a connection (`mended`); who is
 * connecting and hears that the other begins anew begins anew as well.
 */

import type { ClientMessage, Route } from "../../protocol.ts";
import type { Envelope } from "../crypto/envelope.ts";

/** How long two sides look for a way to each other, in milliseconds. */
export const CONNECTING_TIME = 20_000;

/** Why there is no call though both wanted it. */
export type Failure = "no-route" | "no-relay" | "too-fast";

/** A call; `invited` tells whether the stranger wishes it, `mine` whether this person does. */
export type Call =
  | { readonly kind: "none" }
  | { readonly kind: "preparing"; readonly invited: boolean; readonly mine: boolean }
  | { readonly kind: "consenting"; readonly invited: boolean; readonly route: Route }
  | { readonly kind: "offered"; readonly route: Route }
  /** `until`: when it is given up. */
  | { readonly kind: "connecting"; readonly route: Route; readonly until: number }
  /** The same, for a connection that broke; 0 while it holds. */
  | { readonly kind: "live"; readonly route: Route; readonly until: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly invited: boolean };

/** What may happen to a call. */
export type CallEvent =
  | { type: "want" | "refuse" | "denied" | "mended" | "tick" }
  /** `direct`: whether this person lets themselves be asked for a direct call at all. */
  | { type: "route"; route: Route; direct: boolean }
  | { type: "heard"; says: CallWord }
  | { type: "line"; line: "connected" | "broken" | "failed" };

/** What one side tells the other about a call. */
export type CallWord = "willing" | "unwilling" | "over";

/** What is to be done. That a call which is none any more ends needs no word. */
export type CallEffect =
  | { do: "tell"; message: ClientMessage }
  | { do: "say"; envelope: Envelope }
  | { do: "start-call" | "refresh-call"; route: Route };

/** A line about a call in the log. */
export type CallNotice = "stranger-declined" | "direct-refused" | "call-over";

/** What something leads to. */
export interface CallStep {
  readonly call: Call;
  readonly effects: readonly CallEffect[];
  readonly notice?: CallNotice;
}

/** As every chat begins. */
export const NO_CALL: Call = { kind: "none" };

const ASK: CallEffect = { do: "tell", message: { type: "ice" } };

/** What `event` makes of `call` at `now` (milliseconds since 1970). */
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
    case "heard":
      return event.says === "willing" ? invited(call, now) : declined(call, event.says);
    case "line":
      return follow(call, event.line, now);
    case "mended":
      return mended(call);
    case "tick":
      return isOverdue(call, now)
        ? fail(call, call.route.policy === "relay" ? "no-relay" : "no-route")
        : callStep(call);
  }
}

/** When to send a `tick`, in milliseconds since 1970; 0 for never. */
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
  return { do: "say", envelope: { kind: "call", says } };
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

/** This side is willing, and says so. */
function agree({ route, invited }: { route: Route; invited: boolean }, now: number): CallStep {
  return invited
    ? start(route, now, say("willing"))
    : callStep({ kind: "offered", route }, say("willing"));
}

function start(route: Route, now: number, ...before: CallEffect[]): CallStep {
  const call = { kind: "connecting", route, until: now + CONNECTING_TIME } as const;
  return callStep(call, ...before, { do: "start-call", route });
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

/** The server has said how calls go. What was agreed to by relay does not become direct. */
function take(call: Call, route: Route, direct: boolean, now: number): CallStep {
  if (isCalling(call)) {
    if (route.policy !== call.route.policy) return callStep(call);
    return callStep({ ...call, route }, { do: "refresh-call", route });
  }
  if (call.kind !== "preparing") return callStep(call);
  const { invited, mine } = call;
  if (route.policy === "all" && !direct) return over("direct-refused", say("unwilling"));
  if (route.policy === "relay" && mine) return agree({ route, invited }, now);
  return callStep({ kind: "consenting", invited, route });
}

/** The stranger wishes a call. */
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
  if (says === "unwilling") return over("stranger-declined");
  return over(isCalling(call) ? "call-over" : undefined);
}

/** A broken line is mended with fresh credentials, for a while. */
function follow(call: Call, line: "connected" | "broken" | "failed", now: number): CallStep {
  if (!isCalling(call)) return callStep(call);
  if (line === "connected") return callStep({ ...call, kind: "live", until: 0 });
  if (call.kind === "connecting" || call.until !== 0) return callStep(call);
  return callStep({ ...call, until: now + CONNECTING_TIME }, ASK);
}

/** Both sides can hear each other again; what was said meanwhile is lost. */
function mended(call: Call): CallStep {
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
