/** What the page says, apart from labels that stand in the views: shared by the views and the saved chat. */

import type { Notice, State } from "./chat_state.ts";

/** Said wherever one waits for the server: what is in the way, and that it goes on by itself. */
export function describeLine({ hindered }: State): string {
  switch (hindered?.code) {
    case undefined:
      return "The server can't be reached right now. Trying again…";
    case "full":
      return "Every place is taken right now. Trying again…";
    case "crowded":
      return "Too many people are here from your network right now. Trying again…";
    case "reported":
    case "flooding":
      return `You are blocked until ${timeOfDay(hindered.until)}.`;
    case "denied":
      return "The operator of this place has refused your address.";
  }
}

/** Why somebody is kept out for a while; `undefined` when they aren't. */
export function describeBlock({ hindered }: State): string | undefined {
  switch (hindered?.code) {
    case "reported":
      return "Several people have reported what came from your address. The block ends by itself, and nothing of it is kept.";
    case "flooding":
      return "Your address has connected far too often. The block ends by itself, and nothing of it is kept.";
    case "denied":
      return "It is kept out until the operator lets it in again.";
    default:
      return undefined;
  }
}

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
    case "blocked":
      return "You have been blocked, because several people have reported you.";
    case "restart":
      return "The server restarts in a moment, and this chat ends with it.";
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
