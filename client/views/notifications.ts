/** The switch for notifications: where it explains itself, and where it is only a bell. */

import { type Dispatch, html, type VNode } from "./markup.ts";
import type { State } from "../state/state.ts";
import { switchOf } from "../state/notifications.ts";

/** The switch with its explanation. A browser that has no notifications has no switch. */
export function notificationSwitch(state: State, dispatch: Dispatch): VNode | false {
  const { permission, language: { words } } = state;
  const position = switchOf(state);
  return permission !== "unsupported" && html`
    <div class="notify">
      <label class="checkbox">
        <input type="checkbox" checked=${position === "on"} aria-describedby="notify-hint"
          onchange=${() => dispatch({ type: "toggle-notifications" })} />
        ${words.Notify}
      </label>
      <p id="notify-hint" class="hint" role="status">${position === "blocked"
        ? words.NotifyBlocked
        : words.NotifyHint}</p>
    </div>
  `;
}

/**
 * The switch in a chat, where there is little room, and on a narrow screen none. It is there once the visitor has allowed
 * notifications.
 */
export function notificationButton(state: State, dispatch: Dispatch): VNode | false {
  const isOn = switchOf(state) === "on";
  const { words } = state.language;
  return state.permission === "granted" && html`
    <button class="toolbar-button bell" aria-label=${words.Notify} title=${words.Notify}
      aria-pressed=${isOn} onclick=${() => dispatch({ type: "toggle-notifications" })}>${isOn
        ? "🔔"
        : "🔕"}</button>
  `;
}
