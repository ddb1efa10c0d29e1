import { z } from 'zod';
import { callOptions, wholeNumber } from '../base/schemas';

const defaultTopK = 5;

/** The options that both ways of classifying a video have. */
export const viewOptions = (classes: number) => ({
  ...callOptions,
  topK: wholeNumber(1, classes).default(Math.min(defaultTopK, classes)),
  crops: z.union([z.literal(1), z.literal(3)], { error: '1 or 3' }).default(1),
});
