import type { Option } from 'commander';
import { type ClipCacheOptions, clipCacheOptions } from '../../dataset/options';
import { type TrainOptions, trainOptions } from '../../training/options';
import { decimal, wholeNumber } from './parsers';
import { schemaFlag } from './schemaFlag';

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

const { shape } = trainOptions;
const cache = clipCacheOptions.shape;

const groups: Record<string, Option[]> = {
  'Start:': [
    schemaFlag('-a, --architecture <name>', shape.architecture),
    schemaFlag('--from <file>', shape.from),
    schemaFlag('--freeze-stages <n>', shape.freezeStages),
    schemaFlag('--freeze-batch-norm', shape.freezeBatchNorm),
    schemaFlag('--body-rate <n>', shape.bodyRate),
  ],
  'Data:': [
    schemaFlag('--validation-share <n>', shape.validationShare),
    schemaFlag('--fold <n>', shape.fold),
    schemaFlag('--official-split <n>', shape.officialSplit),
    schemaFlag('--cache <where>', cache.where),
    schemaFlag('--cache-size <gigabytes>', cache.maxBytes, gigabytes),
    schemaFlag('--cache-folder <folder>', cache.folder),
    schemaFlag('--decoders <n>', shape.decoders),
    schemaFlag('--max-skipped-share <n>', shape.maxSkippedShare),
  ],
  'Optimisation:': [
    schemaFlag('-e, --epochs <n>', shape.epochs),
    schemaFlag('-b, --batch-size <n>', shape.batchSize),
    schemaFlag('--accumulate <n>', shape.accumulate),
    schemaFlag('--optimizer <name>', shape.optimizer),
    schemaFlag('--lr <n>', shape.learningRate),
    schemaFlag('--schedule <name>', shape.schedule),
    schemaFlag('--milestones <epochs>', shape.milestones, epochList),
    schemaFlag('--gamma <n>', shape.gamma),
    schemaFlag('--patience <n>', shape.patience),
    schemaFlag('--warmup-epochs <n>', shape.warmupEpochs),
    schemaFlag('--momentum <n>', shape.momentum),
    schemaFlag('--no-nesterov', shape.nesterov),
    schemaFlag('--weight-decay <n>', shape.weightDecay),
    schemaFlag('--clip-grad-norm <n>', shape.clipGradNorm),
    schemaFlag('--ema <decay>', shape.ema),
    schemaFlag('--loss <name>', shape.loss),
    schemaFlag('--label-smoothing <n>', shape.labelSmoothing),
    schemaFlag('--class-weights <list>', shape.classWeights, weights),
    schemaFlag('--precision <name>', shape.precision),
    schemaFlag('--early-stopping <n>', shape.earlyStopping),
    schemaFlag('--seed <n>', shape.seed),
    schemaFlag('--checkpoint-minutes <n>', shape.checkpointMinutes),
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
