import { z } from 'zod';
import { realNumber } from '../base/schemas';

/** {@link CropPosition}. */
export const cropSchema = z.strictObject(
  {
    x: realNumber(0, 1),
    y: realNumber(0, 1),
  },
  { error: 'an object with x and y between 0 and 1' },
);
