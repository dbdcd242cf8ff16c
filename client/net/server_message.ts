/**
 * Parses messages from the server. They come from this page's own origin, yet they are checked, not cast: a page that
 * is older or newer than its server ignores what it doesn't know instead of showing nonsense.
 */

import { isSpokenLanguage, SEARCH_STEPS, type ServerMessage } from "../../protocol.ts";
import { parseObject } from "../json.ts";

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isBoolean: Check = (value) => typeof value === "boolean";
const isBooleanOrNone: Check = (value) => value === undefined || isBoolean(value);
const isNumberOrNone: Check = (value) => value === undefined || isNumber(value);
const areStrings: Check = (value) => Array.isArray(value) && value.every(isString);
const areStringsOrNone: Check = (value) => value === undefined || areStrings(value);
const areLanguagesOrNone: Check = (value) =>
  value === undefined || areStrings(value) && (value as string[]).every(isSpokenLanguage);
const isStepOrNone: Check = (value) =>
  value === undefined || SEARCH_STEPS.some((step) => step === value);
const isRole: Check = (value) => value === "caller" || value === "callee";
const isPolicy: Check = (value) => value === "relay" || value === "all";
const areServers: Check = (value) =>
  Array.isArray(value) &&
  value.every((server) =>
    areStrings(server?.urls) && isString(server.username) && isString(server.credential)
  );

/** The check for each field, by type of message. */
const SHAPES: { readonly [T in ServerMessage["type"]]: Readonly<Record<string, Check>> } = {
  "welcome": { token: isString, online: isNumber, features: areStringsOrNone },
  "resumed": { chatting: isBoolean },
  "waiting": { step: isStepOrNone, reload: isBooleanOrNone, search: isNumberOrNone },
  "paired": {
    role: isRole,
    interests: areStrings,
    languages: areLanguagesOrNone,
    met: isBoolean,
    again: isBooleanOrNone,
    search: isNumberOrNone,
  },
  "partner-left": {},
  "partner-again": {},
  "partner-away": {},
  "partner-back": {},
  "online": { count: isNumber },
  "reported": {},
  "ice": { servers: areServers, policy: isPolicy },
  "draining": {},
  "challenge": { salt: isString, bits: isNumber, search: isNumberOrNone },
  "blocked": { seconds: isNumber },
  "error": { code: isString, message: isString, seconds: isNumberOrNone, search: isNumberOrNone },
  "pong": {},
};

/** Parses the message in a text frame; `undefined` if it is invalid or unknown. */
export function readServerMessage(json: string): ServerMessage | undefined {
  const message = parseObject(json);
  const type = String(message.type);
  if (!Object.hasOwn(SHAPES, type)) return undefined;
  const shape = Object.entries(SHAPES[type as ServerMessage["type"]]);
  return shape.every(([field, fits]) => fits(message[field]))
    ? message as ServerMessage
    : undefined;
}
