/** What the page says, apart from labels that stand in the views: shared by the views and the saved chat. */

import type { Failure } from "./call_state.ts";
import type { Notice, State } from "./chat_state.ts";
import type { Capture, DeviceKind } from "./devices.ts";

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
    case "stranger-declined":
      return "Stranger would rather go on by text.";
    case "direct-refused":
      return "No call: here it would show your IP address, which you have refused.";
    case "call-over":
      return "The call has ended.";
  }
}

/** What else there is to say about a notice, if anything. */
export function noticeDetails(notice: Notice): string[] {
  if (notice.kind !== "began") return [];
  const { interests, met } = notice;
  const both = interests.length > 0 ? [`You both like ${listed(interests)}.`] : [];
  return met ? [...both, "You have met a moment ago; nobody else is here right now."] : both;
}

/** What has become of a camera or a microphone, and what one can do about it. */
export function describeTrouble(device: DeviceKind, capture: Capture): string {
  if (capture.kind === "opening") {
    return `Your browser asks whether this page may use your ${device}.`;
  }
  if (capture.kind !== "trouble") return `Your ${device} is off.`;
  switch (capture.trouble) {
    case "denied":
      return `This page may not use your ${device}. You can allow it in your browser's settings for this page, or go on without.`;
    case "missing":
      return `No ${device} was found. You can plug one in, or go on without.`;
    case "busy":
      return `Another program is using your ${device}. Close that and try again, or go on without.`;
    case "unsupported":
      return `This browser gives no ${device} to this page. You can go on without.`;
  }
}

/** Why there is no call. */
export function describeFailure(failure: Failure): string {
  switch (failure) {
    case "no-route":
      return "Your device and the stranger's found no way to each other. Some networks allow none.";
    case "no-relay":
      return "The relay for calls could not be reached, or not by both of you.";
    case "too-fast":
      return "That were many calls in a short time. Wait a moment.";
  }
}

/** The time of day, in the reader's own manner. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
