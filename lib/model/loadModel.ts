import { invalidArgument, KinetorchError } from '../base/errors';
import { parse, parseOptions } from '../base/validation';
import { callNative, native } from '../native';
import { partsOf, reconstructionParts } from './architectures';
import { withModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { type LoadModelOptions, loadModelOptions } from './options';
import { planFolder } from './planFolder';
import { inputSchema } from './schemas';
import type { ModelMetadata } from './types';
import { VideoModel } from './videoModel';

/**
 * Loads a TorchScript 3-D network: checks the archive, freezes it (batch norms folded), moves it to its devices and runs
 * a random clip. The model owns its native threads; the event loop and libuv's pool are never used.
 *
 * A batch that finds too little memory is run again in halves; where that fails too, its calls reject with
 * `ERR_OUT_OF_MEMORY` and the model goes on.
 *
 * A file made by Kinetorch knows its labels and input. One from elsewhere, for example a scripted torchvision model,
 * needs `labels` and `input`; its forward must map N×3×T×H×W float clips to N×classes logits. One that is to give clips back
 * needs `task: 'reconstruct'` and `input`; its method `reconstruct` must map N×3×T×H×W to the same.
 *
 * The file stays open until the model is disposed of, or has been loaded from it once more (`VideoModel.explainClip`).
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
  const filled = parseOptions(loadModelOptions, options);
  const given = nativeSource(source);
  return withModelFile(given, async (file) => {
    const metadata = merge(file.metadata, filled);
    const plans = await planFolder(filled.tuning.folder);
    const model = await callNative(() =>
      native().NativeModel.load(file.native, {
        device: filled.device,
        precision: filled.precision,
        input: metadata.input,
        numClasses: metadata.labels.length,
        task: metadata.task,
        output: metadata.output ?? '',
        ...filled.batching,
        threads: filled.threads ?? 0,
        memoryLimit: filled.memoryLimit ?? 0,
        optimize: filled.optimize,
        measureMs: filled.tuning.timeMs,
        maxWeightBytes: filled.tuning.maxWeightBytes,
        planFolder: plans,
      }),
    );
    for (const warning of model.warnings) process.emitWarning(warning, 'KinetorchWarning');
    // See Note [The second copy].
    const isFile = typeof given === 'string';
    if (isFile) model.keepFile(file.native);
    return new VideoModel(model, metadata, filled.maxVideos, isFile ? null : given);
  });
}

type Said = Pick<LoadModelOptions, 'labels' | 'input' | 'task' | 'output'>;

function merge(stored: ModelMetadata | null, { labels, input, task, output }: Said): ModelMetadata {
  const classifies = (task ?? stored?.task) !== 'reconstruct';
  if (!classifies && labels)
    throw invalidArgument('options.labels', "left out where the task is 'reconstruct'", labels);
  const said = {
    ...(classifies ? labels && { labels } : { labels: [] }),
    ...(task && { task }),
    ...(output && { output }),
  };
  if (stored) {
    const metadata = { ...stored, ...said };
    if (classifies && metadata.labels.length === 0) {
      throw invalidArgument('options.labels', 'the class names of a network that was saved without any', labels);
    }
    return { ...metadata, input: parse(inputSchema, { ...stored.input, ...input }, 'options.input') };
  }
  if (!input || (classifies && !labels)) {
    throw new KinetorchError(
      'ERR_MODEL_METADATA',
      'expected a model with a kinetorch.json inside, or the options `labels` and `input`, but the file has none and ' +
        `the options lack ${labels || !classifies ? '`input`' : input ? '`labels`' : 'both'}`,
    );
  }
  if (input.resize === undefined && input.height !== undefined && input.width !== undefined) {
    throw invalidArgument('options.input.resize', '[height, width] or [shortSide], in pixels', undefined);
  }
  return {
    formatVersion: 2,
    architecture: 'custom',
    task: 'multiclass',
    labels: [],
    ...said,
    input: parse(inputSchema, input, 'options.input'),
    ...(classifies ? partsOf('custom') : reconstructionParts([])),
  };
}
