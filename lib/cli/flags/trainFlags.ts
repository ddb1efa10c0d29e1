import { InvalidArgumentError, Option } from 'commander';
import type { ClipCacheOptions } from '../../dataset/types';
import type { TrainOptions } from '../../training/types';
import { decimal, wholeNumber } from './options';

/** What those flags give; the names are `train`'s own but for these. */
export type TrainFlags = Omit<TrainOptions, 'data' | 'outDir' | 'resume' | 'learningRate' | 'from' | 'cache'> & {
  from?: string;
  lr?: number;
  cache?: ClipCacheOptions['where'];
  cacheSize?: number;
  cacheFolder?: string;
};

const epochList = (text: string): number[] => text.split(',').map(wholeNumber(1));

const weights = (text: string): TrainOptions['classWeights'] =>
  text === 'balanced' ? text : text.split(',').map(decimal(0));

const gigabytes = (text: string): number => Math.round(decimal(0)(text) * 1e9);

export const officialSplit = (text: string) => {
  if (/^[123]$/.test(text)) return Number(text) as 1 | 2 | 3;
  throw new InvalidArgumentError('Expected 1, 2 or 3.');
};

const groups: Record<string, Option[]> = {
  'Start:': [
    new Option('-a, --architecture <name>', 'fresh weights; names: kinetorch create --list'),
    new Option(
      '--from <file>',
      'go on from a model file, with a new head where the classes differ; with --architecture, from a file of weights',
    ),
    new Option('--freeze-stages <n>', 'do not train the first n stages, as `kinetorch inspect` lists them').argParser(
      wholeNumber(0),
    ),
    new Option('--freeze-batch-norm', 'leave batch norm as it is'),
    new Option('--body-rate <n>', 'factor on the learning rate below the head (default: 1)').argParser(decimal(0)),
  ],
  'Data:': [
    new Option('--validation-share <n>', 'kept for validation where the data name no split (default: 0.2)').argParser(
      decimal(0),
    ),
    new Option('--fold <n>', "validate on this fold of a manifest's column, train on the others").argParser(
      wholeNumber(0),
    ),
    new Option('--official-split <n>', 'of UCF101 or HMDB51 (default: 1)').argParser(officialSplit),
    new Option('--cache <where>', 'decoded frames, for later epochs (default: memory)').choices([
      'memory',
      'disk',
      'off',
    ]),
    new Option('--cache-size <gigabytes>', 'default: 2 in memory, 20 on disk').argParser(gigabytes),
    new Option('--cache-folder <folder>', 'of the cache on disk'),
    new Option('--decoders <n>', 'decoder processes at work at once').argParser(wholeNumber(1)),
    new Option('--max-skipped-share <n>', 'stop where more of the clips cannot be loaded (default: 0.05)').argParser(
      decimal(0),
    ),
  ],
  'Optimisation:': [
    new Option('-e, --epochs <n>', 'passes over the training clips (default: 30)').argParser(wholeNumber(1)),
    new Option('-b, --batch-size <n>', 'clips a batch (default: 8)').argParser(wholeNumber(1)),
    new Option('--accumulate <n>', 'batches a step (default: 1)').argParser(wholeNumber(1)),
    new Option('--optimizer <name>', 'default: adamw').choices(['adamw', 'sgd']),
    new Option('--lr <n>', 'peak learning rate (default: 0.001 for adamw, 0.02 for sgd)').argParser(decimal(0)),
    new Option('--schedule <name>', 'course of the rate (default: cosine)').choices([
      'constant',
      'cosine',
      'multistep',
      'onecycle',
      'plateau',
    ]),
    new Option('--milestones <epochs>', 'of multistep: 20,30').argParser(epochList),
    new Option('--gamma <n>', 'of multistep and plateau: factor on the rate (default: 0.1)').argParser(decimal(0)),
    new Option('--patience <n>', 'of plateau: epochs without a lower loss (default: 5)').argParser(wholeNumber(0)),
    new Option('--warmup-epochs <n>', 'epochs of linear rise (default: a tenth of all)').argParser(decimal(0)),
    new Option('--momentum <n>', 'of sgd (default: 0.9)').argParser(decimal(0)),
    new Option('--no-nesterov', 'plain momentum'),
    new Option('--weight-decay <n>', 'default: 0.05 for adamw, 0.0001 for sgd').argParser(decimal(0)),
    new Option('--clip-grad-norm <n>', 'scale larger gradients down to this norm').argParser(decimal(0)),
    new Option('--ema <decay>', 'validate and save a running average of the weights, such as 0.999').argParser(
      decimal(0),
    ),
    new Option('--loss <name>', 'default: crossentropy, bce where clips have several classes').choices([
      'crossentropy',
      'bce',
    ]),
    new Option('--label-smoothing <n>', 'default: 0.1, 0 with bce').argParser(decimal(0)),
    new Option('--class-weights <list>', 'balanced, or a factor on the loss of each class: 1,2.5').argParser(weights),
    new Option('--precision <name>', 'auto is float32 on a CPU, bfloat16 on CUDA').choices([
      'auto',
      'float32',
      'bfloat16',
      'float16',
    ]),
    new Option('--early-stopping <n>', 'stop after n epochs without a better validation').argParser(wholeNumber(1)),
    new Option('--seed <n>', 'of weights, split, order and augmentation (default: 0)').argParser(wholeNumber(0)),
    new Option('--checkpoint-minutes <n>', 'between checkpoints within an epoch (default: 5)').argParser(decimal(0)),
  ],
};

/** The flags of `kinetorch train` beside those of input, augmentation and runtime. */
export function trainFlags(): Option[] {
  return Object.entries(groups).flatMap(([group, options]) => options.map((option) => option.helpGroup(group)));
}

/** `train`'s options of those flags. */
export function trainOptionsFrom(flags: TrainFlags): Omit<TrainOptions, 'data' | 'outDir'> {
  const { lr, cache, cacheSize, cacheFolder, nesterov, ...rest } = flags;
  const cacheOptions = { where: cache, maxBytes: cacheSize, folder: cacheFolder };
  return {
    ...rest,
    learningRate: lr,
    // Commander gives true without --no-nesterov; the library's own default knows about momentum 0.
    nesterov: nesterov === false ? false : undefined,
    cache: cacheOptions,
  };
}
