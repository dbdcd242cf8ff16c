/** The colours of the page: light, dark, or those of the system. */

/** "" follows the system. */
export type Theme = "" | "light" | "dark";

/** Whether the page is dark. `system`: whether the system is. */
export function isDark(theme: Theme, system: boolean): boolean {
  return theme === "" ? system : theme === "dark";
}

/** The theme after a press of the switch: the other colours, which follow the system again if it has them. */
export function switched(theme: Theme, system: boolean): Theme {
  if (isDark(theme, system) !== system) return "";
  return system ? "light" : "dark";
}
