/**
 * What the page remembers about how a person likes it, in localStorage and nowhere else (promise P3): nothing that
 * identifies anybody, and nothing that is ever sent. Interests are sent, so they are not remembered.
 *
 * The store may be full, forbidden, or hold anything at all; then the defaults serve, and the chat goes on.
 */

/** How a person likes the page. */
export interface Preferences {
  /** The visitor has confirmed being 18 or older. */
  readonly adult: boolean;
  /** A sound is played when something happens. */
  readonly sound: boolean;
  /** A call starts with the camera off. */
  readonly cameraOff: boolean;
  /** A call starts with the microphone off. */
  readonly muted: boolean;
  /** A stranger's picture is blurred until one chooses to look. */
  readonly blur: boolean;
  /** One may be asked for a call that shows one's address to the stranger. */
  readonly direct: boolean;
  /** The camera stays on between calls. */
  readonly keepCamera: boolean;
  /** The code of the language that the page speaks; "" for the one that it came in. */
  readonly language: string;
}

/** What holds until a person chooses otherwise. */
export const DEFAULT_PREFERENCES: Preferences = {
  adult: false,
  sound: true,
  cameraOff: false,
  muted: false,
  blur: true,
  direct: true,
  keepCamera: false,
  language: "",
};

const KEY = "anonymous-chat";
const VERSION = 1;

/** The part of `Storage` that is used; getting it may already throw. */
export type OpenStore = () => Pick<Storage, "getItem" | "setItem">;

/** Reads the preferences; whatever is missing or broken has its default. */
export function loadPreferences(open: OpenStore): Preferences {
  const stored = read(open);
  if (stored.version !== VERSION) return DEFAULT_PREFERENCES;
  const known = Object.entries(DEFAULT_PREFERENCES)
    .map(([name, fallback]) => [name, isFit(stored[name], fallback) ? stored[name] : fallback]);
  return Object.fromEntries(known);
}

/** Keeps the preferences; where that is impossible they last as long as the page. */
export function savePreferences(open: OpenStore, preferences: Preferences): void {
  try {
    open().setItem(KEY, JSON.stringify({ version: VERSION, ...preferences }));
  } catch {
    // Blocked or full: nothing is lost but the convenience.
  }
}

function read(open: OpenStore): Record<string, unknown> {
  try {
    return Object(JSON.parse(open().getItem(KEY) ?? "{}"));
  } catch {
    return {};
  }
}

/** A flag, or a code of two letters: nothing that could say who somebody is. */
function isFit(value: unknown, fallback: unknown): boolean {
  return typeof value === typeof fallback && /^(true|false|[a-z]{2}|)$/.test(String(value));
}
