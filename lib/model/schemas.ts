import { z } from 'zod';
import { realNumber, wholeNumber } from '../base/schemas';

const rgb = (min: number, max: number) => {
  const value = realNumber(min, max);
  return z.tuple([value, value, value], { error: 'three numbers, for R, G and B' });
};

const side = wholeNumber(1, 8192);

const inputShape = z.strictObject(
  {
    frames: wholeNumber(1, 1024),
    height: side,
    width: side,
    frameRate: realNumber(0.01, 1000),
    sampling: z.enum(['dense', 'segment'], { error: "'dense' or 'segment'" }).optional(),
    resize: z.union([z.tuple([side, side]), z.tuple([side])], {
      error: '[height, width] or [shortSide], in pixels',
    }),
    antialias: z.boolean({ error: 'true or false' }).default(false),
    mean: rgb(-10, 10),
    std: rgb(1e-6, 10),
  },
  { error: 'an object with frames, height, width, frameRate, resize, mean and std' },
);

/** {@link ModelInput}: sizes in range, and a resize that the crop fits into. */
export const inputSchema = inputShape.refine(
  ({ resize, height, width }) =>
    resize.length === 2 ? resize[0] >= height && resize[1] >= width : resize[0] >= Math.max(height, width),
  { error: 'a resize that is at least as large as the crop of height and width', path: ['resize'] },
);

/** Any part of a {@link ModelInput}; without a default, so that what is left out keeps what the model's file says. */
export const partialInputSchema = inputShape.extend({ antialias: z.boolean({ error: 'true or false' }) }).partial();

export const labelsSchema = z
  .array(z.string({ error: 'a string' }), { error: 'an array of class names' })
  .min(1, { error: 'an array with at least one class name' })
  .max(1_000_000, { error: 'an array of at most 1,000,000 class names' });

/** Version 1 of `kinetorch.json`, from before parts, task and outputs were written down. */
export const firstMetadataSchema = z.object({
  formatVersion: z.literal(1),
  architecture: z.string({ error: 'a string' }),
  labels: labelsSchema,
  input: inputSchema,
  training: z.record(z.string(), z.unknown()).optional(),
  license: z.string({ error: 'a string' }).optional(),
});

const modulePath = z.string({ error: 'the path of a module' }).min(1, { error: 'the path of a module' });

const outputNames = ['logits', 'probabilities', 'embedding', 'features'] as const;

/** {@link ModelMetadata}. Unknown keys are kept out rather than refused, so that later files of this version still load. */
export const metadataSchema = z.object(
  {
    ...firstMetadataSchema.shape,
    formatVersion: z.literal(2, { error: '1 or 2, the format versions this Kinetorch reads' }),
    task: z.enum(['multiclass', 'multilabel'], { error: "'multiclass' or 'multilabel'" }),
    stages: z.array(modulePath, { error: "an array of modules' paths" }),
    head: modulePath.nullable(),
    outputs: z.array(z.enum(outputNames, { error: `one of ${outputNames.join(', ')}` }), {
      error: 'an array of names',
    }),
  },
  { error: 'an object' },
);

export const deviceSchema = z.string({ error: "'auto', 'cpu', 'cuda' or 'cuda:N'" });

export const modelDeviceSchema = z.string({ error: "'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'" });

/** {@link CropPosition}. */
export const cropSchema = z
  .strictObject({ x: realNumber(0, 1), y: realNumber(0, 1) }, { error: 'an object with x and y between 0 and 1' })
  .optional();
