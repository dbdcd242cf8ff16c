/**
 * Validates control messages: a text frame becomes a {@linkcode ClientMessage} or a refusal, never an exception.
 *
 * Cheap checks come first (size, then JSON, then shape). Every object is strict: unknown fields are refused, so no
 * client can attach a name. A refusal contains nothing of the message.
 */

import * as v from "valibot";
import {
  type ClientMessage,
  isInterest,
  isSpokenLanguage,
  MAX_CONTROL_BYTES,
  MAX_INTERESTS,
  MAX_LANGUAGES,
  MAX_SEARCH_NUMBER,
  MAX_SUITE,
  MAX_SUITES,
  MAX_TOKEN_LENGTH,
  MODES,
  normalizeInterest,
  REPORT_REASONS,
} from "../../protocol.ts";

/** The result of reading a text frame. */
export type Control =
  | { kind: "message"; message: ClientMessage }
  | { kind: "too-large" }
  | { kind: "invalid" };

const interests = v.pipe(
  v.array(v.string()),
  v.maxLength(MAX_INTERESTS),
  v.transform((raw) => raw.map(normalizeInterest)),
  v.everyItem(isInterest),
  v.transform((normalized) => [...new Set(normalized)]),
);

const languages = v.pipe(
  v.array(v.pipe(v.string(), v.check(isSpokenLanguage))),
  v.maxLength(MAX_LANGUAGES),
  v.transform((tags) => [...new Set(tags)]),
);

const suites = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SUITE))),
  v.minLength(1),
  v.maxLength(MAX_SUITES),
  v.transform((numbers) => [...new Set(numbers)]),
);

const nonce = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));

const search = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(MAX_SEARCH_NUMBER),
);

const clientMessage = v.variant("type", [
  v.strictObject({
    type: v.literal("find"),
    mode: v.picklist(MODES),
    interests,
    languages: v.exactOptional(languages),
    search: v.exactOptional(search),
    suites: v.exactOptional(suites),
  }),
  v.strictObject({ type: v.literal("leave") }),
  v.strictObject({ type: v.literal("again") }),
  v.strictObject({ type: v.literal("ice") }),
  v.strictObject({ type: v.literal("solution"), nonce }),
  v.strictObject({ type: v.literal("report"), reason: v.picklist(REPORT_REASONS) }),
  v.strictObject({
    type: v.literal("resume"),
    token: v.pipe(v.string(), v.maxLength(MAX_TOKEN_LENGTH)),
  }),
  v.strictObject({ type: v.literal("background"), hidden: v.boolean() }),
  v.strictObject({ type: v.literal("ping") }),
]) satisfies v.GenericSchema<unknown, ClientMessage>;

/** Reads one text frame. Interests are returned normalized and without duplicates. */
export function parseControl(text: string): Control {
  if (exceeds(text, MAX_CONTROL_BYTES)) return { kind: "too-large" };
  const result = v.safeParse(clientMessage, parseJson(text));
  return result.success ? { kind: "message", message: result.output } : { kind: "invalid" };
}

/** The value of a JSON text, or `undefined`, which is never the value of a JSON text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether `text` exceeds `limit` bytes in UTF-8. It is encoded only when its length doesn't decide. */
function exceeds(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && new TextEncoder().encode(text).length > limit;
}
