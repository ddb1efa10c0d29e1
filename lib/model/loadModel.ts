import { z } from 'zod';
import { invalidArgument, KinetorchError } from '../base/errors';
import { realNumber, wholeNumber } from '../base/schemas';
import { parse } from '../base/validation';
import { callNative, native } from '../native';
import { partsOf } from './architectures';
import { withModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { planFolder } from './planFolder';
import { inputSchema, labelsSchema, modelDeviceSchema, partialInputSchema } from './schemas';
import type { ModelDevice, ModelInput, ModelMetadata, Precision } from './types';
import { VideoModel } from './videoModel';

export interface LoadModelOptions {
  /** Default `auto`. */
  device?: ModelDevice;
  /** Default `auto`. */
  precision?: Precision;
  /** How calls made at the same time share a forward pass. */
  batching?: {
    /** Clips in one forward pass of one device, 1 to 1024. Default 8. */
    maxBatchSize?: number;
    /** How long the first clip of a batch waits for company, in milliseconds. Default 0: take what is there. */
    maxDelayMs?: number;
    /** Clips that may wait, 1 to 100,000; one more is refused with `ERR_QUEUE_FULL`. Default 256. */
    maxQueue?: number;
  };
  /** CPU threads of this model. Default: all cores. */
  threads?: number;
  /**
   * Bytes of each of the model's CUDA devices that this process, with all of its models, may take; the limit of the model
   * that was loaded last holds. CUDA's own share, some hundred MB, is not counted. Default: all there are.
   */
  memoryLimit?: number;
  /**
   * Kernels of a float32 network on a CPU. `off`: LibTorch's own. `exact`: faster ones that add the same products in
   * another order. `fast`: Winograd's algorithms too, whose logits differ by about 1e-5 of the largest. Default `fast`.
   */
  optimize?: 'off' | 'exact' | 'fast';
  /** How the kernels of each layer are found: by measurement while the model is loaded for the first time. */
  tuning?: {
    /** Milliseconds, about; 0: kernels are chosen by rule, always the same ones. Default 3000. */
    timeMs?: number;
    /** Of weights rearranged for the kernels. Default 1 GiB. */
    maxWeightBytes?: number;
    /** Where measurements are remembered for the next load; null: nowhere. Default: Kinetorch's cache folder. */
    folder?: string | null;
  };
  /** Class names: needed for a file without `kinetorch.json`, and replacing those in the file otherwise. */
  labels?: string[];
  /** Parts of the input: all but `antialias` are needed for a file without `kinetorch.json`. */
  input?: Partial<ModelInput>;
}

const batchingSchema = z.strictObject(
  {
    maxBatchSize: wholeNumber(1, 1024).default(8),
    maxDelayMs: realNumber(0, 60_000).default(0),
    maxQueue: wholeNumber(1, 100_000).default(256),
  },
  { error: 'an object' },
);

const tuningSchema = z.strictObject(
  {
    timeMs: realNumber(0, 3_600_000).default(3000),
    maxWeightBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(2 ** 30),
    folder: z.string({ error: 'a path, or null' }).nullable().optional(),
  },
  { error: 'an object' },
);

const optionsSchema = z.strictObject(
  {
    device: modelDeviceSchema.default('auto'),
    precision: z
      .enum(['auto', 'float32', 'float16', 'bfloat16'], { error: "'auto', 'float32', 'float16' or 'bfloat16'" })
      .default('auto'),
    batching: batchingSchema.prefault({}),
    threads: wholeNumber(1, 1024).optional(),
    memoryLimit: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
    optimize: z.enum(['off', 'exact', 'fast'], { error: "'off', 'exact' or 'fast'" }).default('fast'),
    tuning: tuningSchema.prefault({}),
    labels: labelsSchema.optional(),
    input: partialInputSchema.optional(),
  },
  { error: 'an object' },
);

/**
 * Loads a TorchScript 3-D network: checks the archive, freezes it (batch norms folded), moves it to its devices and runs
 * a random clip. The model owns its native threads; the event loop and libuv's pool are never used.
 *
 * A batch that finds too little memory is run again in halves; where that fails too, its calls reject with
 * `ERR_OUT_OF_MEMORY` and the model goes on.
 *
 * A file made by Kinetorch knows its labels and input. One from elsewhere, for example a scripted torchvision model,
 * needs `labels` and `input`; its forward must map N×3×T×H×W float clips to N×classes logits.
 *
 * Loading a TorchScript file runs code from that file: load only files you trust.
 *
 * @example
 * await using model = await loadModel('r2plus1d_18.pt', { device: 'auto' });
 * const { predictions } = await model.classifyClip({ data, frames: 16, height: 240, width: 320 }, { topK: 5 });
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, `ERR_MODEL_METADATA`,
 * `ERR_MODEL_FORWARD`, `ERR_DEVICE`, `ERR_UNSUPPORTED`, `ERR_INVALID_ARGUMENT`, `ERR_OUT_OF_MEMORY`,
 * `ERR_LIBTORCH_NOT_FOUND`, `ERR_LIBTORCH_VERSION`
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<VideoModel> {
  const filled = parse(optionsSchema, options, 'options');
  return withModelFile(nativeSource(source), async (file) => {
    const metadata = merge(file.metadata, filled.labels, filled.input as Partial<ModelInput> | undefined);
    const plans = await planFolder(filled.tuning.folder);
    const model = await callNative(() =>
      native().NativeModel.load(file.native, {
        device: filled.device,
        precision: filled.precision,
        input: metadata.input,
        numClasses: metadata.labels.length,
        ...filled.batching,
        threads: filled.threads ?? 0,
        memoryLimit: filled.memoryLimit ?? 0,
        optimize: filled.optimize,
        measureMs: filled.tuning.timeMs,
        maxWeightBytes: filled.tuning.maxWeightBytes,
        planFolder: plans,
      }),
    );
    if (model.warning) process.emitWarning(model.warning, 'KinetorchWarning');
    return new VideoModel(model, metadata);
  });
}

function merge(stored: ModelMetadata | null, labels?: string[], input?: Partial<ModelInput>): ModelMetadata {
  if (stored) {
    const merged = { ...stored, labels: labels ?? stored.labels, input: { ...stored.input, ...input } };
    return { ...merged, input: parse(inputSchema, merged.input, 'options.input') as ModelInput };
  }
  if (!labels || !input) {
    throw new KinetorchError(
      'ERR_MODEL_METADATA',
      'expected a model with a kinetorch.json inside, or the options `labels` and `input`, but the file has none and ' +
        `the options lack ${labels ? '`input`' : input ? '`labels`' : 'both'}`,
    );
  }
  if (input.resize === undefined && input.height !== undefined && input.width !== undefined) {
    throw invalidArgument('options.input.resize', '[height, width] or [shortSide], in pixels', undefined);
  }
  return {
    formatVersion: 2,
    architecture: 'custom',
    task: 'multiclass',
    labels,
    input: parse(inputSchema, input, 'options.input') as ModelInput,
    ...partsOf('custom'),
  };
}
