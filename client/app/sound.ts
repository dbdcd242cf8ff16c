/**
 * What the page does with sound itself: the chime, and the level meter of the preview. Both share one audio context.
 *
 * Safari runs a context only if a press has started it, and interrupts it during a phone call. So every press creates
 * or resumes it. Where it doesn't run, or doesn't exist, the page is silent.
 */

import { playChime } from "../page/attention.ts";
import { startLevelMeter } from "../media/level_meter.ts";
import type { State } from "../state/state.ts";

export class Sound {
  readonly #every: (ms: number, task: () => void) => () => void;
  #audio: AudioContext | undefined;
  #measured: MediaStreamTrack | undefined;
  #stopMeter = (): void => {};

  /** `every` repeats a task, and returns a function that ends it. */
  constructor(every: (ms: number, task: () => void) => () => void) {
    this.#every = every;
  }

  /** Handles a press. */
  async press(): Promise<void> {
    try {
      this.#audio ??= new AudioContext();
      if (this.#audio.state !== "running") await this.#audio.resume();
    } catch {
      // The browser has no Web Audio, or no sound at present. A later press may succeed.
    }
  }

  /** Whether a sound would be heard. */
  get isOn(): boolean {
    return this.#audio?.state === "running";
  }

  chime(): void {
    if (this.#audio && this.isOn) playChime(this.#audio);
  }

  /** In the preview, the microphone moves the level meter. */
  measure({ screen, media: { microphone } }: State): void {
    const measured = screen.kind === "preview" && microphone.kind === "on"
      ? microphone.track
      : undefined;
    if (measured === this.#measured) return;
    this.#measured = measured;
    this.#stopMeter();
    const meter = document.getElementById("level") as HTMLMeterElement;
    this.#stopMeter = measured && this.#audio
      ? startLevelMeter(this.#audio, measured, meter, this.#every)
      : () => {};
  }
}
