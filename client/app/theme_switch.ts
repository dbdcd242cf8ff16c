/** The switch for light and dark, which lies outside the app. Like the menu of languages, it needs the script. */

import type { Event, State } from "../state/state.ts";
import { isDark, switched, type Theme } from "../state/theme.ts";
import { themeButton } from "../languages/document.ts";

/** The colours of the browser's own bars, in the order of the page's head. */
const THEMES = ["light", "dark"];

export class ThemeSwitch {
  readonly #button = themeButton();
  readonly #system = matchMedia("(prefers-color-scheme:dark)");
  #theme: Theme = "";

  constructor(dispatch: (event: Event) => void) {
    this.#button.hidden = false;
    this.#button.onclick = () =>
      dispatch({ type: "prefer", change: { theme: switched(this.#theme, this.#system.matches) } });
    this.#system.onchange = () => this.#show();
    this.#show();
  }

  /** Shows the theme that the visitor has chosen, here or in another tab. */
  follow({ preferences: { theme } }: State): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#show();
  }

  #show(): void {
    const theme = this.#theme;
    document.documentElement.style.colorScheme = theme;
    this.#button.ariaPressed = String(isDark(theme, this.#system.matches));
    const bars = document.querySelectorAll<HTMLMetaElement>("[name=theme-color]");
    bars.forEach((bar, index) => {
      const of = THEMES[index];
      bar.media = theme === "" ? `(prefers-color-scheme:${of})` : theme === of ? "" : "not all";
    });
  }
}
