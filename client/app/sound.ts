/** What the page does with sound itself: the chime, and the level meter of the preview. Both share one context. */

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

  chime(): void {
    playChime(this.#context());
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
    this.#stopMeter = measured
      ? startLevelMeter(this.#context(), measured, meter, this.#every)
      : () => {};
  }

  /** Browsers allow a context only after the visitor has pressed something, so it is created late. */
  #context(): AudioContext {
    return this.#audio ??= new AudioContext();
  }
}
