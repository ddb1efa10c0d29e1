import { formatCount, percent } from '../../base/format';
import { tellsTop5 } from '../../evaluation/tellsTop5';
import type { PretrainOptions } from '../../training/pretrainOptions';
import type { PretrainValidation, ReconstructionErrors } from '../../training/pretrainTypes';
import type { TrainFigures, ValidationMetrics } from '../../training/types';
import { formatPercent } from './format';

/** What is said of a run that hangs on its task. */
export interface RunWords<Figures, Validation> {
  /** Before the numbers of clips. */
  subject(labels: readonly string[]): string;
  /** Of an epoch, after its loss. */
  learned(train: Figures): string;
  checked(validation: Validation, bold: (text: string) => string): string;
  /** Of the best epoch. */
  quality(validation: Validation, labels: readonly string[]): string;
  /** What to do with a model. */
  next(modelPath: string): string;
}

export const classificationWords: RunWords<TrainFigures, ValidationMetrics> = {
  subject: (labels) => `${formatCount(labels.length)} classes, `,
  learned: ({ accuracy }) => `  accuracy ${percent(accuracy).padStart(6)}`,
  checked: ({ loss, top1 }, bold) => `validation loss ${loss.toFixed(3)}  top-1 ${bold(percent(top1).padStart(6))}`,
  quality: ({ top1, top5, loss }, labels) =>
    `top-1 ${formatPercent(top1)}, ${tellsTop5(labels.length) ? `top-5 ${formatPercent(top5)}, ` : ''}loss ${loss.toFixed(3)}`,
  next: (modelPath) => `npx kinetorch classify --model ${modelPath} <video>`,
};

const errors = ({ pixels, difference }: ReconstructionErrors, separator: string) =>
  Object.entries({ pixels, difference })
    .flatMap(([name, error]) => (error === undefined ? [] : `${separator}${name} ${error.toFixed(3)}`))
    .join('');

/** Of a network that gives clips back: for `train` to go on from, or, where nothing was hidden, to find anomalies with. */
export const reconstructionWords = (
  objective: PretrainOptions['objective'],
): RunWords<ReconstructionErrors, PretrainValidation> => ({
  subject: () => '',
  learned: (train) => errors(train, '  '),
  checked: ({ loss, ...others }, bold) => `validation loss ${bold(loss.toFixed(3))}${errors(others, '  ')}`,
  quality: ({ loss, ...others }) => {
    const ofHidden = errors(others, ', ');
    return `loss ${loss.toFixed(3)}${ofHidden === '' ? '' : ` (1 has learned nothing)${ofHidden}`}`;
  },
  next: (modelPath) =>
    objective === 'plain'
      ? `npx kinetorch anomaly <normal videos> --model ${modelPath} --fit <file>`
      : `npx kinetorch train <data> --from ${modelPath} --out <folder>`,
});
