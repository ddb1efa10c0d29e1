/** -log of a probability; a label that got none at all costs -log of the smallest step from 1, a finite loss. */
export const logLoss = (probability: number): number => -Math.log(Math.max(probability, 2 ** -52));
