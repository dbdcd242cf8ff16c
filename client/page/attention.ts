/**
 * How the page asks for attention while it does not have the focus: a count in the title, a dot on the icon, and a soft
 * sound. Nothing is loaded for this: the icon is drawn from text, and the sound from two tones.
 */

import type { Language } from "../languages/language.ts";

const END = "%3C/svg%3E";
const DOT = "%3Ccircle cx='25' cy='7' r='7' fill='%23e5484d'/%3E";

/** Shows the number of unread messages. */
export function showUnread(count: number, { locale }: Language): void {
  document.title = count > 0
    ? `(${count.toLocaleString(locale)}) Anonymous Chat`
    : "Anonymous Chat";
  const icon = document.querySelector("link[rel=icon]") as HTMLLinkElement;
  const calm = icon.href.replace(DOT, "");
  const href = count > 0 ? calm.replace(END, DOT + END) : calm;
  if (icon.href !== href) icon.href = href;
}

/** Plays two soft tones, if the browser allows it. */
export function playChime(audio: AudioContext): void {
  for (const [delay, frequency] of [[0, 660], [0.12, 880]] as const) {
    const start = audio.currentTime + delay;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.06, start);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  }
}
