/** The menu of languages, which lies outside the app: what is chosen there is loaded. */

import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";
import { LANGUAGES_PATH } from "../../protocol.ts";
import { LanguageLoader } from "../languages/loader.ts";
import { languageMenu } from "../languages/document.ts";

export interface LanguageMenuOptions {
  /** The language that the page was served in. */
  readonly own: Language;
  readonly later: (ms: number, task: () => void) => void;
  readonly dispatch: (event: Event) => void;
}

/** Shows the menu, and returns a function that chooses a language in it. A stored code may not exist there. */
export function showLanguageMenu(
  { own, later, dispatch }: LanguageMenuOptions,
): (code: string) => void {
  const menu = languageMenu();
  const loader = new LanguageLoader({
    own,
    ask: async () => await (await fetch(LANGUAGES_PATH)).json(),
    later,
    onLanguage: (language) => dispatch({ type: "language", language }),
    onFailed: () => dispatch({ type: "language-failed" }),
  });
  menu.hidden = false;
  menu.onchange = () => dispatch({ type: "prefer", change: { language: menu.value } });
  return (code) => {
    menu.value = code;
    menu.value ||= own.code;
    loader.choose(menu.value);
  };
}
