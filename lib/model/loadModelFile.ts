import { invalidArgument, KinetorchError } from '../base/errors';
import { parse, parseOptions } from '../base/validation';
import { callNative, native } from '../native';
import { partsOf, reconstructionParts } from './architectures';
import { type ModelFile, withModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { type LoadModelOptions, loadModelOptions } from './options';
import { planFolder } from './planFolder';
import { inputSchema } from './schemas';
import type { ModelMetadata } from './types';
import { VideoModel } from './videoModel';

/** Loads a model's own file, which is no ensemble's manifest; see `loadModel`. */
export async function loadModelFile(source: ModelSource, options: LoadModelOptions = {}): Promise<VideoModel> {
  const filled = parseOptions(loadModelOptions, options);
  const from = nativeSource(source);
  const opening = { trust: filled.trust, sha256: filled.sha256 };
  const load = async (file: ModelFile) => {
    const metadata = merge(file.metadata, filled);
    if (filled.perFrame) {
      const bytes = await callNative(() => file.native.withMetadata(JSON.stringify(metadata), true));
      // Of what is trusted in the file, and this wraps in code of its own.
      return loadModelFile(bytes, { ...options, perFrame: false, trust: 'all', sha256: undefined });
    }
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
    const isFile = typeof from === 'string';
    if (isFile) model.keepFile(file.native);
    const { maxVideos } = filled;
    const bytes = isFile ? null : { bytes: from, opening };
    return new VideoModel(model, metadata, { path: isFile ? from : null, bytes, maxVideos });
  };
  return withModelFile(from, load, opening);
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
