import type { Option } from 'commander';
import { type ClipCacheOptions, clipCacheOptions } from '../../dataset/options';
import { type TrainOptions, trainOptions } from '../../training/options';
import { type CacheFlags, cacheFlags, cacheFrom } from './cacheFlags';
import { decimal, wholeNumber } from './parsers';
import { schemaFlag } from './schemaFlag';

/** What those flags give; the names are `train`'s own but for these. */
export type TrainFlags = Omit<TrainOptions, 'data' | 'outDir' | 'resume' | 'learningRate' | 'from' | 'cache'> & {
  from?: string;
  lr?: number;
} & CacheFlags<ClipCacheOptions['where']>;

const epochList = (text: string): number[] => text.split(',').map(wholeNumber(1));

const weights = (text: string): TrainOptions['classWeights'] =>
  text === 'balanced' ? text : text.split(',').map(decimal(0));

const stages = (text: string): TrainOptions['freezeStages'] => (text === 'all' ? text : wholeNumber(0)(text));

const groups: Record<string, Option[]> = {
  'Start:': [
    schemaFlag('-a, --architecture <name>', trainOptions.architecture),
    schemaFlag('--from <file>', trainOptions.from),
    schemaFlag('--trust <what>', trainOptions.trust),
    schemaFlag('--inflate <how>', trainOptions.inflate),
    schemaFlag('--freeze-stages <n>', trainOptions.freezeStages, stages),
    schemaFlag('--freeze-batch-norm', trainOptions.freezeBatchNorm),
    schemaFlag('--body-rate <n>', trainOptions.bodyRate),
  ],
  'Data:': [
    schemaFlag('--validation-share <n>', trainOptions.validationShare),
    schemaFlag('--fold <n>', trainOptions.fold),
    schemaFlag('--official-split <n>', trainOptions.officialSplit),
    ...cacheFlags(clipCacheOptions),
    schemaFlag('--decoders <n>', trainOptions.decoders),
    schemaFlag('--max-skipped-share <n>', trainOptions.maxSkippedShare),
  ],
  'Optimisation:': [
    schemaFlag('-e, --epochs <n>', trainOptions.epochs),
    schemaFlag('-b, --batch-size <n>', trainOptions.batchSize),
    schemaFlag('--accumulate <n>', trainOptions.accumulate),
    schemaFlag('--optimizer <name>', trainOptions.optimizer),
    schemaFlag('--lr <n>', trainOptions.learningRate),
    schemaFlag('--schedule <name>', trainOptions.schedule),
    schemaFlag('--milestones <epochs>', trainOptions.milestones, epochList),
    schemaFlag('--gamma <n>', trainOptions.gamma),
    schemaFlag('--patience <n>', trainOptions.patience),
    schemaFlag('--warmup-epochs <n>', trainOptions.warmupEpochs),
    schemaFlag('--momentum <n>', trainOptions.momentum),
    schemaFlag('--no-nesterov', trainOptions.nesterov),
    schemaFlag('--weight-decay <n>', trainOptions.weightDecay),
    schemaFlag('--clip-grad-norm <n>', trainOptions.clipGradNorm),
    schemaFlag('--ema <decay>', trainOptions.ema),
    schemaFlag('--loss <name>', trainOptions.loss),
    schemaFlag('--label-smoothing <n>', trainOptions.labelSmoothing),
    schemaFlag('--class-weights <list>', trainOptions.classWeights, weights),
    schemaFlag('--precision <name>', trainOptions.precision),
    schemaFlag('--early-stopping <n>', trainOptions.earlyStopping),
    schemaFlag('--seed <n>', trainOptions.seed),
    schemaFlag('--checkpoint-minutes <n>', trainOptions.checkpointMinutes),
    schemaFlag('--license <spdx>', trainOptions.license),
  ],
};

/** The flags of `kinetorch train` beside those of input, augmentation and runtime. */
export function trainFlags(): Option[] {
  return Object.entries(groups).flatMap(([group, options]) => options.map((option) => option.helpGroup(group)));
}

/** `train`'s options of those flags. */
export function trainOptionsFrom(flags: TrainFlags): Omit<TrainOptions, 'data' | 'outDir'> {
  const { lr, cache, cacheSize, cacheFolder, nesterov, ...rest } = flags;
  return {
    ...rest,
    learningRate: lr,
    // Commander gives true without --no-nesterov; the library's own default knows about momentum 0.
    nesterov: nesterov === false ? false : undefined,
    cache: cacheFrom({ cache, cacheSize, cacheFolder }),
  };
}
