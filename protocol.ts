/**
 * The wire protocol, version 1: the messages a client and the server exchange over `GET /ws`.
 *
 * Two kinds of WebSocket frames share one connection and never mix:
 *
 *   text frame      a control message, JSON, between one client and the server
 *   binary frame    for the partner; the server reads byte 0 and forwards the rest unread
 *
 *        0        1 .. 32767
 *   +--------+----------------------+
 *   |  kind  |  opaque to the server |
 *   +--------+----------------------+
 *
 * No message has a field for a name, an account or an address, so no client can send one (promises P5, P7). Client and
 * server share this file. It holds types, limits and the one rule that both sides must apply alike (how interests are
 * normalized), and it imports nothing. Incoming messages are validated in `server/chat/control.ts` and in
 * `client/net/server_message.ts`.
 */

/** The WebSocket subprotocol both sides must name (RFC 6455 section 1.9). */
export const SUBPROTOCOL = "anonymous-chat.v1";

export const SOCKET_PATH = "/ws";

/** Path of the interface texts in all languages. */
export const LANGUAGES_PATH = "/languages.json";

/** Path of the service worker that shows notifications where a page can't. It is also its scope. */
export const NOTIFICATIONS_PATH = "/notifications.js";

/** Maximum size of a control message, in bytes of UTF-8. A larger one closes the connection with 1009. */
export const MAX_CONTROL_BYTES = 4 * 1024;

/** Maximum size of a binary frame, in bytes, including the kind byte. A larger one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** Maximum number of fragments per message. One more closes the connection with 1008. */
export const MAX_FRAGMENTS = 64;

/** Maximum number of interests in one `find`. */
export const MAX_INTERESTS = 10;

/** Maximum length of an interest, in code points after {@linkcode normalizeInterest}. */
export const MAX_INTEREST_LENGTH = 30;

/** Maximum number of spoken languages in one `find`. */
export const MAX_LANGUAGES = 6;

/** The kinds of chat. Visitors are only paired within one mode. */
export const MODES = ["text", "video"] as const;
/** One of {@linkcode MODES}. */
export type Mode = (typeof MODES)[number];

/** The reasons for which a visitor can report a partner. */
export const REPORT_REASONS = ["underage", "sexual", "harassment", "spam", "other"] as const;
/** One of {@linkcode REPORT_REASONS}. */
export type ReportReason = (typeof REPORT_REASONS)[number];

/** Byte 0 of a binary frame. */
export const FrameKind = {
  /** Something a visitor wrote. Counted in the statistics. */
  message: 1,
  /** Typing, receipts, keys, call setup. Not counted. */
  signal: 2,
  /** Reserved for media. */
  media: 3,
} as const;

/** Whether version 1 knows this frame kind. */
export function isFrameKind(kind: number | undefined): boolean {
  return kind === FrameKind.message || kind === FrameKind.signal || kind === FrameKind.media;
}

/** Maximum length of a token, in characters. */
export const MAX_TOKEN_LENGTH = 128;

/** How long a session is kept after its connection drops, in milliseconds. */
export const RESUME_WINDOW = 30_000;

/** The same for a page that has reported being in the background, where phones cut its connections. */
export const BACKGROUND_WINDOW = 120_000;

/** How long after a chat both sides may ask for another one with each other, in milliseconds. It takes both. */
export const AGAIN_WINDOW = 20_000;

/** Close reason, with 1001, for a client that has been idle for long. It need not reconnect until the visitor acts. */
export const IDLE_REASON = "idle";

/** Close reason, with 1001, from a stopping server that has no node to hand its sessions to. */
export const GOING_AWAY_REASON = "The server is going away.";

/** Close reason, with 1008, for a client that sends more than a person can. An honest client never receives it. */
export const TOO_FAST_REASON = "too fast";

/**
 * The code with which a client closes its connection in order to leave (RFC 6455 section 7.4.1). A reloading proxy also
 * closes properly, with 1001 to both sides, and so does a browser that discards a page. So any other code only
 * interrupts the session, like a dropped connection.
 */
export const LEAVE_CODE = 1000;

/**
 * Why the server closes a connection (RFC 6455 section 7.4, and IANA's registry of close codes; codes from 4000 up are
 * defined here). The session has already ended, unless the code is 1012.
 */
