/**
 * Notifications of the system: whether they are on, and what there is one for.
 *
 * They need the visitor's preference and the browser's permission. Each can change without the other: a visitor may
 * revoke the permission at any time. So the switch shows both, and only a press on it asks for the permission.
 *
 *   preference  permission  the switch is  a press
 *   off         any         off            turns the preference on, and asks if the permission is undecided
 *   on          default     off            asks again: the visitor had closed the question, or reset the permission
 *   on          denied      blocked        turns the preference off
 *   on          granted     on             turns the preference off
 */

import {
  type Chat,
  type Effect,
  isTalking,
  type Line,
  type NotificationTopic,
  type State,
} from "./state.ts";

/** What the switch shows. */
export function switchOf({ preferences, permission }: State): "off" | "blocked" | "on" {
  if (!preferences.notify || permission === "default") return "off";
  return permission === "granted" ? "on" : "blocked";
}

/** Whether a press on the switch asks for the permission. */
export function asksPermission(state: State): boolean {
  return switchOf(state) === "off" && state.permission === "default";
}

/** A notification of what has happened between `state` and `next`, if the page is hidden. */
export function notification(state: State, next: State): Effect[] {
  const topic = topicOf(state, next);
  const isShown = topic !== undefined && next.hidden && switchOf(next) === "on";
  return isShown ? [{ type: "notify", topic }] : [];
}

function topicOf(state: State, next: State): NotificationTopic | undefined {
  if (!isTalking(next)) return undefined;
  if (!isTalking(state)) return "arrival";
  const last = lastHeard(next.screen.chat);
  return last !== undefined && last !== lastHeard(state.screen.chat) ? "message" : undefined;
}

function lastHeard({ lines }: Chat): Line | undefined {
  return lines.findLast(({ from }) => from === "stranger");
}
