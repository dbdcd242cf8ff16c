/** What happens to the window as a whole: shortcuts, focus, visibility, the network, and closing. */

import type { Connection } from "../net/connection.ts";
import { deviceOf, isComposed } from "../views/keys.ts";
import type { PartnerConnection } from "./partner_connection.ts";
import { type Event, isTalking, type State } from "../state/state.ts";
import type { Sound } from "./sound.ts";
import { hasSwitches } from "../state/call_media.ts";

/** The parts of the page that the window concerns. */
export interface WindowParts {
  readonly connection: Connection;
  readonly partner: PartnerConnection;
  readonly sound: Sound;
  readonly dispatch: (event: Event) => void;
}

/** Listens for as long as the page is open. `state` returns the present state. */
export function listenToWindow(
  state: () => State,
  { connection, partner, sound, dispatch }: WindowParts,
): void {
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
    addEventListener(type, () => sound.press());
  }
  for (const type of ["online", "offline"]) addEventListener(type, hasten);
  addEventListener("online", () => partner.restartCall());
  document.addEventListener("visibilitychange", hasten);
  addEventListener("keydown", (event) => press(event, state(), dispatch));
  // A file that is dropped would replace the page.
  const refuse = (event: ClipboardEvent | DragEvent): void => {
    if (!isFile(event)) return;
    event.preventDefault();
    if (event.type !== "dragover") dispatch({ type: "picture" });
  };
  for (const type of ["paste", "dragover", "drop"] as const) addEventListener(type, refuse);
  // A closing page leaves explicitly. Otherwise the server would assume that its connection dropped.
  addEventListener("pagehide", () => connection.leave());
  addEventListener("beforeunload", (event) => {
    if (isTalking(state())) event.preventDefault();
  });
}

/** Whether a picture or another file is pasted or dropped, without text that could be inserted. */
function isFile(event: ClipboardEvent | DragEvent): boolean {
  const data = "clipboardData" in event ? event.clipboardData : event.dataTransfer;
  return !!data?.types.includes("Files") && !data.types.includes("text/plain");
}

/** Handles the shortcuts. A key that an input method handles is not one. A key that is held down acts only once. */
function press(event: KeyboardEvent, state: State, dispatch: (event: Event) => void): void {
  const { key, repeat } = event;
  if (isComposed(event)) return;
  if (key === "Escape" && !repeat) return dispatch({ type: "escape" });
  const device = deviceOf(event);
  if (device === undefined || !hasSwitches(state)) return;
  event.preventDefault(); // Browsers use these keys for bookmarks and search.
  if (!repeat) dispatch({ type: "toggle-device", device });
}
