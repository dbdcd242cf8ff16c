import assert from "node:assert/strict";
import { Sound } from "../../../client/app/sound.ts";

/** An audio context as Safari has it: it runs after `resume` in a press, until something interrupts it. */
class Audio {
  static all: Audio[] = [];
  state: AudioContextState = "suspended";
  resumed = 0;
  tones = 0;
  currentTime = 0;
  destination = {};

  constructor() {
    Audio.all.push(this);
  }

  async resume(): Promise<void> {
    this.resumed++;
    await Promise.resolve();
    this.state = "running";
  }

  createGain(): unknown {
    return {
      gain: { setValueAtTime: nothing, exponentialRampToValueAtTime: nothing },
      connect: nothing,
    };
  }

  createOscillator(): unknown {
    this.tones++;
    const connect = (next: unknown): unknown => next;
    return { frequency: {}, connect, start: nothing, stop: nothing };
  }
}

function nothing(): void {}

/** Runs `test` where `AudioContext` is `context`. */
async function withAudio(context: unknown, test: (sound: Sound) => Promise<void>): Promise<void> {
  Audio.all = [];
  Object.assign(globalThis, { AudioContext: context });
  await test(new Sound(() => () => {}));
  Object.assign(globalThis, { AudioContext: undefined });
}

Deno.test("Sound is started by a press, resumed by the next one after an interruption, and silent between", async () => {
  await withAudio(Audio, async (sound) => {
    sound.chime();
    assert.equal(Audio.all.length, 0, "a context that no press has made would stay suspended");
    await sound.press();
    await sound.press();
    const [audio] = Audio.all;
    assert.ok(audio !== undefined);
    assert.equal(audio.resumed, 1);
    sound.chime();
    assert.equal(audio.tones, 2);
    for (const state of ["interrupted", "suspended"] as const) {
      Object.assign(audio, { state, tones: 0 });
      sound.chime();
      assert.equal(audio.tones, 0, "tones would be heard later, all together");
      await sound.press();
      sound.chime();
      assert.equal(audio.tones, 2);
    }
  });
});

Deno.test("Sound that the browser lacks or refuses does no harm", async () => {
  const refuses = class extends Audio {
    override resume(): Promise<void> {
      return Promise.reject(new DOMException("", "InvalidStateError"));
    }
  };
  for (const context of [undefined, refuses]) {
    await withAudio(context, async (sound) => {
      await sound.press();
      sound.chime();
    });
  }
});
