import { z } from 'zod';
import { callOptions, wholeNumber } from '../base/schemas';

/** How many predictions; by default 5, or all where there are fewer classes. */
export const topKSchema = (classes: number) => wholeNumber(1, classes).default(Math.min(5, classes));

/** The options that both ways of classifying a video have. */
export const viewOptions = (classes: number) => ({
  ...callOptions,
  topK: topKSchema(classes),
  crops: z.union([z.literal(1), z.literal(3)], { error: '1 or 3' }).default(1),
});
