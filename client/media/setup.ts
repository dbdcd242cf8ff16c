/**
 * A step of call set-up: a session description (RFC 8829) or a candidate of ICE (RFC 8838), as JSON.
 *
 *   {"description": {"type": "offer", "sdp": TEXT}}
 *   {"candidate": {"candidate": TEXT, "sdpMid": TEXT, "sdpMLineIndex": NUMBER, "usernameFragment": TEXT}}
 *
 * The partner's page may send anything. So a step is copied field by field, and what doesn't fit is `undefined`.
 */

import { parseObject } from "../json.ts";

/** Maximum length of each text of a candidate, in UTF-16 code units. A browser's have about 150. */
export const MAX_CANDIDATE_LENGTH = 1_000;

/** An offer or an answer. */
export interface Description {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

/** A candidate. An empty text says that there are no more (RFC 8838 section 8.2). */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

/** A step of call set-up. */
export type Setup = { readonly description: Description } | { readonly candidate: Candidate };

/** Parses a step that the partner sent; `undefined` if it is malformed. */
export function readSetup(json: string): Setup | undefined {
  const { description, candidate } = parseObject(json);
  return readDescription(description) ?? readCandidate(candidate);
}

function readDescription(value: unknown): Setup | undefined {
  const { type, sdp } = Object(value);
  if (type !== "offer" && type !== "answer" || typeof sdp !== "string") return undefined;
  return { description: { type, sdp } };
}

function readCandidate(value: unknown): Setup | undefined {
  const { candidate, sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = Object(value);
  const fits = [candidate, sdpMid ?? "", usernameFragment ?? ""].every(isText) &&
    isUnsignedShort(sdpMLineIndex ?? 0);
  return fits ? { candidate: { candidate, sdpMid, sdpMLineIndex, usernameFragment } } : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= MAX_CANDIDATE_LENGTH && !/[\r\n]/.test(value);
}

/** Whether a value can be the index of a media line (W3C WebRTC section 4.8.1). */
function isUnsignedShort(value: unknown): boolean {
  return value === (Number(value) & 0xFFFF);
}

/** Removes every address but those of relays from a step; `undefined` if nothing remains. */
export function stripAddresses(setup: Setup): Setup | undefined {
  if ("description" in setup) {
    const { type, sdp } = setup.description;
    const shown = sdp.split(/[\r\n]+/).filter((line) =>
      isRelay(line) || !/candidate\s*:/i.test(line)
    );
    return { description: { type, sdp: shown.map(redact).join("\r\n") } };
  }
  const { candidate } = setup.candidate;
  if (candidate && !isRelay(candidate)) return undefined;
  return { candidate: { ...setup.candidate, candidate: redact(candidate) } };
}

/** Whether a candidate is a relay. Its type follows its address and port, once (RFC 8839 section 5.1). */
function isRelay(line: string): boolean {
  return /^(a=)?candidate:(\S+ ){6}typ relay( |$)/.test(line);
}

/** Blanks the address from which the relay was contacted (RFC 8839 section 5.1). */
function redact(line: string): string {
  return line.replace(/ raddr \S+ rport \d+/, " raddr 0.0.0.0 rport 0");
}
