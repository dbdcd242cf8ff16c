/**
 * Shorter names for properties of the app, shorter strings and shorter classes. The build replaces names everywhere in the
 * script, whatever the object is:
 *
 *     state.unread ──> state.h          { unread: 1 } ──> { h: 1 }          { unread } = state ──> { h: e } = state
 *
 * So a name may be in this list only if nothing outside of the script knows it, and if it is always written as a name:
 * no interface of the browser has it, it is not part of a message or of what is stored, and no string contains it.
 * `tests/tools/short_names_test.ts` and `tests/tools/own_names.ts` check that. Only names that are used often or that
 * are long are worth a place.
 *
 * The same holds for strings that tell the cases of a union apart, such as the types of events. The build replaces only
 * whole strings. One that is in this list is not a part of another string, and names no class, id, text or preference.
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
  ...["focused", "pictures", "automation", "since", "need", "ask", "frozen", "switches"],
  ...[
    "isFirst",
    "letters",
    "hasMet",
    "begin",
    "failure",
    "press",
    "nextChat",
    "asks",
    "isAsked",
    "isOutdated",
  ],
  ...["commitment", "offers", "reveals", "terms", "kemKeys", "forget", "sending"],
  ...["receiving", "pictureBits", "newKeys"],
] as const;

/** Names that only objects of packages have, and the module that calls them. */
export const PACKAGE_NAMES = [
  ...["bytesLen", "nttZetas", "bitsCoder", "blockLen", "outputLen", "posOut", "destroyed"],
  ...["enableXOF", "canXOF", "state32", "cipherText", "sharedSecret", "secretKey", "secretCoder"],
  ...["lengths", "HASH256", "HASH512", "newPoly", "isKyber", "brvBits", "ROOT_OF_UNITY"],
  ...["invertButterflies", "skipStages", "dkLen", "xofInto", "writeInto", "digestInto", "keccak"],
  ...["keygen", "rounds", "ETA1", "ETA2", "dit", "brp", "roots"],
] as const;

/** Strings that only the app compares with each other, in the order of their replacements. */
export const OWN_STRINGS = [
  ...["remote-media", "trouble", "consenting", "preparing", "secured", "unwilling", "choosing"],
  ...["resuming", "offered", "dialling", "toggle-device", "choose-device", "toggle-notifications"],
  ...["keep-preferences", "start-call", "refresh-call", "repeated-text", "full-screen"],
  ...["revealed", "willing", "refuse", "ask-permission", "language-failed"],
  ...["remove-interest", "remove-language", "type-interest", "add-interest", "pop-out", "asleep"],
  ...["resynced", "attention", "greeting", "dismiss-sign", "set-up"],
] as const;

/** Classes that only views and the style name. All have a hyphen, so nothing else in the script or the style looks like one. */
export const OWN_CLASSES = [
  ...["button-secondary", "call-prompt", "button-row", "toolbar-button", "local-video"],
  ...["after-chat", "visually-hidden", "reveal-button", "delivery-status", "with-call"],
  ...["system-message", "preview-settings", "video-off", "remote-video", "microphone-line"],
  ...["field-error"],
] as const;

/** What each of these names is in the script: a letter, or two. */
export const SHORT_NAMES = shortened([...OWN_NAMES, ...PACKAGE_NAMES]);

/** What each of these strings is in the script. */
export const SHORT_STRINGS = shortened(OWN_STRINGS);

/** What each of these classes is in the page. No other class is so short. */
export const SHORT_CLASSES = shortened(OWN_CLASSES);

function shortened(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, shortName(index)]));
}

function shortName(index: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const rounds = Math.floor(index / letters.length);
  return letters[index % letters.length]! + (rounds > 0 ? letters[rounds - 1] : "");
}
