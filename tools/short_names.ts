/**
 * Shorter names for properties of the app. The build replaces them everywhere in the script, whatever the object is:
 *
 *     state.unread ──> state.h          { unread: 1 } ──> { h: 1 }          { unread } = state ──> { h: e } = state
 *
 * So a name may be in this list only if nothing outside of the script knows it, and if it is always written as a name:
 * no interface of the browser has it, it is not part of a message or of what is stored, and no string contains it.
 * `tests/tools/short_names_test.ts` and `tests/tools/own_names.ts` check that. Only names that are used often or that
 * are long are worth a place.
 */

/** Names that only objects of the app have, in the order of their short names. */
export const OWN_NAMES = [
  ...["typingUntil", "invited", "isFlowing", "showAgeReminder", "phase", "unread", "notice"],
  ...["interestDraft", "refusal", "unsaved", "lostUntil", "onFrame", "canCall", "languageFailed"],
  ...["calendarOffset", "envelope", "isDelivered", "searchNumber", "missed", "confirmed"],
  ...["chooseLanguage", "retryAt", "isFiltered", "isFallback", "widensAt", "typingTold"],
  ...["keepsDevices", "confirmedAt", "onFailed", "onLanguage", "onTampered", "answeredAt", "says"],
  ...["onMessage", "openStore", "askPermission", "reconnectNow", "isLong", "inTurn", "setMedia"],
  ...["refreshCall", "unlessTouch", "restartCall", "endCall", "askedAt", "askRefusal"],
  ...["onFiltered", "onDown", "onRefused", "stepAt", "callAt", "startCall", "takeSetup"],
  ...["setTracks", "onQuality", "onSecured", "wanted", "mayResume", "onFrozen", "onStream"],
  ...["onOpened", "onSetup", "onDead", "isOn", "mine", "chime", "topic", "atEnd", "dial"],
  ...["dispatch", "effects", "preferences", "until", "later", "own"],
  ...["swapped", "firm", "cameras", "microphones", "said", "follow"],
] as const;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** What each of these names is in the script: a letter, or two. */
export const SHORT_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  OWN_NAMES.map((name, index) => [name, shortName(index)]),
);

function shortName(index: number): string {
  const rounds = Math.floor(index / LETTERS.length);
  return LETTERS[index % LETTERS.length]! + (rounds > 0 ? LETTERS[rounds - 1] : "");
}
