import { invalidArgument, KinetorchError } from '../base/errors';
import { parse } from '../base/validation';
import { partsOf, reconstructionParts } from './architectures';
import type { LoadModelOptions } from './options';
import { inputSchema } from './schemas';
import type { ModelMetadata } from './types';

type Said = Pick<LoadModelOptions, 'labels' | 'input' | 'task' | 'output'>;

/**
 * What a file says of its network, null for nothing, and what the caller says.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`; `ERR_MODEL_METADATA` where both together do not say enough
 */
export function mergeMetadata(stored: ModelMetadata | null, { labels, input, task, output }: Said): ModelMetadata {
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
