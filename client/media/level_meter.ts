/** How loud a microphone is, on a meter: so that one knows that it works before a stranger does. */

/** How often the meter moves, in milliseconds. */
const INTERVAL = 80;

/** Moves `meter` (0 to 1) with `track` until what it returns is called; `every` repeats a task, and says how to end it. */
export function startLevelMeter(
  audio: AudioContext,
  track: MediaStreamTrack,
  meter: HTMLMeterElement,
  every: (ms: number, task: () => void) => () => void,
): () => void {
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  const samples = new Float32Array(analyser.fftSize);
  source.connect(analyser);
  const stop = every(INTERVAL, () => {
    analyser.getFloatTimeDomainData(samples);
    meter.value = Math.sqrt(3 * rootMeanSquare(samples));
  });
  return () => {
    stop();
    source.disconnect();
  };
}

function rootMeanSquare(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
