import { z } from 'zod';
import { seedSchema } from '../base/schemas';
import { foldSchema, officialSplitSchema, validationShareSchema } from '../dataset/options';
import type { ModelMetadata } from '../model/types';

/** How `train` told a model's training clips from those it validated on. */
const schema = z.object({
  seed: seedSchema.optional(),
  validationShare: validationShareSchema.unwrap().optional(),
  officialSplit: officialSplitSchema.unwrap().optional(),
  fold: foldSchema,
});

export type TrainedSplit = z.output<typeof schema>;

/** What the model's record says of it; nothing where the record, which is free-form, has another form. */
export function trainedSplit({ training }: Pick<ModelMetadata, 'training'>): TrainedSplit {
  return schema.safeParse(training).data ?? {};
}
