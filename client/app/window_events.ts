/** What happens to the window as a whole: shortcuts, focus, visibility, the network, and closing. */

import type { Connection } from "../net/connection.ts";
import { deviceOf, isComposed } from "../views/keys.ts";
import { loadPreferences, type OpenStore } from "../state/preferences.ts";
import type { PartnerConnection } from "./partner_connection.ts";
import { type Event, isTalking, type State } from "../state/state.ts";
import type { Sound } from "./sound.ts";
import { hasSwitches } from "../state/call_media.ts";

/** The parts of the page that the window concerns. */
export interface WindowParts {
  readonly connection: Connection;
  readonly partner: PartnerConnection;
  readonly sound: Sound;
  readonly openStore: OpenStore;
  readonly chooseLanguage: (code: string) => void;
  readonly dispatch: (event: Event) => void;
}

/** Listens for as long as the page is open. `state` returns the present state. */
export function listenToWindow(state: () => State, parts: WindowParts): void {
  const { connection, partner, sound, dispatch } = parts;
  const attend = (): void => {
    const focused = document.visibilityState === "visible" && document.hasFocus();
    dispatch({ type: "attention", focused, hidden: document.hidden });
  };
  const hasten = (): void => {
    if (!document.hidden || isTalking(state())) connection.reconnectNow();
  };
  for (const type of ["focus", "blur", "visibilitychange"]) addEventListener(type, attend);
  // On touch screens, only a click counts as a press that may start sound.
  for (const type of ["pointerdown", "keydown", "click"]) {
    addEventListener(type, (event) => {
      sound.press();
      if (state().nextChat && !isHandled(event)) dispatch({ type: "stay" });
    });
  }
  for (const type of ["online", "offline"]) addEventListener(type, hasten);
  addEventListener("online", () => partner.restartCall());
  document.addEventListener("visibilitychange", hasten);
  addEventListener("storage", () => readPreferences(parts));
  addEventListener("keydown", (event) => press(event, state(), dispatch));
  // A file that is dropped would replace the page.
  const refuse = (event: ClipboardEvent | DragEvent): void => {
    if (!isFile(event)) return;
    event.preventDefault();
    if (event.type !== "dragover") dispatch({ type: "picture" });
  };
  for (const type of ["paste", "dragover", "drop"] as const) addEventListener(type, refuse);
  addEventListener("keydown", (event) => drop(event, event.repeat && event.key === "Enter"), true);
  addEventListener("click", (event) => drop(event, event.detail === 2), true);
  // A closing page leaves explicitly. Otherwise the server would assume that its connection dropped. A page that the
  // browser keeps for Back and Forward may be shown again, so its chat waits like one in the background.
  addEventListener("pagehide", ({ persisted }) => {
    if (!persisted || !isTalking(state())) connection.leave();
    else dispatch({ type: "attention", focused: false, hidden: true });
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    readPreferences(parts); // Nobody told this page about changes while it was kept.
    attend();
    hasten();
  });
  addEventListener("beforeunload", (event) => {
    if (isTalking(state())) event.preventDefault();
  });
}

/** Whether a picture or another file is pasted or dropped, without text that could be inserted. */
function isFile(event: ClipboardEvent | DragEvent): boolean {
  const data = "clipboardData" in event ? event.clipboardData : event.dataTransfer;
  return !!data?.types.includes("Files") && !data.types.includes("text/plain");
}

/**
 * Whether something else stops the countdown to the next chat: Escape, or the click that follows. Until then, nothing
 * below the pointer may move.
 */
function isHandled({ type, target, key }: globalThis.Event & { readonly key?: string }): boolean {
  const isButton = target instanceof Element && target.closest("button, label") !== null;
  return key === "Escape" || type === "pointerdown" && isButton;
}

/** Takes the stored preferences, which another tab has changed. */
function readPreferences({ openStore, chooseLanguage, dispatch }: WindowParts): void {
  const preferences = loadPreferences(openStore);
  dispatch({ type: "preferred", preferences });
  chooseLanguage(preferences.language);
}

/** Drops a press that only repeats the one before, from a key that is held down or a double click. */
function drop(event: UIEvent, isRepeated: boolean): void {
  if (!isRepeated || !(event.target instanceof Element)) return;
  if (event.target.closest("a, button, input, summary") === null) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Closes the innermost thing that is open. If nothing is, does what Stop does. */
export function closeInnermost(state: State, dispatch: (event: Event) => void): void {
  const { screen } = state;
  const isReporting = screen.kind === "chat" && screen.chat.report === "choosing";
  const focused = document.activeElement?.closest("details[open]");
  const open = focused ?? (isReporting ? undefined : document.querySelector("#app details[open]"));
  if (!(open instanceof HTMLDetailsElement)) return dispatch({ type: "escape" });
  open.open = false;
  if (focused) open.querySelector("summary")?.focus();
}

/** Handles the shortcuts. A key that an input method handles is not one. A key that is held down acts only once. */
function press(event: KeyboardEvent, state: State, dispatch: (event: Event) => void): void {
  const { key, repeat } = event;
  if (isComposed(event)) return;
  if (key === "Escape" && !repeat) return closeInnermost(state, dispatch);
  const device = deviceOf(event);
  if (device === undefined || !hasSwitches(state)) return;
  event.preventDefault(); // Browsers use these keys for bookmarks and search.
  if (!repeat) dispatch({ type: "toggle-device", device });
}
