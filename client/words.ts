/** What the page says, apart from labels that stand in the views: shared by the views and the saved chat. */

import type { Notice } from "./chat_state.ts";

/** Said wherever one waits for the server. */
export const UNREACHABLE = "The server can't be reached right now. Trying again…";

/** A notice in words. */
export function describeNotice(notice: Notice): string {
  switch (notice.kind) {
    case "began":
      return "You're now chatting with a random stranger.";
    case "you-left":
      return "You have disconnected.";
    case "stranger-left":
      return "Stranger has disconnected.";
    case "connection-lost":
      return "Your connection was lost, and the chat ended with it.";
    case "not-secured":
      return "This chat could not be encrypted, so it has ended.";
    case "tampered":
      return "Something was changed or lost on the way here, and is not shown.";
    case "report-taken":
      return "Your report was received. Thank you.";
  }
}

/** What else there is to say about a notice, if anything. */
export function noticeDetails(notice: Notice): string[] {
  if (notice.kind !== "began") return [];
  const { interests, met } = notice;
  const both = interests.length > 0 ? [`You both like ${listed(interests)}.`] : [];
  return met ? [...both, "You have met a moment ago; nobody else is here right now."] : both;
}

/** The time of day, in the reader's own manner. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
