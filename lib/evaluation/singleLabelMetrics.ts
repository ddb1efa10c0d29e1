import { calibrationOf } from './calibration';
import { classMetrics, meanOf } from './classMetrics';
import type { ScoredSample } from './scoredSample';
import type { SingleLabelMetrics } from './types';
import { videoLoss } from './videoLoss';

/** Metrics of samples with one label each; there is at least one sample. */
export function singleLabelMetrics(labels: readonly string[], samples: readonly ScoredSample[]): SingleLabelMetrics {
  const confusion = labels.map(() => labels.map(() => 0));
  const videos = new Places();
  const clips = new Places();
  const choices: { confidence: number; correct: boolean }[] = [];
  for (const { labels: own, video, clips: ofClips } of samples) {
    const label = own[0] ?? 0;
    const choice = firstChoice(video);
    const row = confusion[label] as number[];
    row[choice] = (row[choice] ?? 0) + 1;
    videos.add(placeOf(label, video));
    for (const clip of ofClips) clips.add(placeOf(label, clip));
    choices.push({ confidence: video[choice] ?? 0, correct: choice === label });
  }
  const classes = classMetrics(
    labels,
    confusion.map((row, label) => ({
      support: row.reduce((sum, count) => sum + count, 0),
      predicted: confusion.reduce((sum, other) => sum + (other[label] ?? 0), 0),
      hits: row[label] ?? 0,
    })),
  );
  return {
    task: 'singleLabel',
    clip: clips.shares(),
    video: videos.shares(),
    loss: videoLoss(samples, false),
    meanClassAccuracy: meanOf(classes.map(({ recall }) => recall)),
    macroF1: meanOf(classes.map(({ f1 }) => f1)),
    calibration: calibrationOf(choices),
    classes,
    confusion,
  };
}

/** Index of the highest score; of equals the lowest. */
export function firstChoice(scores: Float32Array): number {
  return scores.reduce((best, score, index) => (score > (scores[best] ?? 0) ? index : best), 0);
}

/** How many classes came before `label`: of two that score the same, the lower index does; all before one of NaN. */
export function placeOf(label: number, scores: Float32Array): number {
  const own = scores[label] ?? 0;
  if (Number.isNaN(own)) return Number.POSITIVE_INFINITY;
  return scores.reduce((before, score, index) => before + Number(score > own || (score === own && index < label)), 0);
}

class Places {
  private readonly places: number[] = [];

  add(place: number): void {
    this.places.push(place);
  }

  shares(): { count: number; top1: number; top5: number } {
    const count = this.places.length;
    const within = (top: number) => this.places.filter((place) => place < top).length / count;
    return { count, top1: within(1), top5: within(5) };
  }
}
