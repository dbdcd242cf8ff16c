/** What happens to the window as a whole: shortcuts, focus, visibility, the network, and closing. */

import { deviceOf } from "../views/keys.ts";
import { type Event, isTalking, type State } from "../state/state.ts";
import { hasSwitches } from "../state/call_media.ts";

export interface WindowEventsOptions {
  readonly state: () => State;
  readonly dispatch: (event: Event) => void;
  /** The page is visible, or the network is back: this is no time to wait for a connection. */
  readonly onAwake: () => void;
  readonly onNetworkChange: () => void;
  readonly onClose: () => void;
}

/** Listens for as long as the page is open. */
export function listenToWindow(options: WindowEventsOptions): void {
  const { state, dispatch, onAwake, onNetworkChange, onClose } = options;
  const attend = (): void => {
    const focused = document.visibilityState === "visible" && document.hasFocus();
    dispatch({ type: "attention", focused, hidden: document.hidden });
  };
  const awake = (): void => {
    if (document.visibilityState === "visible") onAwake();
  };
  for (const type of ["focus", "blur", "visibilitychange"]) addEventListener(type, attend);
  addEventListener("online", awake);
  addEventListener("online", onNetworkChange);
  document.addEventListener("visibilitychange", awake);
  addEventListener("keydown", (event) => press(event, options));
  // A closing page leaves explicitly. Otherwise the server would assume that its connection dropped.
  addEventListener("pagehide", onClose);
  addEventListener("beforeunload", (event) => {
    if (isTalking(state())) event.preventDefault();
  });
}

/** Handles the shortcuts. A key that is held down acts only once. */
function press(event: KeyboardEvent, { state, dispatch }: WindowEventsOptions): void {
  const { key, isComposing, repeat } = event;
  if (key === "Escape" && !isComposing && !repeat) return dispatch({ type: "escape" });
  const device = deviceOf(event);
  if (device === undefined || !hasSwitches(state())) return;
  event.preventDefault(); // Browsers use these keys for bookmarks and search.
  if (!repeat) dispatch({ type: "toggle-device", device });
}
