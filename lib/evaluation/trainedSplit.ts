import { z } from 'zod';
import { realNumber, wholeNumber } from '../base/schemas';
import type { ModelMetadata } from '../model/types';

/** How `train` told a model's training clips from those it validated on. */
const schema = z.object({
  seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  validationShare: realNumber(0, 0.9).optional(),
  officialSplit: wholeNumber(1, 3).optional(),
  fold: wholeNumber(0, 1_000_000).optional(),
});

export type TrainedSplit = z.output<typeof schema>;

/** What the model's record says of it; nothing where the record, which is free-form, has another form. */
export function trainedSplit({ training }: Pick<ModelMetadata, 'training'>): TrainedSplit {
  return schema.safeParse(training).data ?? {};
}
