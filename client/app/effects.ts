/** Performs the effects that the reducer asks for. */

import type { Challenge } from "../../protocol.ts";
import type { Connection } from "../net/connection.ts";
import type { Effect, Event, State } from "../state/state.ts";
import { type OpenStore, savePreferences } from "../state/preferences.ts";
import type { Notifications } from "./notifications.ts";
import type { PartnerConnection } from "./partner_connection.ts";
import { solve } from "../net/proof_of_work.ts";
import type { Sound } from "./sound.ts";
import { fileName, transcript } from "../views/transcript.ts";

/** How long the browser may take to save a file, in milliseconds. */
const SAVING_TIME = 60_000;

/** The parts of the page that effects concern. */
export interface EffectParts {
  readonly connection: Connection;
  readonly partner: PartnerConnection;
  readonly sound: Sound;
  readonly notifications: Notifications;
  readonly chooseLanguage: (code: string) => void;
  readonly openStore: OpenStore;
  readonly later: (ms: number, task: () => void) => void;
  readonly dispatch: (event: Event) => void;
}

/** Performs an effect that came with `state`. */
export function performEffect(effect: Effect, state: State, parts: EffectParts): void {
  const { connection, partner, sound, notifications } = parts;
  const { chooseLanguage, openStore, later, dispatch } = parts;
  switch (effect.type) {
    case "tell":
      return connection.tell(effect.message);
    case "say":
      return partner.say(effect.envelope);
    case "secure":
      return partner.open(effect.role);
    case "solve":
      return void sendSolution(effect.challenge, dispatch);
    case "resync":
      return partner.resync();
    case "start-call":
      return partner.startCall(effect.route, state.media);
    case "refresh-call":
      return partner.refreshCall(effect.route);
    case "set-up":
      return partner.takeSetup(effect.text);
    case "play":
      return play(dispatch);
    case "pop-out":
      return void partnerPicture()?.requestPictureInPicture().catch(() => {}); // The browser may refuse.
    case "full-screen":
      return void partnerPicture()?.parentElement?.requestFullscreen().catch(() => {}); // The browser may refuse.
    case "focus":
      if (effect.unlessTouch && matchMedia("(pointer: coarse)").matches) return;
      return document.getElementById(effect.on)?.focus();
    case "ring":
      return sound.chime();
    case "ask-permission":
      return notifications.askPermission();
    case "notify":
      return notifications.show(
        effect.topic,
        state.language,
        sound.isOn || !state.preferences.sound,
      );
    case "keep-preferences":
      savePreferences(openStore, effect.change);
      return chooseLanguage(state.preferences.language);
    case "save":
      return saveTranscript(state, later);
  }
}

async function sendSolution(
  challenge: Challenge,
  dispatch: EffectParts["dispatch"],
): Promise<void> {
  dispatch({ type: "solved", challenge, nonce: await solve(challenge) });
}

function saveTranscript({ screen, language }: State, later: EffectParts["later"]): void {
  if (screen.kind !== "chat") return;
  const { lines } = screen.chat;
  const url = URL.createObjectURL(
    new Blob([transcript(language, lines)], { type: "text/plain;charset=utf-8" }),
  );
  const link = Object.assign(document.createElement("a"), { href: url, download: fileName(lines) });
  link.click();
  later(SAVING_TIME, () => URL.revokeObjectURL(url));
}

/** Plays the partner's picture and sound. Browsers may refuse this until the visitor has pressed something. */
function play(dispatch: EffectParts["dispatch"]): void {
  const picture = partnerPicture();
  picture?.play().catch(() =>
    dispatch({ type: "remote-media", change: { paused: picture.paused } })
  );
}

function partnerPicture(): HTMLVideoElement | undefined {
  const element = document.getElementById("stranger");
  return element instanceof HTMLVideoElement ? element : undefined;
}
