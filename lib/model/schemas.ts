import { z } from 'zod';
import { oneOf, realNumber, trueOrFalse, wholeNumber } from '../base/schemas';
import { untaggedMatrices } from '../video/untaggedMatrix';
import { fittedAlarmSchema } from './anomaly/fittedAlarm';
import { frameCnnSchema } from './frameCnnSchema';
import { outputNames } from './outputs';
import { quantizationSchema } from './quantizationSchema';

const rgb = (min: number, max: number) => {
  const value = realNumber(min, max);
  return z.tuple([value, value, value], { error: 'three numbers, for R, G and B' });
};

export const samplingSchema = oneOf(['dense', 'segment']);

/** Pixels of a side of a network's input, and of a frame as it is resized for it. */
export const maxInputSide = 8192;

export const untaggedMatrixSchema = oneOf(untaggedMatrices);

const side = wholeNumber(1, maxInputSide);

/** The fields of a model's input. */
export const inputFields = {
  /** Frames in a clip. */
  frames: wholeNumber(1, 1024).describe("frames in a clip (default: the architecture's)"),
  /** Pixels, after resize and crop. */
  height: side.describe("pixels (default: the architecture's)"),
  width: side.describe("pixels (default: the architecture's)"),
  /** Frames per second at which a video is sampled. */
  frameRate: realNumber(0.01, 1000).describe('frames a second at which video is sampled'),
  /**
   * `dense`: a clip is `frames` instants, `1 / frameRate` apart. `segment`: it is spread over the whole video, one
   * frame from each of `frames` equal parts (Temporal Segment Networks, Wang et al. 2016). Default `dense`.
   */
  sampling: samplingSchema.optional().describe('dense: frames at the frame rate; segment: spread over the whole video'),
  /** `[height, width]` in pixels, or `[shortSide]`, before the crop. */
  resize: z
    .union([z.tuple([side, side]), z.tuple([side])], { error: '[height, width] or [shortSide], in pixels' })
    .describe('pixels before the crop, or the short side alone'),
  /** Whether the resize filters before it shrinks, as PyTorch's `antialias=True` does. */
  antialias: trueOrFalse,
  /**
   * The matrix of YUV video that does not say its own. `by-height`: BT.709 from 720 lines up and BT.601 below, as players
   * do. `bt601`: BT.601 always, as torchcodec, PyAV and OpenCV do, which made most training sets. Default `by-height`.
   */
  untaggedMatrix: untaggedMatrixSchema
    .optional()
    .describe('of video that names none; by-height: BT.709 from 720 lines up; bt601: always'),
  /** Per channel (R, G, B), for values in [0, 1]. */
  mean: rgb(-10, 10),
  std: rgb(1e-6, 10),
};

/** Every field, each in range. */
export const inputFieldsSchema = z.strictObject(inputFields, {
  error: 'an object with frames, height, width, frameRate, resize, mean and std',
});

/** {@link ModelInput}: sizes in range, and a resize that the crop fits into. */
export const inputSchema = inputFieldsSchema
  .extend({ antialias: trueOrFalse.default(false) })
  .refine(
    ({ resize, height, width }) =>
      resize.length === 2 ? resize[0] >= height && resize[1] >= width : resize[0] >= Math.max(height, width),
    { error: 'a resize that is at least as large as the crop of height and width', path: ['resize'] },
  );

/** Any part of a {@link ModelInput}; without a default, so that what is left out keeps what the model's file says. */
export const partialInputSchema = inputFieldsSchema.partial();

const classNames = z
  .array(z.string({ error: 'a string' }), { error: 'an array of class names' })
  .max(1_000_000, { error: 'an array of at most 1,000,000 class names' })
  .superRefine((labels, context) => {
    const places = new Map<string, number>();
    for (const [place, label] of labels.entries()) {
      const first = places.get(label);
      if (first === undefined) places.set(label, place);
      else
        context.addIssue({
          code: 'custom',
          path: [place],
          message: `a class name that no other has, as ${first} has,`,
        });
    }
  });

export const labelsSchema = classNames.min(1, { error: 'an array with at least one class name' });

/** Whether classes exclude each other; a network that gives its clips back has none. */
export const taskSchema = oneOf(['multiclass', 'multilabel', 'reconstruct']);

/** What a network that gives clips back has learned: to fill in what is hidden of them, or to give back what it sees. */
export const reconstructionObjectiveSchema = oneOf(['masked', 'plain']);

/** What is predicted of what is hidden. */
export const maskTargetSchema = oneOf(['pixels', 'difference', 'both']);

/** What a network gives for each class. */
export const networkOutputSchema = oneOf(['logits', 'probabilities']);

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

const reconstructionSchema = z.object(
  {
    objective: reconstructionObjectiveSchema,
    ratio: realNumber(0, 1).optional(),
    cell: wholeNumber(1, maxInputSide).optional(),
    target: maskTargetSchema.optional(),
  },
  { error: 'an object' },
);

/**
 * {@link ModelMetadata}. Unknown keys are kept out rather than refused, so that later files of this version still load;
 * a file of a new task is refused by those that do not know it.
 */
export const metadataSchema = z
  .object(
    {
      ...firstMetadataSchema.shape,
      formatVersion: z.literal(2, { error: '1 or 2, the format versions this Kinetorch reads' }),
      task: taskSchema,
      labels: classNames,
      output: networkOutputSchema.optional(),
      stages: z.array(modulePath, { error: "an array of modules' paths" }),
      head: modulePath.nullable(),
      outputs: z.array(z.enum(outputNames, { error: `one of ${outputNames.join(', ')}` }), {
        error: 'an array of names',
      }),
      frameCnn: frameCnnSchema.optional(),
      anomaly: fittedAlarmSchema.optional(),
      reconstruction: reconstructionSchema.optional(),
      quantization: quantizationSchema.optional(),
    },
    { error: 'an object' },
  )
  .refine(({ task, labels }) => (task === 'reconstruct') === (labels.length === 0), {
    error: "class names, or, where the task is 'reconstruct', an empty array,",
    path: ['labels'],
  });
