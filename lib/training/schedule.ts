/** Course of a run's learning rate. */
export interface Schedule {
  kind: 'constant' | 'cosine' | 'multistep' | 'onecycle' | 'plateau';
  /** Peak, reached at the end of the warm-up; of `onecycle` at the end of its own rise. */
  learningRate: number;
  totalSteps: number;
  /** Steps of linear rise; 0 starts at the peak. */
  warmupSteps: number;
  /** Of `multistep`, in epochs from the run's start. */
  milestones: readonly number[];
  /** Of `multistep`: factor at each milestone. */
  gamma: number;
}

// Smith and Topin 2017, with the constants PyTorch's OneCycleLR has.
const oneCycle = { rise: 0.3, startDivisor: 25, endDivisor: 1e4 };

/**
 * Learning rate of `step`, which is one of `epoch` (both 0-based; samples that cannot be loaded make epochs shorter than
 * planned). All kinds rise linearly over the warm-up first, as PyTorch's `LinearLR` from `1 / warmupSteps` does, to where
 * they begin; then
 *
 * - `constant` and `plateau` stay (the latter is multiplied by what {@link Plateau} gives);
 * - `cosine` falls along half a cosine towards 0 (Loshchilov and Hutter 2016; `CosineAnnealingLR`);
 * - `multistep` is multiplied by `gamma` at each milestone (`MultiStepLR`, stepped each epoch);
 * - `onecycle` rises along half a cosine from a 25th of the peak over the first 30% of the steps and falls along
 *   another to nearly nothing (`OneCycleLR` without its cycle of momentum).
 *
 * ```ts
 * const schedule = { kind: 'cosine', learningRate: 1, totalSteps: 100, warmupSteps: 10, … };
 * learningRateAt(0, 0, schedule);  // 0.1
 * learningRateAt(10, 1, schedule); // 1
 * learningRateAt(55, 5, schedule); // 0.5
 * ```
 */
export function learningRateAt(step: number, epoch: number, schedule: Schedule): number {
  const { kind, learningRate, totalSteps, warmupSteps } = schedule;
  const begin = kind === 'onecycle' ? learningRate / oneCycle.startDivisor : learningRate;
  if (step < warmupSteps) return (begin * (step + 1)) / warmupSteps;
  const left = totalSteps - warmupSteps;
  const done = Math.min(step - warmupSteps, left);
  if (kind === 'cosine') return between(learningRate, 0, done / Math.max(1, left));
  if (kind === 'onecycle') return oneCycleRate(learningRate, done, left);
  if (kind === 'multistep') {
    return learningRate * schedule.gamma ** schedule.milestones.filter((milestone) => epoch >= milestone).length;
  }
  return learningRate;
}

function oneCycleRate(peak: number, step: number, totalSteps: number): number {
  const start = peak / oneCycle.startDivisor;
  const top = oneCycle.rise * totalSteps - 1;
  if (step <= top) return between(start, peak, step / Math.max(1, top));
  const fall = (step - top) / Math.max(1, totalSteps - 1 - top);
  return between(peak, start / oneCycle.endDivisor, Math.min(1, fall));
}

/** From one value to another along half a cosine; `share` runs from 0 to 1. */
function between(from: number, to: number, share: number): number {
  return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * share));
}
