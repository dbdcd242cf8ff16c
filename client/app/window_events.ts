/** What happens to the window as a whole: shortcuts, focus, visibility, the network, and closing. */

import type { Connection } from "../net/connection.ts";
import { deviceOf } from "../views/keys.ts";
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
    if (document.visibilityState === "visible") connection.reconnectNow();
  };
  for (const type of ["focus", "blur", "visibilitychange"]) addEventListener(type, attend);
  // On touch screens, only a click counts as a press that may start sound.
  for (const type of ["pointerdown", "keydown", "click"]) {
    addEventListener(type, () => sound.press());
  }
  addEventListener("online", hasten);
  addEventListener("online", () => partner.restartCall());
  document.addEventListener("visibilitychange", hasten);
  addEventListener("keydown", (event) => press(event, state(), dispatch));
  // A closing page leaves explicitly. Otherwise the server would assume that its connection dropped.
  addEventListener("pagehide", () => connection.leave());
  addEventListener("beforeunload", (event) => {
    if (isTalking(state())) event.preventDefault();
  });
}

/** Handles the shortcuts. A key that is held down acts only once. */
function press(event: KeyboardEvent, state: State, dispatch: (event: Event) => void): void {
  const { key, isComposing, repeat } = event;
  if (key === "Escape" && !isComposing && !repeat) return dispatch({ type: "escape" });
  const device = deviceOf(event);
  if (device === undefined || !hasSwitches(state)) return;
  event.preventDefault(); // Browsers use these keys for bookmarks and search.
  if (!repeat) dispatch({ type: "toggle-device", device });
}
