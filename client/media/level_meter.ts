/** A level meter for the microphone: it shows the visitor that the microphone works before a call. */

/** Update interval of the meter, in milliseconds. */
const INTERVAL = 80;

/**
 * Moves `meter` (0 to 1) with `track`, and returns a function that stops it. `every` repeats a task, and returns a
 * function that ends it.
 */
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
