import type { NativeOutput } from '../../binding';

/** What a network can be asked for, in the order of the native layer's table. */
export const outputNames = [
  'logits',
  'probabilities',
  'embedding',
  'features',
] as const satisfies readonly NativeOutput[];
