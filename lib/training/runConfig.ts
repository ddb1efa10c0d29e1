import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { invalidArgument } from '../base/errors';
import { pinnedVersion, version } from '../base/version';
import { labelsAt } from '../dataset/clips/labelsAt';
import type { ClipDataset } from '../dataset/types';
import type { FrameCnn } from '../model/frameCnnSchema';
import type { ModelInput } from '../model/types';
import type { FilledRunOptions } from './options';
import type { RunTask } from './runTask';
import { type Runtime, runtimeOf } from './runtime';
import type { StartingModel } from './startingModel';
import type { TrainingData } from './trainingData';

/** `config.json` of a run: what it takes to repeat or to resume it. */
export interface RunConfig {
  formatVersion: 1;
  /** Of a run of `pretrain`. */
  task?: 'reconstruct';
  kinetorch: string;
  libtorch: string;
  node: string;
  /** Every option with its default in place. `data` is `datasets` and `from` a size where they are no paths. */
  options: Omit<FilledRunOptions, 'outDir' | 'resume' | 'data' | 'from'> & { data: string; from?: string };
  /** Of the machine that the run was begun on. */
  runtime: Runtime;
  architecture: string;
  input: ModelInput;
  /** Of a 2-D network: how it was made one for clips. */
  frameCnn?: FrameCnn;
  /** Of the weights, where one was given or the model in `from` has one. */
  license?: string;
  labels: readonly string[];
  dataset: {
    trainClips: number;
    validationClips: number;
    /** SHA-256 over names and labels of all samples. */
    fingerprint: string;
  };
}

/** Reads `config.json`. Throws `SyntaxError` where it is none. */
export function parseConfig(text: string): RunConfig {
  const config = JSON.parse(text) as RunConfig | null;
  if (config?.formatVersion === 1 && isObject(config.options) && isObject(config.runtime) && isObject(config.input))
    return config;
  throw new SyntaxError('expected the configuration of a run, of formatVersion 1');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What may be different when a run is resumed. */
const free = new Set(['cache', 'decoders', 'maxSkippedShare', 'checkpointMinutes', 'device', 'threads']);
/** What may not, beside the other options. */
const fixed = ['architecture', 'input', 'frameCnn', 'labels', 'dataset'] as const;

export function configOf(
  options: FilledRunOptions,
  start: StartingModel,
  data: TrainingData,
  { metadata: { task } }: Pick<RunTask, 'metadata'>,
): RunConfig {
  const { outDir, resume, from, ...kept } = options;
  return {
    formatVersion: 1,
    ...(task === 'reconstruct' ? { task } : {}),
    kinetorch: version(),
    libtorch: pinnedVersion(),
    node: process.versions.node,
    options: {
      ...kept,
      ...(from === undefined ? {} : { from: typeof from === 'string' ? resolve(from) : `${from.length} bytes` }),
      data: typeof options.data === 'string' ? resolve(options.data) : 'datasets',
    },
    runtime: runtimeOf(options),
    architecture: start.architecture,
    input: start.input,
    ...(start.parts.frameCnn && { frameCnn: start.parts.frameCnn }),
    ...(start.license === undefined ? {} : { license: start.license }),
    labels: data.labels,
    dataset: {
      trainClips: data.train.length,
      validationClips: data.validation?.length ?? 0,
      fingerprint: fingerprint(data.validation ? [data.train, data.validation] : [data.train]),
    },
  };
}

/**
 * Compares the configuration a run was begun with to that it is resumed with. Throws `ERR_INVALID_ARGUMENT` for what
 * would make it another run; gives a warning for each difference that may change the weights, if only in their last bits.
 */
export function compareConfigs(begun: RunConfig, now: RunConfig): string[] {
  const stored = JSON.parse(JSON.stringify(begun)) as RunConfig;
  const current = JSON.parse(JSON.stringify(now)) as RunConfig;
  const keys = new Set([...Object.keys(stored.options), ...Object.keys(current.options)]) as Set<
    keyof RunConfig['options']
  >;
  for (const key of keys) {
    const [before, after] = [stored.options[key], current.options[key]].map((value) => JSON.stringify(value));
    if (!free.has(key) && before !== after) {
      throw invalidArgument(`options.${key}`, `${before}, as the run to resume was begun with,`, now.options[key]);
    }
  }
  for (const key of fixed) {
    if (JSON.stringify(stored[key]) === JSON.stringify(current[key])) continue;
    throw invalidArgument(key, 'what it was when the run to resume was begun', JSON.stringify(current[key]));
  }
  const differences = (['device', 'precision', 'threads'] as const).filter(
    (key) => begun.runtime[key] !== now.runtime[key],
  );
  return [
    ...differences.map((key) => `${key} was ${begun.runtime[key]} and is ${now.runtime[key]} now`),
    ...(begun.libtorch === now.libtorch ? [] : [`LibTorch was ${begun.libtorch} and is ${now.libtorch} now`]),
  ].map((difference) => `the run goes on, but its numbers will differ: ${difference}`);
}

/** SHA-256 of all that makes the run this one and no other, as it was begun. */
export function hashOf(config: RunConfig): string {
  const options = Object.entries(config.options).filter(([key]) => !free.has(key));
  // An object, not entries: what is undefined is then not there, as in config.json.
  const identity = [
    Object.fromEntries(options),
    fixed.map((key) => config[key]).filter((value) => value !== undefined),
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

function fingerprint(datasets: readonly ClipDataset[]): string {
  const hash = createHash('sha256');
  for (const dataset of datasets) {
    hash.update(`${dataset.length}\n`);
    for (let index = 0; index < dataset.length; index++) {
      const labels = labelsAt(dataset, index);
      hash.update(`${dataset.nameOf?.(index) ?? index}\t${labels.join(' ')}\n`);
    }
  }
  return hash.digest('hex');
}
