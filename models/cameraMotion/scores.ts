import { cameraMotionLabels } from './labels';

/** One classified clip. */
export interface Scored {
  /** Index of the label it was made with. */
  label: number;
  /** One for each label. */
  probabilities: readonly number[];
}

const bins = 10;

/** Accuracy, a row a label, and how well the top probability says how often it is right. */
export function scoresOf(clips: readonly Scored[]) {
  const confusion = cameraMotionLabels.map(() => cameraMotionLabels.map(() => 0));
  for (const { label, probabilities } of clips) {
    const row = confusion[label] as number[];
    const guess = topOf(probabilities);
    row[guess] = (row[guess] ?? 0) + 1;
  }
  const right = sum(confusion.map((row, label) => row[label] ?? 0));
  const perLabel = cameraMotionLabels.map((name, label) => {
    const hits = confusion[label]?.[label] ?? 0;
    return {
      label: name,
      clips: sum(confusion[label] ?? []),
      recall: round(hits / sum(confusion[label] ?? [])),
      precision: round(hits / sum(confusion.map((row) => row[label] ?? 0))),
    };
  });
  return {
    clips: clips.length,
    accuracy: round(right / clips.length),
    ...confidenceOf(clips),
    calibrationError: round(calibrationError(clips)),
    perLabel,
    /** A row a true label, a column a guess. */
    confusion,
  };
}

/** How many of a group are right. */
export function accuracyOf(clips: readonly Scored[]) {
  const right = clips.filter(({ label, probabilities }) => topOf(probabilities) === label);
  return { clips: clips.length, accuracy: round(right.length / clips.length) };
}

/** How sure the model is, whether right or wrong. */
export function confidenceOf(clips: readonly Scored[]) {
  const tops = clips.map(({ probabilities }) => Math.max(...probabilities));
  return {
    meanTopProbability: round(sum(tops) / tops.length),
    shareAbove90: round(tops.filter((top) => top > 0.9).length / tops.length),
  };
}

/** Mean distance between top probability and accuracy over ten equal bins, weighted by clips (ECE). */
function calibrationError(clips: readonly Scored[]): number {
  const gaps = new Array<number>(bins).fill(0);
  for (const { label, probabilities } of clips) {
    const guess = topOf(probabilities);
    const top = probabilities[guess] as number;
    const bin = Math.min(bins - 1, Math.floor(top * bins));
    gaps[bin] = (gaps[bin] as number) + (guess === label ? 1 : 0) - top;
  }
  return sum(gaps.map(Math.abs)) / clips.length;
}

export function topOf(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
