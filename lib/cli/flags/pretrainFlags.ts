import { InvalidArgumentError, type Option } from 'commander';
import type { Augmentation } from '../../training/augmentation';
import { maskOptions, type PretrainOptions, pretrainOptions } from '../../training/pretrainOptions';
import { augmentFlags } from './augmentFlags';
import { wholeNumber } from './parsers';
import { schemaFlag } from './schemaFlag';
import { type TrainFlags, trainFlags, trainOptionsFrom } from './trainFlags';

/** What {@link pretrainFlags} give, beside augmentation. */
export type PretrainFlags = Omit<TrainFlags, 'architecture' | 'inflate'> &
  Pick<PretrainOptions, 'objective' | 'target'> & {
    architecture?: PretrainOptions['architecture'];
    maskRatio?: number;
    maskCell?: number | 'auto';
  };

/** Flags of `train` that are about classes or about a model to go on from, and those that have another default here. */
const ofTrain = [
  ...['--architecture', '--from', '--trust', '--inflate', '--freeze-stages', '--freeze-batch-norm', '--body-rate'],
  ...['--loss', '--label-smoothing', '--class-weights', '--epochs', '--flip-except', '--mixup', '--cutmix'],
];

const cell = (text: string): number | 'auto' => {
  if (text === 'auto') return text;
  try {
    return wholeNumber(1)(text);
  } catch {
    throw new InvalidArgumentError('Expected auto or a whole number from 1.');
  }
};

/** The flags of `kinetorch pretrain` beside those of input and runtime. */
export function pretrainFlags(): Option[] {
  const own = [
    schemaFlag('-a, --architecture <name>', pretrainOptions.architecture),
    schemaFlag('--objective <name>', pretrainOptions.objective),
    schemaFlag('--mask-ratio <n>', maskOptions.ratio),
    schemaFlag('--mask-cell <pixels>', maskOptions.cell, cell),
    schemaFlag('--target <name>', pretrainOptions.target),
  ].map((option) => option.helpGroup('Start:'));
  const epochs = schemaFlag('-e, --epochs <n>', pretrainOptions.epochs).helpGroup('Optimisation:');
  const shared = [...trainFlags(), ...augmentFlags()].filter(({ long }) => !ofTrain.includes(long ?? ''));
  return [...own, epochs, ...shared];
}

/** `pretrain`'s options of those flags. */
export function pretrainOptionsFrom(flags: PretrainFlags): Partial<PretrainOptions> {
  const { maskRatio, maskCell, objective, target, ...rest } = flags;
  const mask = maskRatio === undefined && maskCell === undefined ? {} : { mask: { ratio: maskRatio, cell: maskCell } };
  return { ...(trainOptionsFrom(rest) as Partial<PretrainOptions>), objective, target, ...mask };
}

export type PretrainCommandFlags = PretrainFlags & Augmentation;
