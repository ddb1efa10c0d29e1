import { z } from 'zod';
import {
  nonEmptyText,
  type OptionsOf,
  oneOf,
  optionsSchema,
  realNumber,
  seedSchema,
  trueOrFalse,
  wholeNumber,
} from '../base/schemas';
import type { ArchitectureName } from './architectureTable';
import { frameCnnOptions } from './frameCnnSchema';
import { labelsSchema, networkOutputSchema, partialInputSchema, taskSchema } from './schemas';
import type { ModelInput } from './types';

/** Where a network runs: `auto` takes the first CUDA device when there is one. */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/** Where a loaded model runs: `cuda:*` takes every CUDA device, and each the next batch when it is free. */
export type ModelDevice = Device | 'cuda:*';

/**
 * The name of a device. Any text passes here: the native layer knows the devices, and answers another with `ERR_DEVICE`;
 * `pattern` is for the command line, which answers before anything is loaded.
 */
const device = <Name extends string>(names: string, pattern: RegExp) =>
  z.custom<Name>((value) => typeof value === 'string', { error: names }).meta({ pattern });

export const deviceSchema = device<Device>("'auto', 'cpu', 'cuda' or 'cuda:N'", /^(auto|cpu|cuda(:\d+)?)$/)
  .default('auto')
  .describe('auto, cpu, cuda or cuda:N');

export const modelDeviceSchema = device<ModelDevice>(
  "'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'",
  /^(auto|cpu|cuda(:(\d+|\*))?)$/,
)
  .default('auto')
  .describe('auto, cpu, cuda, cuda:N, or cuda:* for all GPUs');

/**
 * Arithmetic of the network: `auto` is float32 on a CPU, int8 for a file that `quantizeModel` wrote, and float16 on CUDA.
 * `int8` needs such a file and a CPU, which device `auto` then is.
 */
export type Precision = 'auto' | 'float32' | 'float16' | 'bfloat16' | 'int8';

export const precisionSchema: z.ZodDefault<z.ZodEnum<{ [Name in Precision]: Name }>> = oneOf(
  ['auto', 'float32', 'float16', 'bfloat16', 'int8'],
  "'auto', 'float32', 'float16', 'bfloat16' or 'int8'",
)
  .default('auto')
  .describe('arithmetic of the network; auto is float32 on a CPU (int8 for a quantised model), float16 on CUDA');

/** CPU threads of a loaded model. */
export const threadsSchema = wholeNumber(1, 1024)
  .optional()
  .describe('CPU threads of the network (default: all cores of this process)');

const batchingOptions = {
  /** Clips in one forward pass of one device, 1 to 1024. Default 8. */
  maxBatchSize: wholeNumber(1, 1024).default(8),
  /** How long the first clip of a batch waits for company, in milliseconds. Default 0: take what is there. */
  maxDelayMs: realNumber(0, 60_000).default(0),
  /** Clips that may wait, 1 to 100,000; one more is refused with `ERR_QUEUE_FULL`. Default 256. */
  maxQueue: wholeNumber(1, 100_000).default(256),
};

/** How calls made at the same time share a forward pass. */
export interface BatchingOptions extends OptionsOf<typeof batchingOptions> {}

const batchingSchema: z.ZodType<z.output<z.ZodObject<typeof batchingOptions>>, BatchingOptions> = optionsSchema(
  batchingOptions,
);

const tuningOptions = {
  /** Milliseconds, about; 0: kernels are chosen by rule, always the same ones. Default 3000. */
  timeMs: realNumber(0, 3_600_000).default(3000),
  /** Of weights rearranged for the kernels. Default 1 GiB. */
  maxWeightBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(2 ** 30),
  /** Where measurements are remembered for the next load; null: nowhere. Default: Kinetorch's cache folder. */
  folder: nonEmptyText('a path, or null').nullable().optional(),
};

/** How the kernels of each layer are found. */
export interface TuningOptions extends OptionsOf<typeof tuningOptions> {}

const tuningSchema: z.ZodType<z.output<z.ZodObject<typeof tuningOptions>>, TuningOptions> = optionsSchema(
  tuningOptions,
);

