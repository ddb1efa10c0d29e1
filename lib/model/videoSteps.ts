/**
 * What a video's time goes to: `queue` until it has a decoder; `decode` until it is open, and until each clip that is waited for
 * is there; `run` until something was made of a clip, the network's own queue included.
 */
export type VideoStep = 'queue' | 'decode' | 'run';

/** Hears of each step that has ended, and when it began, in `performance.now()`. */
export type OnVideoStep = (step: VideoStep, beganAt: number) => void;

/** The same clips; of each it is told how long it was waited for. */
export async function* timeClips<Clip>(clips: AsyncIterable<Clip>, onStep: OnVideoStep): AsyncGenerator<Clip, void> {
  let askedAt = performance.now();
  for await (const clip of clips) {
    onStep('decode', askedAt);
    yield clip;
    askedAt = performance.now();
  }
}
