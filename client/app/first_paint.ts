/**
 * What has to be known before anything is painted: whether the page is dark. The build puts this in a separate script in
 * the head. The app's script comes last, and a page that has been painted in other colours would flash.
 */

import { loadPreferences } from "../state/preferences.ts";

document.documentElement.style.colorScheme = loadPreferences(() => localStorage).theme;
