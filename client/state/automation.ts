/**
 * Signs that a stranger is a program. The server can't read messages, so only the page can notice them:
 *
 *   link       the first message contains a link
 *   repeated   the previous stranger sent the same text (`crypto/heard_texts.ts`)
 *   speed      more has arrived since the chat began than anyone can type
 *
 * A sign proves nothing, because people paste texts, too. So the page says what it noticed and that it may be wrong, once
 * in a chat, to this visitor only. Nothing is sent and nobody is blocked.
 *
 * A slow network can deliver messages in a burst that were written one by one. So speed is not measured from message to
 * message. All letters of a chat are counted against the time since it began, where a delay only makes a stranger seem
 * slower. That also forgives whoever pastes something later.
 */

import { segments } from "./message_text.ts";

/**
 * The maximum number of letters a second. With spaces, this is more than 240 words of five letters a minute. The records
 * are 216 over a minute (S. Pajunas, 1946) and 256 in a contest of short texts (S. Wrona, 2010), and the average is 52
 * (Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018).
 */
export const TYPING_SPEED = 20;
/** How much sooner the stranger may have seen the chat begin, in milliseconds. */
export const HEAD_START = 1_000;
/** The minimum number of letters of a text that is compared. Usual greetings and questions are shorter. */
export const MIN_COMPARED = 25;

export type Sign = "link" | "repeated" | "speed";

/** What the page has noticed in a chat. */
export interface Automation {
  /** When the chat began, in milliseconds of the page's clock; 0 if that is uncertain. */
  readonly since: number;
  /** Whether the stranger may be the previous one, who may well say the same. */
  readonly hasMet: boolean;
  readonly isFirst: boolean;
  /** How many letters have arrived. */
  readonly letters: number;
  /** The first sign. */
  readonly mark: Sign | "none" | "dismissed";
}

/** A new chat. The browser may have suspended a hidden page, which then learns too late that the chat began. */
export function watch(now: number, hidden: boolean, hasMet: boolean): Automation {
  return { since: hidden ? 0 : now, hasMet, isFirst: true, letters: 0, mark: "none" };
}

/** A message has arrived. */
export function noteText(automation: Automation, text: string, now: number): Automation {
  const letters = automation.letters + essence(text).length;
  const time = now - automation.since + HEAD_START;
  const sign = automation.isFirst && hasLink(text)
    ? "link"
    : letters * 1000 > TYPING_SPEED * time && "speed";
  return noteSign({ ...automation, isFirst: false, letters }, sign);
}

/** A message is the same as one of the previous stranger. */
export function noteRepeated(automation: Automation): Automation {
  return noteSign(automation, !automation.hasMet && "repeated");
}

function noteSign(automation: Automation, sign: Sign | false): Automation {
  return automation.mark === "none" && sign ? { ...automation, mark: sign } : automation;
}

/** What is compared of a text; `undefined` for one that many people may write. */
export function comparable(text: string): string | undefined {
  const letters = essence(text);
  return letters.length < MIN_COMPARED ? undefined : letters;
}

/** The letters of a text, without links, and without repetitions, which come from a key that is held down. */
function essence(text: string): string {
  return segments(text).map(({ text, host }) => host === undefined ? text : "").join("")
    .normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{M}]/gu, "").replace(/(.)\1+/gu, "$1");
}

/** Whether a text has a link, or an address that is meant as one, such as "t.me/name". */
function hasLink(text: string): boolean {
  return segments(text).some(({ host }) => host) || /\bwww\.|[\w-]\.[a-z]{2,}\/\w/i.test(text);
}
