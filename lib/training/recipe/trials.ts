import { join } from 'node:path';
import { isThere } from '../../base/isThere';
import { evaluate } from '../../evaluation/evaluate';
import { createModel } from '../../model/createModel';
import { fitHead } from '../fitHead';
import { train } from '../train';
import { commandLine } from './command';
import type { FrozenNetwork } from './frozenNetworks';
import type { FilledTrainAutoOptions } from './options';
import type { SmallNetwork } from './smallNetworks';
import type { RecipeEvent, Trial } from './types';

/** What a trial is made with. */
export interface Context {
  options: FilledTrainAutoOptions;
  emit: (event: RecipeEvent) => void;
  signal?: AbortSignal;
}

/** What a trial came to. */
export type Outcome = Pick<Trial, 'accuracy' | 'clips' | 'model' | 'command'>;

/** Of each video, spread over it. */
const frozenClips = 3;
const evaluatedClips = 5;

/** How all trials divide the data: alike. */
const splitOf = ({ data, validationShare, fold, officialSplit, seed }: FilledTrainAutoOptions) => ({
  data,
  validationShare,
  fold,
  officialSplit,
  seed,
});

/** Fits a head on a frozen network. */
export async function tryFrozen(
  { name, weights, options: made }: FrozenNetwork,
  { options, emit, signal }: Context,
): Promise<Outcome> {
  const { device, threads, precision, maxSkippedShare } = options;
  const network = await createModel({ ...made, numClasses: 1000, weights: weights.path, license: weights.license });
  const model = join('trials', `${name}.pt`);
  const { data, ...split } = splitOf(options);
  const { validation } = await fitHead(network, {
    data,
    outFile: join(options.outDir, model),
    ...split,
    clips: frozenClips,
    device,
    threads: threads || undefined,
    precision,
    maxSkippedShare,
    signal,
    onProgress: (progress) => emit({ type: 'embedding', name, ...progress }),
  });
  const file = `${name}.pt`;
  const { architecture, ...rest } = made;
  const commands = [
    commandLine('create', [architecture, file], {
      ...rest,
      numClasses: 1000,
      weights: weights.path,
      license: weights.license,
    }),
    commandLine('fit-head', [data], {
      model: file,
      outFile: `${name}-head.pt`,
      ...split,
      clips: frozenClips,
      ...runtimeOf(options),
    }),
  ];
  return { accuracy: validation?.top1 ?? 0, clips: validation?.samples ?? 0, model, command: commands.join(' && ') };
}

/** Trains a small network, for so many epochs. */
export async function trySmall(
  name: string,
  { options: own }: SmallNetwork,
  epochs: number,
  { options, emit, signal }: Context,
): Promise<Outcome> {
  const folder = join('trials', name);
  const outDir = join(options.outDir, folder);
  const { device, threads, precision, cache, decoders, maxSkippedShare } = options;
  const learning = { ...own, ...splitOf(options), epochs };
  const { lastModelPath } = await train(
    {
      ...learning,
      ...{ device, threads, precision, cache, decoders, maxSkippedShare },
      outDir,
      resume: isThere(join(outDir, 'config.json')),
    },
    { signal, onProgress: (event) => emit({ type: 'training', name, event }) },
  );
  const { data, ...rest } = learning;
  const command = commandLine('train', [data], { outDir: name, ...rest, ...runtimeOf(options) });
  return { ...(await measured(lastModelPath, options, signal)), model: join(folder, 'last.pt'), command };
}

/** Of the last epoch's weights: those of the best were chosen by the very clips that are measured. */
async function measured(path: string, options: FilledTrainAutoOptions, signal: AbortSignal | undefined) {
  const { device, threads, precision, maxSkippedShare } = options;
  const { data, ...split } = splitOf(options);
  const { metrics } = await evaluate(path, data, {
    ...split,
    split: 'validation',
    clips: evaluatedClips,
    ...{ device, threads: threads || undefined, precision, maxSkippedShare, signal },
  });
  const accuracy = metrics.task === 'multiLabel' ? metrics.video.exactMatch : metrics.video.top1;
  return { accuracy, clips: metrics.video.count };
}

/** What of the runtime is part of a command that repeats a trial: with one number of threads it gives the same bits. */
const runtimeOf = ({ precision, threads, device }: FilledTrainAutoOptions) => ({
  precision: precision === 'auto' ? undefined : precision,
  threads: threads || undefined,
  device: device === 'auto' ? undefined : device,
});
