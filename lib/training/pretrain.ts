import { invalidArgument } from '../base/errors';
import { carryOut, type RunCallbacks } from './carryOut';
import { freshReconstruction } from './freshReconstruction';
import type { RunKind } from './planRun';
import { pretrainData } from './pretrainData';
import {
  checkPretrainCallbacks,
  type FilledPretrainOptions,
  fillPretrainOptions,
  type PretrainCallbacks,
  type PretrainOptions,
} from './pretrainOptions';
import type { PretrainResult } from './pretrainTypes';
import { reconstruction } from './reconstruction';
import { readRunConfig } from './runFolder';
import { writePretrainReport } from './writePretrainReport';

const pretraining: RunKind<FilledPretrainOptions> = {
  start: freshReconstruction,
  data: pretrainData,
  task: reconstruction,
  report: writePretrainReport,
};

/**
 * Trains a network on video without labels: a part of each clip is hidden, the same in all its frames, and the network
 * predicts its pixels and how they change (masked autoencoding; He et al. 2021, Tong et al. 2022). What its stages have
 * learned then serves where labels are few: `train({ from: 'pre/best.pt', … })` takes them and adds a head.
 *
 * The run is one as {@link train}'s: its folder, its checkpoints, how it is resumed, `ema`, precision and augmentation. Its
 * loss is 1 for a network that has learned nothing; `report.html` shows what was hidden of some clips and what was made of
 * it. With the objective `plain` nothing is hidden and the loss is the mean squared error of the normalised pixels.
 *
 * @example
 * const { modelPath } = await pretrain({ architecture: 'r2plus1d_16', data: 'videos/', outDir: 'pre/', epochs: 100 });
 * await train({ from: modelPath, data: 'labelled/', outDir: 'run/', bodyRate: 0.5 });
 *
 * @throws KinetorchError what {@link train} throws; `ERR_INVALID_ARGUMENT` also for a mask that hides nothing of so small a
 * frame, or clips of a single frame
 */
export async function pretrain(options: PretrainOptions, callbacks: PretrainCallbacks = {}): Promise<PretrainResult> {
  const filled = fillPretrainOptions(options);
  return (await carryOut(filled, pretraining, checkPretrainCallbacks(callbacks) as RunCallbacks)) as PretrainResult;
}

/**
 * The options that the run of `pretrain` in `outDir` was begun with, to resume it, as {@link resumeOptions} gives those of
 * `train`.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` where there is no such run, or it was given datasets
 */
export async function resumePretrainOptions(outDir: string): Promise<PretrainOptions> {
  const { options, task } = await readRunConfig(outDir);
  if (task !== 'reconstruct') throw invalidArgument('outDir', 'the folder of a run of `pretrain`', outDir);
  if (options.data === 'datasets') {
    throw invalidArgument('outDir', 'a run over files (call `pretrain` with `resume` and the same datasets)', outDir);
  }
  const { milestones, ...kept } = options;
  const begun = { ...kept, ...(milestones.length > 0 ? { milestones } : {}), outDir, resume: true };
  return begun as unknown as PretrainOptions;
}
