import { setImmediate } from 'node:timers/promises';
import { callSignal, throwIfAborted } from '../base/abort';
import { invalidArgument } from '../base/errors';
import type { OptionsOf } from '../base/schemas';
import { parseOptions } from '../base/validation';
import type { ClipDataset } from '../dataset/types';
import { ensemble } from '../model/ensemble/ensemble';
import { type Combine, combineOption } from '../model/ensemble/options';
import type { ModelSource } from '../model/modelSource';
import { VideoModel } from '../model/videoModel';
import { openData } from './evaluate';
import { measuredLoading } from './measuredLoading';
import { measuringOptions } from './options';
import type { ScoredSample } from './scoredSample';
import { combineSamples, scoreEach } from './scoreModel';
import { videoLoss } from './videoLoss';

/** Parts of the whole that weights come in. */
const steps = 20;
/** There are 53,130 ways to share 20 parts among 6 models. */
const maxModels = 6;

export const fitEnsembleOptions = { ...combineOption, ...measuringOptions };

export interface FitEnsembleOptions extends OptionsOf<typeof fitEnsembleOptions> {}

/** Weights for `ensemble`, and what they were chosen by. */
export interface EnsembleFit {
  /** Of each model, in steps of 0.05; their sum is 1. */
  weights: number[];
  combine: Combine;
  /** Mean negative log-likelihood of the videos' labels with these weights, and of each model alone. */
  loss: number;
  losses: number[];
  /** Videos that they were fitted on. */
  samples: number;
}

/**
 * Finds the weights with which several models together lose least on labelled video: all of those in steps of 0.05 are
 * tried, and of equal ones the more even are taken. Fit on videos that neither model was trained on, and measure the
 * ensemble on others still.
 *
 * @param models 2 to 6, as of {@link ensemble}
 * @param data as of {@link evaluate}
 *
 * @example
 * const { weights } = await fitEnsemble(['rgb.pt', 'motion.pt'], 'manifest.csv', { split: 'validation' });
 * await using both = await ensemble(['rgb.pt', 'motion.pt'], { weights });
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` and those of {@link ensemble} and {@link evaluate}
 */
export async function fitEnsemble(
  models: readonly (VideoModel | ModelSource)[],
  data: string | ClipDataset,
  options: FitEnsembleOptions = {},
): Promise<EnsembleFit> {
  const { combine, ...filled } = parseOptions(fitEnsembleOptions, options);
  if (!Array.isArray(models) || models.length < 2 || models.length > maxModels) {
    throw invalidArgument('models', `an array of 2 to ${maxModels} models`, models);
  }
  const call = callSignal(filled);
  try {
    await using all = await ensemble(models, { combine, ...measuredLoading(filled) });
    const { data: viewed } = await openData(data, all, filled);
    const multiLabel = viewed.dataset.labelsOf !== undefined || all.metadata.task === 'multilabel';
    const pad = models.some((model) => !(model instanceof VideoModel));
    const run = { pad, multiLabel, signal: call.signal };
    const { samples } = await scoreEach(all, viewed, filled, run);
    return await fitWeights(samples, combine, multiLabel, call.signal);
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

/**
 * The search alone. Other work goes on between weightings, and a signal ends it.
 *
 * @param scored of each sample what every model says of it
 */
export async function fitWeights(
  scored: readonly ScoredSample[][],
  combine: Combine,
  isMultiLabel: boolean,
  signal?: AbortSignal,
): Promise<EnsembleFit> {
  const models = scored[0]?.length ?? 0;
  const lossOf = (weights: readonly number[]) => {
    const samples = scored.map((same) => combineSamples(same, { weights, combine, isMultiLabel }));
    return videoLoss(samples, isMultiLabel);
  };
  const alone = Array.from({ length: models }, (_, model) => model);
  const losses = alone.map((model) => lossOf(alone.map((other) => Number(other === model))));
  let best: EnsembleFit | null = null;
  for (const parts of shares(steps, models)) {
    await setImmediate();
    throwIfAborted(signal);
    const weights = parts.map((part) => part / steps);
    const loss = lossOf(weights);
    if (best === null || loss < best.loss || (loss === best.loss && unevenness(weights) < unevenness(best.weights))) {
      best = { weights, combine, loss, losses, samples: scored.length };
    }
  }
  return best as EnsembleFit;
}

/** Every way to share `total` parts among `count`. */
function* shares(total: number, count: number): Generator<number[]> {
  if (count === 1) yield [total];
  else for (let own = 0; own <= total; own++) for (const rest of shares(total - own, count - 1)) yield [own, ...rest];
}

const unevenness = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight ** 2, 0);
