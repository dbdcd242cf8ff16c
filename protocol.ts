/**
 * The wire, version 1: what a page and the server may say to each other over `GET /ws`.
 *
 * Two kinds of WebSocket frames share one connection and never mix:
 *
 *   text frame      a control message, JSON, between one page and the server
 *   binary frame    something for the partner; the server looks at byte 0 and forwards the rest unread
 *
 *        0        1 .. 32767
 *   +--------+----------------------+
 *   |  kind  |  opaque to the server |
 *   +--------+----------------------+
 *
 * No message has a field for a name, an account or an address, so none can be given (promises P5, P7).
 * This file is shared by both halves: it holds types, limits and the one rule that both sides must apply alike
 * (how an interest is spelled), and it imports nothing. Checking what arrives is `server/chat/control.ts` on one side
 * and `client/net/server_message.ts` on the other.
 */

/** The WebSocket subprotocol both sides must name (RFC 6455 section 1.9). */
export const SUBPROTOCOL = "anonymous-chat.v1";

/** The path of the WebSocket endpoint. */
export const SOCKET_PATH = "/ws";

/** Where the words of every language are. */
export const LANGUAGES_PATH = "/languages.json";

/** The largest control message, in bytes of UTF-8; a larger one closes with 1009. */
export const MAX_CONTROL_BYTES = 4 * 1024;

/** The largest binary frame, in bytes, kind byte included; a larger one closes with 1009. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** How many fragments one message may come in; one more closes with 1008. */
export const MAX_FRAGMENTS = 64;

/** How many interests one `find` may carry. */
export const MAX_INTERESTS = 10;

/** The longest interest, in code points after {@linkcode normalizeInterest}. */
export const MAX_INTEREST_LENGTH = 30;

/** What a chat is held by; people are only paired within one mode. */
export const MODES = ["text", "video"] as const;
/** One of {@linkcode MODES}. */
export type Mode = (typeof MODES)[number];

/** Why somebody is reported. */
export const REPORT_REASONS = ["underage", "sexual", "harassment", "spam", "other"] as const;
/** One of {@linkcode REPORT_REASONS}. */
export type ReportReason = (typeof REPORT_REASONS)[number];

/** Byte 0 of a binary frame. */
export const FrameKind = {
  /** Something a person wrote; counted in the statistics. */
  message: 1,
  /** Typing, receipts, keys, call set-up; not counted. */
  signal: 2,
  /** Reserved for media. */
  media: 3,
} as const;

/** Whether `kind` is a kind of frame that version 1 knows. */
export function isFrameKind(kind: number | undefined): boolean {
  return kind === FrameKind.message || kind === FrameKind.signal || kind === FrameKind.media;
}

/** The longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 128;

/** How long a session is kept whose connection dropped, in milliseconds. */
export const RESUME_WINDOW = 30_000;

/** The same for a page that has said that it is in the background: a phone then cuts its connections. */
export const BACKGROUND_WINDOW = 120_000;

/** The reason given with 1001 when a page has asked for nothing for long; it need not come back until it is needed. */
export const IDLE_REASON = "idle";

/** The reason given with 1001 by a server that stops and has nowhere to hand its sessions. */
export const GOING_AWAY_REASON = "The server is going away.";

/** The reason given with 1008 when more was sent than a person can; an honest page never hears it. */
export const TOO_FAST_REASON = "too fast";

/**
 * The code with which a page closes its connection in order to leave (RFC 6455 section 7.4.1). A proxy that reloads also
 * closes properly, with 1001 to both sides, and a browser does when it discards a page. So any other code, like a
 * connection that drops, only interrupts the session.
 */
export const LEAVE_CODE = 1000;

/**
 * Why the server closes a connection (RFC 6455 section 7.4, and IANA's registry of close codes; 4000 and up are ours).
 * It has ended the session before, unless the code is 1012.
 */
export const CloseCode = {
  /** The server is going away, or the page has been idle for long. */
  goingAway: 1001,
  /** The peer said something that version 1 has no meaning for. */
  policy: 1008,
  /** A control message or a frame above its limit. */
  tooLarge: 1009,
  /** An exception while handling this one session; nobody else is touched. */
  internal: 1011,
  /** This machine stops, and the session can be resumed on another within a few seconds. */
  restart: 1012,
  /** The address has been reported by many, or has flooded the server. */
  blocked: 4003,
  /** The reader does not take what is sent to it. */
  tooSlow: 4008,
  /** The session goes on over another connection, which has shown its token. */
  replaced: 4010,
  /** The address has too many connections; said only where this is known after the handshake. */
  crowded: 4029,
} as const;
/** One of the values of {@linkcode CloseCode}. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/**
 * Whether a close that reaches the page is the server's own word that the session is over. A proxy can close with any
 * code below 4000, and then the session may still be there: the page shows its token to find out.
 */
