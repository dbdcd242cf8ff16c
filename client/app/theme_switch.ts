/** The switch for light and dark, which lies outside the app. Like the menu of languages, it needs the script. */

import type { Event, State } from "../state/state.ts";
import { isDark, switched, type Theme } from "../state/theme.ts";
import { themeButton } from "../languages/document.ts";

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
    const { documentElement: root } = document;
    root.style.colorScheme = this.#theme;
    this.#button.ariaPressed = String(isDark(this.#theme, this.#system.matches));
    const { backgroundColor } = getComputedStyle(root);
    for (const bars of document.querySelectorAll<HTMLMetaElement>("[name=theme-color]")) {
      bars.content = backgroundColor; // Whichever the browser chooses, its bars are like the page.
    }
  }
}
