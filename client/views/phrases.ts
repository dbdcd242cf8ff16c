/** Phrases that describe the state in more than one place: in the views and in the saved chat. */

import type { Capture, DeviceKind } from "../media/devices.ts";
import { fill, type Language, listed, timeOfDay } from "../languages/language.ts";
import { ownNames } from "../languages/spoken.ts";
import type { Words } from "../languages/catalogue.ts";
import type { LineContent, Searching, State, SystemMessage } from "../state/state.ts";

/** Why the page is waiting for the server, and that it will continue automatically. */
export function describeLine({ refusal, isFiltered, calendarOffset, language }: State): string {
  const { words } = language;
  if (refusal === undefined) return isFiltered ? words.Filtered : words.Unreachable;
  return fill(words.Refused[refusal.code], timeOfDay(language, refusal.until + calendarOffset));
}

/** Why the visitor is blocked for a while; `undefined` if they aren't. */
export function describeBlock({ refusal, language: { words } }: State): string | undefined {
  const reasons: Readonly<Record<string, string>> = words.Blocked;
  return refusal && reasons[refusal.code];
}

/** Whom a search accepts, or that it takes long. */
export function describeSearch(
  { interests, language, preferences }: State,
  { step, languages, isLong }: Searching,
): string {
  const { words } = language;
  const who = listed(language, ownNames(language, languages), "disjunction");
  const what = listed(language, interests, "disjunction");
  if (step === "anyone") {
    if (isLong) return preferences.sound ? words.Quiet : words.QuietSilent;
    return who + what === "" ? words.Usually : words.Anyone;
  }
  if (what === "") return fill(words.WhoSpeaks, who);
  if (who === "") return fill(words.WhoLikes, what);
  return fill(fill(step === "exact" ? words.WhoSpeaksAndLikes : words.WhoSpeaksOrLikes, who), what);
}

/** A notice in words, and its details. */
export function describeNotice(language: Language, notice: SystemMessage): string[] {
  const { words } = language;
  const said = [words.Notices[notice.kind]];
  if (notice.kind !== "began") return said;
  const { interests, languages, met } = notice;
  if (languages !== undefined) {
    said.push(
      languages.length > 0
        ? fill(words.BothSpeak, listed(language, ownNames(language, languages), "conjunction"))
        : words.NoSharedLanguage,
    );
  }
  if (interests.length > 0) {
    said.push(fill(words.BothLike, listed(language, interests, "conjunction")));
  }
  if (met) said.push(words.MetBefore);
  return said;
}

/** The state of a camera or a microphone, and what the visitor can do about it. */
export function describeTrouble(words: Words, device: DeviceKind, capture: Capture): string {
  const { opening, off, ...troubles } = words.Devices[device];
  if (capture.kind === "trouble") return troubles[capture.trouble];
  return capture.kind === "opening" ? opening : off;
}

export function describeSpeaker(words: Words, from: Exclude<LineContent["from"], "page">): string {
  return { you: words.YouSay, stranger: words.StrangerSays, draft: words.NotSent }[from];
}