export const CloseCode = {
  /** The server is going away, or the client has been idle for long. */
  goingAway: 1001,
  /** The client sent something that version 1 doesn't define. */
  policy: 1008,
  /** A control message or a frame exceeds its limit. */
  tooLarge: 1009,
  /** An exception was thrown while handling this session. Other sessions are not affected. */
  internal: 1011,
  /** This node is stopping. The session can be resumed on another node within a few seconds. */
  restart: 1012,
  /** The address has been reported from many addresses, or has flooded the server. */
  blocked: 4003,
  /** The client doesn't read what is sent to it. */
  tooSlow: 4008,
  /** The session was resumed on another connection, which presented its token. */
  replaced: 4010,
  /** The address has too many connections. Used only where this is known only after the handshake. */
  tooManyConnections: 4029,
} as const;
/** One of the values of {@linkcode CloseCode}. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/**
 * Whether a close code and reason prove that the server has ended the session. A proxy can close with any code below
 * 4000 while the session still exists. The client then presents its token to find out.
 */
export function isFinal(code: number, reason: string): boolean {
  const isOurs = reason === IDLE_REASON || reason === GOING_AWAY_REASON;
  return code >= FIRST_OWN_CODE || (code === CloseCode.goingAway && isOurs);
}

/** The first close code that no proxy uses (RFC 6455 section 7.4.2). */
const FIRST_OWN_CODE = 4000;

/**
 * What a server understands that the first version of it did not. `welcome` names these, and a client uses only what is
 * named: during a rolling update, a page can be newer than its server.
 */
export const FEATURES = ["ping", "search", "languages", "again", "suites"] as const;
/** One of {@linkcode FEATURES}. */
export type Feature = (typeof FEATURES)[number];

/** Maximum number of a search. */
export const MAX_SEARCH_NUMBER = 2 ** 31 - 1;

/**
 * The steps of a search, in order. `exact`: only a partner who shares a language and an interest, as far as the search
 * names any. `either`: who shares a language or an interest. `anyone`: any partner. A search without languages and
 * interests begins with `anyone`, and only a search with both has the step `either`. A pair needs both sides to accept
 * each other in their present steps.
 */
export const SEARCH_STEPS = ["exact", "either", "anyone"] as const;
/** One of {@linkcode SEARCH_STEPS}. */
export type SearchStep = (typeof SEARCH_STEPS)[number];

/**
 * How two pages agree on the keys of their chat, as one byte. The channel between the pages uses it, and no server needs
 * to understand it (see docs/protocol.md).
 */
export const Suite = {
  /** ECDH over P-256 alone: the pages of the previous release. */
  p256: 1,
  /** ECDH over P-256 and ML-KEM-768 (FIPS 203) together. */
  hybrid: 2,
} as const;

/** The suites that this page accepts, best first. It uses no other, so nobody can push two pages to a weaker one. */
export const SUITES: readonly number[] = [Suite.hybrid];

/** Maximum number of suites that a page can offer. */
export const MAX_SUITES = 4;

/** The highest number of a suite, which is one byte. The lowest is 1. */
export const MAX_SUITE = 255;

/** The suites of a page that doesn't name any. */
export const UNNAMED_SUITES: readonly number[] = [Suite.p256];

/** A control message from a client. */
export type ClientMessage =
  /**
   * `search` numbers this search, and what belongs to it comes with that number (feature "search"). `languages`: what
   * the visitor speaks, as BCP 47 tags for which {@linkcode isSpokenLanguage} is true (feature "languages"). Without
   * them, the search never asks for a language. `suites`: what the page accepts, best first (feature "suites"). Without
   * them, it accepts {@linkcode UNNAMED_SUITES}. A pair needs a common suite.
   */
  | {
    type: "find";
    mode: Mode;
    interests: string[];
    languages?: string[];
    search?: number;
    suites?: readonly number[];
  }
  | { type: "leave" }
  /**
   * Asks for another chat with the partner of the last one (feature "again"). `paired` follows if the partner asks, too.
   * Otherwise there is no answer. `leave` withdraws it.
   */
  | { type: "again" }
  /** Asks for the route of a call. Only valid in a chat. */
  | { type: "ice" }
  /** The answer to a `challenge`. */
  | { type: "solution"; nonce: number }
  | { type: "report"; reason: ReportReason }
  /** Resumes the session of `token`. Must be the first message on a connection. The answer is `resumed`. */
  | { type: "resume"; token: string }
  /** The page was hidden or shown again. This sets how long its session is kept after a dropped connection. */
  | { type: "background"; hidden: boolean }
  /** Asks whether the connection still works. The answer is `pong` (feature "ping"). */
  | { type: "ping" };

/**
 * Why an address may not connect, and in how many seconds it may try again. A page can't read why its handshake was
 * refused. So it sends a plain `GET /ws`, which returns this as JSON while the refusal lasts.
 */
export interface ConnectionRefusal {
  readonly code: (typeof CONNECTION_REFUSALS)[number];
  readonly seconds: number;
}

