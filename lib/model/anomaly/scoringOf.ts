import type { FittedAlarm } from './fittedAlarm';
import type { FrameScore } from './frameScores';

interface Scoring {
  score: FrameScore;
  /** Frames from one window to the next. */
  stride: number;
}

/** How frames are scored in windows of `frames`: as it is said, else as the model's alarm was fitted, else as usual. */
export function scoringOf(said: Partial<Scoring>, alarm: FittedAlarm | undefined, frames: number): Scoring {
  return {
    score: said.score ?? alarm?.score ?? 'mse',
    stride: said.stride ?? alarm?.stride ?? Math.ceil(frames / 2),
  };
}
