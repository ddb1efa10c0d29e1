/** Shape of a run's learning rate. */
export interface Schedule {
  /** Peak, reached at the end of the warm-up. */
  learningRate: number;
  totalSteps: number;
  /** Steps of linear rise; 0 starts at the peak. */
  warmupSteps: number;
}

/**
 * Learning rate of `step` (0-based): rises linearly over the warm-up, then falls along half a cosine towards 0.
 *
 * ```ts
 * learningRateAt(0, { learningRate: 1, totalSteps: 100, warmupSteps: 10 });  // 0.1
 * learningRateAt(10, { learningRate: 1, totalSteps: 100, warmupSteps: 10 }); // 1
 * learningRateAt(55, { learningRate: 1, totalSteps: 100, warmupSteps: 10 }); // 0.5
 * ```
 */
export function learningRateAt(step: number, { learningRate, totalSteps, warmupSteps }: Schedule): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
