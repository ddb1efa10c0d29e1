import type { Calibration } from './types';

const binCount = 15;

/** Bins predictions by the confidence of their first choice: bin k holds those in (k/15, (k+1)/15]. */
export function calibrationOf(predictions: readonly { confidence: number; correct: boolean }[]): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (const { confidence, correct } of predictions) {
    const bin = sums[Math.min(binCount, Math.max(1, Math.ceil(confidence * binCount))) - 1];
    if (!bin) continue;
    bin.count++;
    bin.confidence += confidence;
    bin.correct += Number(correct);
  }
  const error = sums.reduce((sum, bin) => sum + Math.abs(bin.correct - bin.confidence), 0) / predictions.length;
  const bins = sums.map(({ count, confidence, correct }, index) => ({
    from: index / binCount,
    to: (index + 1) / binCount,
    count,
    confidence: count === 0 ? null : confidence / count,
    accuracy: count === 0 ? null : correct / count,
  }));
  return { error, bins };
}
