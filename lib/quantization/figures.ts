import { firstChoice } from '../evaluation/singleLabelMetrics';
import type { QuantizationReport } from './types';

/** What a quantised network is measured by. */
export interface Yardstick {
  /** Logits in float32, a row for each clip. */
  exact: readonly Float32Array[];
  /** Of each clip its classes, in ascending order; null where they are not known. */
  labels: readonly (readonly number[] | null)[];
  /** From where on a class counts as predicted; null where the first choice alone does. */
  threshold: number | null;
}

export type Figures = Pick<QuantizationReport, 'signalToNoise' | 'agreement' | 'top1'>;

/** What float32's own 24 bits have, in dB. */
const most = 144;

/** Of rows of logits, in dB: the power of `exact` over that of what `simulated` differs by; at most 144. */
export function signalToNoise(exact: readonly Float32Array[], simulated: readonly Float32Array[]): number {
  let [signal, noise] = [0, 0];
  for (const [row, values] of exact.entries()) {
    for (const [place, value] of values.entries()) {
      signal += value ** 2;
      noise += (value - (simulated[row]?.[place] ?? 0)) ** 2;
    }
  }
  return noise === 0 ? most : Math.min(most, 10 * Math.log10(signal / noise));
}

/** How near these logits come to those in float32. */
export function figuresOf({ exact, labels, threshold }: Yardstick, simulated: readonly Float32Array[]): Figures {
  const [before, after] = [decisions(exact, threshold), decisions(simulated, threshold)];
  const known = labels.filter((own) => own !== null);
  const isLabelled = known.length === exact.length;
  return {
    signalToNoise: signalToNoise(exact, simulated),
    agreement: shareAlike(before, after),
    top1: isLabelled ? { before: shareAlike(known, before), after: shareAlike(known, after) } : null,
  };
}

/** The classes that each row decides for: the first choice, or all from the threshold on, of which there may be none. */
function decisions(logits: readonly Float32Array[], threshold: number | null): number[][] {
  return logits.map((row) => {
    if (threshold === null) return [firstChoice(row)];
    return [...row.keys()].filter((label) => (row[label] as number) >= threshold);
  });
}

/** Share of those that are of the same classes. */
function shareAlike(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return a.filter((classes, index) => classes.join() === b[index]?.join()).length / a.length;
}
