import type { ClassMetrics } from './types';

/** For each class, videos of it, videos taken for it, and those that are both. */
export interface ClassCounts {
  support: number;
  predicted: number;
  hits: number;
}

/** Recall, precision and F1 of every class. */
export function classMetrics(labels: readonly string[], counts: readonly ClassCounts[]): ClassMetrics[] {
  return counts.map(({ support, predicted, hits }, index) => ({
    label: labels[index] ?? `class ${index}`,
    support,
    predicted,
    recall: ratio(hits, support),
    precision: ratio(hits, predicted),
    f1: ratio(2 * hits, support + predicted),
  }));
}

/** Mean of what is not null; 0 of nothing. */
export function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
