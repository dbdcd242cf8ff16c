/** The switch for light and dark, which lies outside the app. Like the menu of languages, it needs the script. */

import type { Event, State } from "../state/state.ts";
import { isDark, switched, type Theme } from "../state/theme.ts";
import { themeButton } from "../languages/document.ts";

/** Shows the switch, and returns a function that shows the theme that was chosen, here or in another tab. */
export function showThemeSwitch(dispatch: (event: Event) => void): (state: State) => void {
  const button = themeButton();
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme:dark)");
  let theme: Theme = "";
  const show = (): void => {
    root.style.colorScheme = theme;
    button.ariaPressed = String(isDark(theme, system.matches));
    const { backgroundColor } = getComputedStyle(root);
    for (const bars of document.querySelectorAll<HTMLMetaElement>("[name=theme-color]")) {
      bars.content = backgroundColor; // Whichever the browser chooses, its bars are like the page.
    }
  };
  button.hidden = false;
  button.onclick = () =>
    dispatch({ type: "prefer", change: { theme: switched(theme, system.matches) } });
  system.onchange = show;
  show();
  return ({ preferences }) => {
    if (preferences.theme === theme) return;
    theme = preferences.theme;
    show();
  };
}
