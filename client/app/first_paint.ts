/**
 * What has to be known before anything is painted: whether the page is dark. The build puts this in a separate script in
 * the head. The app's script comes last, and a page that has been painted in other colours would flash.
 *
 * This script is short, so it only looks for a theme in what is stored, or takes that of the system. The app checks all of
 * it.
 */

import { PREFERENCES_KEY } from "../state/preferences.ts";

try {
  const [, theme] = /"theme":"(light|dark)"/.exec(localStorage[PREFERENCES_KEY])!;
  document.documentElement.style.colorScheme = theme!;
} catch {
  // Nothing is stored, or the browser forbids to read it.
}