export function isFinal(code: number, reason: string): boolean {
  const isOurs = reason === IDLE_REASON || reason === GOING_AWAY_REASON;
  return code >= FIRST_OWN_CODE || (code === CloseCode.goingAway && isOurs);
}

/** The first close code that no proxy uses (RFC 6455 section 7.4.2). */
const FIRST_OWN_CODE = 4000;

/** What a page tells the server. */
export type ClientMessage =
  | { type: "find"; mode: Mode; interests: string[] }
  | { type: "leave" }
  /** Asks how a call goes; only in a chat. */
  | { type: "ice" }
  /** The answer to a `challenge`. */
  | { type: "solution"; nonce: number }
  | { type: "report"; reason: ReportReason }
  /** The first message on a new connection: what `token` opens goes on here. `resumed` is the answer. */
  | { type: "resume"; token: string }
  /** Nobody sees the page any more, or somebody does again; tells how long its session is kept if it drops. */
  | { type: "background"; hidden: boolean };

/**
 * Why somebody may not connect, and in how many seconds they may try again. A page can't read why its handshake was
 * refused, so it asks with a plain `GET /ws`, which is answered with this as JSON while it holds.
 */
export interface Hindrance {
  readonly code: (typeof HINDRANCES)[number];
  readonly seconds: number;
}

/**
 * The address was reported by several others; it connected far too often; the operator refuses it; it has too many
 * connections; or every place is taken.
 */
export const HINDRANCES = ["reported", "flooding", "denied", "crowded", "full"] as const;

/** How much is hashed for each try of a {@linkcode Challenge}, in bytes. */
export const WORK_BYTES = 64 * 1024;

/** Work for a device: a number such that SHA-256 of it, the salt and zeros begins with so many zero bits. */
export interface Challenge {
  readonly salt: string;
  readonly bits: number;
}

/** Who opens whatever the two sides do together: exactly one of a pair is the caller. */
export type Role = "caller" | "callee";

/** How a call goes: by relay alone, or by any way, which shows each side's address to the other. */
export type CallPolicy = "relay" | "all";

/** How a call may go: the answer to `ice`. */
export interface Route {
  readonly servers: readonly CallServer[];
  readonly policy: CallPolicy;
}

/** A relay, with credentials for a while (W3C WebRTC section 4.2.2). */
export interface CallServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** What could not be done, though it was said correctly. */
export type ErrorCode = "nobody-to-report" | "already-reported" | "nobody-to-call" | "too-fast";

/** What the server tells a page. */
export type ServerMessage =
  /**
   * The first message on each connection. `token` opens what this connection is for: the session that has just begun
   * or, once `resumed` has come, the one that goes on. The token before it is good until then, and no longer.
   */
  | { type: "welcome"; token: string; online: number }
  /** Whether the chat goes on; if not, neither does anything else of the old session that a page need know. */
  | { type: "resumed"; chatting: boolean }
  | { type: "waiting" }
  | { type: "paired"; role: Role; interests: string[]; met: boolean }
  | { type: "partner-left" }
  /** The partner's connection dropped; what is sent now is lost, until they are back or it is said that they left. */
  | { type: "partner-away" }
  /** The partner has a new connection: both sides now say what they have, and send again what the other missed. */
  | { type: "partner-back" }
  | { type: "online"; count: number }
  /** The answer to `ice`. */
  | { type: "ice" } & Route
  | { type: "reported" }
  /** The server is about to restart: what is being said may be finished, then the connection is closed with 1001. */
  | { type: "draining" }
  /** Very many people come in: the search begins when this is solved. */
  | { type: "challenge" } & Challenge
  /** The connection is closed with 4003; in `seconds` the address may come back. */
  | { type: "blocked"; seconds: number }
  /** `seconds` goes with "too-fast": when to ask again. */
  | { type: "error"; code: ErrorCode; message: string; seconds?: number };

/**
 * The one spelling of an interest: NFKC, lower case, single spaces, without control and formatting characters
 * (Unicode category C, lone surrogates included). May be empty, or longer than {@linkcode MAX_INTEREST_LENGTH}:
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