/**
 * The address was reported from several others, connected far too often, is denied by the operator, or has too many
 * connections. Or the server is full. Or a proxy changes the host, so that no page of the server can connect.
 */
export const CONNECTION_REFUSALS = [
  "reported",
  "flooding",
  "denied",
  "too-many-connections",
  "full",
  "misconfigured",
] as const;

/** How many bytes are hashed in each attempt at a {@linkcode Challenge}. */
export const WORK_BYTES = 64 * 1024;

/** A proof of work: find a number such that SHA-256 of it, the salt and zeros begins with `bits` zero bits. */
export interface Challenge {
  readonly salt: string;
  readonly bits: number;
}

/** The caller starts everything that the two sides do together. Each pair has exactly one caller. */
export type Role = "caller" | "callee";

/** How a call may connect: only through a relay, or by any route, which reveals each address to the partner. */
export type CallPolicy = "relay" | "all";

/** The answer to `ice`. */
export interface Route {
  readonly servers: readonly CallServer[];
  readonly policy: CallPolicy;
}

/** A relay, with short-lived credentials (W3C WebRTC section 4.2.2). */
export interface CallServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** Why a valid request could not be fulfilled. */
export type ErrorCode = "nobody-to-report" | "already-reported" | "nobody-to-call" | "too-fast";

/** A control message from the server. */
export type ServerMessage =
  /**
   * The first message on each connection. `token` resumes the session of this connection: the new session or, after
   * `resumed`, the one that continues. The previous token is valid until then and no longer.
   */
  | { type: "welcome"; token: string; online: number; features?: readonly string[] }
  /** Whether the chat continues. If it doesn't, nothing else of the old session matters to the client. */
  | { type: "resumed"; chatting: boolean }
  /** `search`, here and below: the number of the `find` that this belongs to, if it had one. */
  /**
   * There is no partner yet. `step`: whom the search accepts from now on (feature "languages"). `reload`: the page is
   * older than this server, whose pages it can't chat with (feature "suites").
   */
  | { type: "waiting"; step?: SearchStep; search?: number; reload?: boolean }
  /**
   * `interests` and `languages` are what both have named. `again`: the partner is that of the last chat, because both
   * have asked for it.
   */
  | {
    type: "paired";
    role: Role;
    interests: readonly string[];
    languages?: readonly string[];
    met: boolean;
    again?: boolean;
    search?: number;
  }
  | { type: "partner-left" }
  /** The partner of the last chat asks for another one. Sent at most once after each chat. */
  | { type: "partner-again" }
  /** The partner's connection dropped. What is sent now is lost until `partner-back` or `partner-left`. */
  | { type: "partner-away" }
  /** The partner has a new connection. Both sides now report what they have received, and resend what is missing. */
  | { type: "partner-back" }
  | { type: "online"; count: number }
  /** The answer to `ice`. */
  | { type: "ice" } & Route
  | { type: "reported" }
  /** The server is about to restart. Chats have a moment to finish, then the connection is closed with 1001. */
  | { type: "draining" }
  /** The server is under load. The search begins when this is solved. */
  | { type: "challenge"; search?: number } & Challenge
  /** The connection is closed with 4003. The address may reconnect in `seconds`. */
  | { type: "blocked"; seconds: number }
  /** `seconds` is set for "too-fast": when to try again. */
  | { type: "error"; code: ErrorCode; message: string; seconds?: number; search?: number }
  /** The answer to `ping`. */
  | { type: "pong" };

/**
 * Normalizes an interest: NFKC, lower case, single spaces, no control or formatting characters (Unicode category C,
 * including lone surrogates). The result may be empty, or longer than {@linkcode MAX_INTEREST_LENGTH}:
 * see {@linkcode isInterest}.
 */
export function normalizeInterest(raw: string): string {
  const visible = raw.replace(/\s/gu, " ").replace(/\p{C}/gu, "");
  const folded = visible.normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded.replace(/ +/g, " ").trim();
}

/** Whether a normalized interest has an allowed length. */
export function isInterest(normalized: string): boolean {
  return normalized !== "" && [...normalized].length <= MAX_INTEREST_LENGTH;
}

/** A language in lower case, with a script where it matters (BCP 47): "de", "zh-Hant". */
const SPOKEN_LANGUAGE = /^[a-z]{2,3}(-[A-Z][a-z]{3})?$/;

/** Whether `tag` is the tag of a spoken language as `find` may name it. */
export function isSpokenLanguage(tag: string): boolean {
  return SPOKEN_LANGUAGE.test(tag);
}