/** What is said of a network whose file does not say it. */
export const networkOptions = {
  /** Class names: needed to classify by a file without `kinetorch.json`, and replacing those in the file otherwise. */
  labels: labelsSchema.optional(),
  /** Parts of the input: all but `antialias` are needed for a file without `kinetorch.json`. */
  input: (partialInputSchema as z.ZodType<Partial<ModelInput>, Partial<ModelInput>>).optional(),
  /**
   * Whether classes exclude each other: a softmax over all (`multiclass`), or a sigmoid for each (`multilabel`); or
   * `reconstruct`, for the method of that name of a network that gives clips back, and has no labels. Default: as the file
   * says, else `multiclass`.
   */
  task: taskSchema
    .optional()
    .describe('multiclass: a softmax; multilabel: a sigmoid for each class; reconstruct: clips are given back'),
  /**
   * What the network gives for each class. `probabilities` are taken as they are, and `logits` are then their logarithms
   * (of a `multilabel` model log(p / (1 - p))). Default: as the file says, else told by the network, with a warning: one
   * that ends in a softmax or sigmoids, or whose outputs sum to one, gives probabilities.
   */
  output: networkOutputSchema.optional().describe('what the network gives for each class (default: told by itself)'),
  /**
   * The network is one for pictures: its forward maps N×3×H×W to N×classes. Every frame of a clip is shown to it, and their
   * scores are averaged. Default false.
   */
  perFrame: trueOrFalse.optional().describe('the network is for pictures: show it every frame and average'),
};

export const trustSchema = oneOf(['all', 'weights']).describe('of a model file: all, or its weights alone');

/** How any file is loaded, one that says itself what its network is too. */
export const loadingOptions = {
  /** Default `auto`. */
  device: modelDeviceSchema,
  /** Default `auto`. */
  precision: precisionSchema,
  /** How calls made at the same time share a forward pass. */
  batching: batchingSchema.prefault({}),
  /**
   * Videos that the model may have at once, decoded or waiting for a decoder, 1 to 100,000; one more is refused with
   * `ERR_QUEUE_FULL`. A stream that is not asked for its next segment for a second does not count until it is. Default 256.
   */
  maxVideos: wholeNumber(1, 100_000).default(256),
  /** CPU threads of this model. Default: all cores that this process may use, no more than its container's CPU limit. */
  threads: threadsSchema,
  /**
   * Bytes of each of the model's CUDA devices that this process, with all of its models, may take; the limit of the
   * model that was loaded last holds. CUDA's own share, some hundred MB, is not counted. Default: all there are.
   */
  memoryLimit: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  /**
   * Kernels of a float32 network on a CPU. `off`: LibTorch's own. `exact`: faster ones that add the same products in
   * another order. `fast`: Winograd's algorithms too, whose logits differ by about 1e-5 of the largest. Default `fast`.
   */
  optimize: oneOf(['off', 'exact', 'fast'], "'off', 'exact' or 'fast'").default('fast'),
  /** How the kernels of each layer are found: by measurement while the model is loaded for the first time. */
  tuning: tuningSchema.prefault({}),
  /**
   * What of the file is trusted. `all`: its code too, which runs with the rights of this process. `weights`: its numbers
   * alone. The network is then built here, as the file's `kinetorch.json` names it, its tensors are read as data and must
   * be that network's one to one, and nothing of the file runs. A network that `kinetorch create --list` does not name
   * cannot be built and is refused with `ERR_MODEL_UNTRUSTED`, unless it is to be isolated. Default `all`.
   */
  trust: trustSchema.default('all'),
  /**
   * Code of the file runs in a process of its own, which can open no file, use no network, start no program and take no more
   * than half of the memory: on a CPU, on Linux. With `trust: 'weights'` networks that can be built are, as without it, and
   * the others are isolated instead of refused. Kernels are measured anew at each load. Default false.
   */
  isolate: trueOrFalse.default(false),
};

const sha256Digits = 'a SHA-256, 64 hexadecimal digits';

export const openingOptions = {
  trust: loadingOptions.trust,
  /**
   * SHA-256 of the file, 64 hexadecimal digits: another file is refused with `ERR_MODEL_UNTRUSTED` before anything else
   * of it is read. Default: any file.
   */
  sha256: z
    .string({ error: sha256Digits })
    .regex(/^[0-9a-f]{64}$/i, { error: sha256Digits })
    .toLowerCase()
    .optional(),
};

