/**
 * The visitor's preferences, kept in localStorage and nowhere else (promise P3). They contain nothing that identifies a
 * visitor, and they are never sent. Interests are sent, so they are not stored.
 *
 * The store may be full, forbidden, or hold anything at all. Then the defaults apply, and the chat works as usual.
 */

import type { Theme } from "./theme.ts";

export interface Preferences {
  /** The visitor has confirmed being 18 or older. */
  readonly adult: boolean;
  /** A sound is played when something happens. */
  readonly sound: boolean;
  /** A call starts with the camera off. */
  readonly cameraOff: boolean;
  /** A call starts with the microphone off. */
  readonly muted: boolean;
  /** A partner's picture is blurred until the visitor chooses to look. */
  readonly blur: boolean;
  /** The visitor may be asked for a call that shows their address to the partner. */
  readonly direct: boolean;
  /** The camera stays on between calls. */
  readonly keepCamera: boolean;
  /** A notification is shown when a stranger arrives or writes while the page is hidden. */
  readonly notify: boolean;
  /** The code of the language to show; "" for the one that the page was served in. */
  readonly language: string;
  /** Whether the page is light or dark. */
  readonly theme: Theme;
}

export const DEFAULT_PREFERENCES: Preferences = {
  adult: false,
  sound: true,
  cameraOff: false,
  muted: false,
  blur: true,
  direct: true,
  keepCamera: false,
  notify: false,
  language: "",
  theme: "",
};

/** The key in localStorage. */
export const PREFERENCES_KEY = "anonymous-chat";
const VERSION = 1;

/** Opens the part of `Storage` that is used. The browser may already throw here. */
export type OpenStore = () => Pick<Storage, "getItem" | "setItem">;

/** Reads the preferences. Whatever is missing or invalid gets its default. */
export function loadPreferences(open: OpenStore): Preferences {
  const stored = read(open);
  if (stored.version !== VERSION) return DEFAULT_PREFERENCES;
  const known = Object.entries(DEFAULT_PREFERENCES)
    .map((
      [name, fallback],
    ) => [name, isFit(name, stored[name], fallback) ? stored[name] : fallback]);
  return Object.fromEntries(known);
}

/**
 * Stores what has changed, and leaves the rest as it is: another tab may have changed that. If storing is impossible,
 * the preferences last as long as the page.
 */
export function savePreferences(open: OpenStore, change: Partial<Preferences>): void {
  try {
    const kept = { version: VERSION, ...loadPreferences(open), ...change };
    open().setItem(PREFERENCES_KEY, JSON.stringify(kept));
  } catch {
    // Blocked or full: only convenience is lost.
  }
}

function read(open: OpenStore): Record<string, unknown> {
  try {
    return Object(JSON.parse(open().getItem(PREFERENCES_KEY) ?? "{}"));
  } catch {
    return {};
  }
}

/** Whether a stored value is a flag, a theme or a language code. Nothing else passes, so nothing can identify a visitor. */
function isFit(name: string, value: unknown, fallback: unknown): boolean {
  const fit = name === "theme" ? /^(light|dark|)$/ : /^(true|false|[a-z]{2}|zh-Hant|)$/;
  return typeof value === typeof fallback && fit.test(String(value));
}
