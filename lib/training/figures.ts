import type { Figures } from './runTask';

/** Adds sums to others, name by name. */
export function addFigures(sums: Figures, more: Figures): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + value;
}

/** Means of sums over so many clips. */
export function perClip(sums: Figures, clips: number): Figures {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / clips]));
}