/** How a model's file is opened. */
export interface OpeningOptions extends OptionsOf<typeof openingOptions> {}

export const loadModelOptions = { ...loadingOptions, ...openingOptions, ...networkOptions };

export interface LoadModelOptions extends OptionsOf<typeof loadModelOptions> {}

export type FilledLoadOptions = z.output<z.ZodObject<typeof loadModelOptions>>;

export const architectureSchema = z.custom<ArchitectureName>((value) => typeof value === 'string', {
  error: 'the name of an architecture',
});

/** How kernels of networks for pictures become those of clips. */
export const inflateSchema = oneOf(['average', 'centre'])
  .optional()
  .describe('of weights for pictures: spread over the frames (average), or in the middle one (default: average)');

export const licenseSchema = nonEmptyText("an SPDX expression, such as 'CC-BY-4.0'")
  .optional()
  .describe('of the weights, kept in the file: an SPDX expression, such as CC-BY-4.0');

export const wrapModelOptions = {
  ...networkOptions,
  /** Licence of the weights, kept in the file: an SPDX expression, for example `CC-BY-4.0`. */
  license: licenseSchema,
};

export interface WrapModelOptions extends OptionsOf<typeof wrapModelOptions> {}

export const createModelOptions = {
  /** A name of the architecture table, for example `r2plus1d_18`. */
  architecture: architectureSchema,
  /** Class names; their number is the number of classes. */
  labels: labelsSchema.optional(),
  /** Instead of labels: classes are then named `class 0`, `class 1`, … 1 to 1,000,000. */
  numClasses: wholeNumber(1, 1_000_000).optional().describe('number of classes, without names'),
  /**
   * A `.safetensors` file (or the `.index.json` of one in parts), a `.pth` state dict or checkpoint, or an `.onnx` model,
   * with the architecture's state-dict keys in it, or those of torchvision's picture networks, pytorchvideo, PySlowFast or
   * mmaction2; or a `.h5` of Keras (docs/pretrained.md). A picture network's head is taken where it has as many classes,
   * else left fresh.
   */
  weights: nonEmptyText('the path of a file of weights')
    .optional()
    .describe('a .safetensors, .pth, .onnx or .h5 file: docs/pretrained.md says whose'),
  /**
   * How kernels of a picture network become those of clips: `average` spreads each over the frames, `centre` puts it in
   * the middle one, so that other frames do not count until training makes them. Needs `weights`. Default `average`.
   */
  inflate: inflateSchema,
  /** Parts of the input that differ from the architecture's own. */
  input: networkOptions.input,
  /**
   * What a 2-D network, such as `mobilenet_v2`, sees of a clip. `rgb`: its frames. `difference`: how they change over 0.1 s, or from one frame to the
   * next where they are further apart, as pictures: 0.5 + 2 (x[t + k] - x[t]) of values in 0…1, kept within 0…1. A clip
   * then gives k pictures less than it has frames, and the file's `input` says mean 0 and std 1, as the network normalises
   * the pictures itself. Default `rgb`.
   */
  stream: frameCnnOptions.stream,
  /**
   * What becomes of the vectors of frames. `mean`. `mean+change`: their mean, and the mean size of their change from frame
   * to frame. `multi-stage`: the means of the maps of strides 8, 16 and 32, and of each frame's largest values of the latter
   * two, as roots, x / √(|x| + 0.01); for a head on a frozen network. `convolution`: three frames at a time to 256 numbers,
   * and their mean. `lstm`: the last of its states, 256 numbers. Only these two have weights. Default `mean`.
   */
  pool: frameCnnOptions.pool,
  /** Of a 2-D network: share of numbers that training leaves out before the head, 0 to 0.99. Default 0. */
  dropout: frameCnnOptions.dropout,
  /** Seed of fresh weights, 0 to 2^53 - 1. Default 0. */
  seed: seedSchema.default(0).describe('of fresh weights (default: {default})'),
  /** Licence of the weights, kept in the file: an SPDX expression, for example `CC-BY-4.0`. */
  license: licenseSchema,
};

export interface CreateModelOptions extends OptionsOf<typeof createModelOptions> {}
