import { z } from 'zod';
import { oneOf, wholeNumber } from '../base/schemas';

/** How the ranges are found that activations are quantised over. */
export const rangeMethodSchema = oneOf(['min-max', 'percentile', 'mse']);

const error = '[min, max] with min ≤ 0 ≤ max, of at most 1e30 each, and none or at least 1e-30 between them';

/** A step is 1/255 of the width, and both it and its inverse have to be float32, with room on both sides. */
const lowest = z.number({ error }).min(-1e30, { error }).max(0, { error });
const highest = z.number({ error }).min(0, { error }).max(1e30, { error });
const rangeSchema = z
  .tuple([lowest, highest], { error })
  .refine(([min, max]) => max === min || max - min >= 1e-30, { error });

/** What a quantised file says of itself; travels in `kinetorch.json`. */
export const quantizationSchema = z.object(
  {
    version: z.literal(1, { error: '1, the version of quantised networks that this Kinetorch reads,' }),
    method: rangeMethodSchema,
    /** Clips that the ranges were taken from. */
    clips: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    /** One for each convolution that could be int8, in the order of the network's graph. */
    layers: z
      .array(
        z.object(
          {
            /** For people; equal layers have equal names. */
            layer: z.string({ error: 'a string' }),
            /** Whether its weights are stored in int8, and it runs in it; else it is float32. */
            int8: z.boolean({ error: 'true or false' }),
            /** [min, max] of what it reads. */
            input: rangeSchema,
            /** The same of what is added to what it gives, where something is. */
            residual: rangeSchema.optional(),
          },
          { error: 'an object with layer, int8 and input' },
        ),
        { error: 'an array of layers' },
      )
      .min(1, { error: 'an array with at least one layer' }),
  },
  { error: 'an object' },
);
