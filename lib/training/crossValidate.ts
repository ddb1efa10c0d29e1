import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, KinetorchError } from '../base/errors';
import { parseOptions } from '../base/validation';
import { writeAtomically } from '../base/writeAtomically';
import { readCollection } from '../dataset/collections/readCollection';
import type { VideoCollection } from '../dataset/types';
import { evaluate } from '../evaluation/evaluate';
import { headline } from '../evaluation/headline';
import { type EvaluateOptions, evaluateOptions } from '../evaluation/options';
import type { Evaluation } from '../evaluation/types';
import type { TrainCallbacks, TrainOptions } from './options';
import { fillOptions } from './options';
import { train } from './train';
import type { TrainEvent } from './types';

/** What every fold is trained and evaluated with. */
export interface CrossValidateOptions
  extends Omit<TrainOptions, 'data' | 'fold' | 'schedule' | 'earlyStopping'>,
    Pick<EvaluateOptions, 'clips' | 'crops'> {
  /** A CSV manifest with a `fold` column, or a folder that holds one. */
  data: string;
  schedule?: Exclude<TrainOptions['schedule'], 'plateau'>;
}

export interface CrossValidateCallbacks extends Pick<TrainCallbacks, 'signal'> {
  /** Events of the runs, as `train` gives them, with the fold held out. */
  onProgress?: (event: TrainEvent & { fold: number }) => void | Promise<void>;
  /** A fold is done. */
  onFold?: (result: FoldResult) => void;
}

export interface FoldResult {
  fold: number;
  /** The run's folder. */
  outDir: string;
  /** Of the last epoch's model on the fold held out. */
  evaluation: Evaluation;
}

export interface CrossValidation {
  folds: FoldResult[];
  /** Over the folds, of each figure that is one number: `top1`, `macroF1`, `loss`, …; `std` is the sample's (n - 1). */
  summary: Record<string, { mean: number; std: number }>;
}

/**
 * k-fold cross-validation over a manifest's `fold` column: for each fold a run of its own, in `outDir/fold-<k>`, that
 * trains on the others, and an evaluation of its last epoch's model on the fold. The last and not the best, since the
 * best is chosen by the fold itself and would flatter the figures; for the same reason there is neither early stopping
 * nor a schedule that looks at the validation loss. Writes `outDir/cross-validation.json`.
 *
 * With `resume`, folds that were begun go on from their checkpoints.
 *
 * @throws KinetorchError `ERR_DATASET` for data with fewer than two folds, and what {@link train} and {@link evaluate}
 * throw
 */
export async function crossValidate(
  options: CrossValidateOptions,
  { onProgress, onFold, signal }: CrossValidateCallbacks = {},
): Promise<CrossValidation> {
  const { clips, crops, outDir, resume, ...training } = options;
  refuseLeaks(options);
  // Before hours of training, not after.
  parseOptions(evaluateOptions, { clips, crops });
  fillOptions({ ...training, outDir, resume });
  const folds: FoldResult[] = [];
  for (const fold of foldsOf(options.data, await readCollection(options.data))) {
    const folder = join(outDir, `fold-${fold}`);
    const isBegun = await access(join(folder, 'config.json')).then(
      () => true,
      () => false,
    );
    const { lastModelPath } = await train(
      { ...training, fold, outDir: folder, resume: resume && isBegun },
      { signal, onProgress: onProgress && ((event) => onProgress({ ...event, fold })) },
    );
    const { data, officialSplit, device, threads, maxSkippedShare } = training;
    const evaluation = await evaluate(lastModelPath, data, {
      fold,
      clips,
      crops,
      officialSplit,
      device,
      threads: threads || undefined,
      maxSkippedShare,
      signal,
    });
    folds.push({ fold, outDir: folder, evaluation });
    onFold?.({ fold, outDir: folder, evaluation });
  }
  const result = { folds, summary: summaryOf(folds.map(({ evaluation }) => headline(evaluation))) };
  await writeAtomically(join(outDir, 'cross-validation.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** From JavaScript the types do not keep these out. */
function refuseLeaks(options: CrossValidateOptions): void {
  const { schedule, earlyStopping = 0 } = options as TrainOptions;
  const reason = 'in cross-validation, where the fold held out must not decide anything,';
  if (schedule === 'plateau') throw invalidArgument('options.schedule', `another than 'plateau' ${reason}`, schedule);
  if (earlyStopping !== 0) throw invalidArgument('options.earlyStopping', `0 ${reason}`, earlyStopping);
}

/** The folds of what `data` names. Throws `ERR_DATASET` for fewer than two. */
export function foldsOf(data: string, { samples }: Pick<VideoCollection, 'samples'>): number[] {
  const folds = new Set(samples.flatMap(({ fold, split }) => (fold === null || split === 'test' ? [] : [fold])));
  if (folds.size >= 2) return [...folds].sort((a, b) => a - b);
  throw new KinetorchError('ERR_DATASET', `expected ${data} to have two or more folds but found ${folds.size}`);
}

/** Mean and standard deviation of each figure. */
export function summaryOf(figures: readonly Record<string, number>[]): CrossValidation['summary'] {
  return Object.fromEntries(
    Object.keys(figures[0] ?? {}).map((name) => {
      const values = figures.map((one) => one[name] ?? 0);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return [name, { mean, std: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) }];
    }),
  );
}
