import { invalidArgument } from '../base/errors';
import { architectures } from '../model/architectures';
import { carryOut, type RunCallbacks } from './carryOut';
import { classification } from './classification';
import {
  checkCallbacks,
  type FilledTrainOptions,
  fillOptions,
  type TrainCallbacks,
  type TrainOptions,
} from './options';
import type { RunKind } from './planRun';
import type { RunConfig } from './runConfig';
import { readRunConfig } from './runFolder';
import { type StartingModel, startingModel } from './startingModel';
import { trainingData } from './trainingData';
import type { TrainResult } from './types';
import { writeRunReport } from './writeRunReport';

const training: RunKind<FilledTrainOptions> = {
  start: (options, begun) => (begun ? startAgain(options, begun) : startingModel(options)),
  data: trainingData,
  task: classification,
  report: writeRunReport,
};

/**
 * Trains a network on video, natively: augmentation, forward, backward and optimiser run on a thread of their own while
 * the next clips are being decoded.
 *
 * The run's folder gets `config.json` (what it takes to repeat the run), `metrics.jsonl` (a line an epoch), the last
 * three `checkpoints/`, `best.pt`, a model file for `loadModel` with the weights of the epoch that was best on the
 * validation clips, `last.pt` with those of the last epoch, and `report.html`. A run that was stopped, killed or
 * crashed goes on from its last checkpoint with `resume: true`; on a CPU with a fixed number of threads it then ends
 * with the very weights it would have had. Clips that cannot be loaded are left out and listed in the result.
 *
 * @example
 * const result = await train(
 *   { architecture: 'ir_csn_26', data: 'clips/', epochs: 30, outDir: 'run/' },
 *   { onProgress: (event) => event.type === 'epoch' && console.log(event.epoch, event.validation?.top1) },
 * );
 * await using model = await loadModel(result.modelPath);
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` (also for an `outDir` that already holds a run, or one that is in use),
 * `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS` (also where the disk is full: the checkpoints before are whole), `ERR_DATASET`
 * (also where too many clips cannot be loaded), `ERR_VIDEO_DECODER`, `ERR_WEIGHTS` (no checkpoint is whole), `ERR_MODEL_FORMAT`,
 * `ERR_MODEL_METADATA`, `ERR_MODEL_FORWARD`, `ERR_UNSUPPORTED`, `ERR_CLIP_SHAPE`, `ERR_DEVICE`, `ERR_OUT_OF_MEMORY`,
 * `ERR_TRAINING` (loss or gradients that are not finite; that step is not taken), `ERR_ABORTED`
 */
export async function train(options: TrainOptions, callbacks: TrainCallbacks = {}): Promise<TrainResult> {
  const filled = fillOptions(options);
  return (await carryOut(filled, training, checkCallbacks(callbacks) as RunCallbacks)) as TrainResult;
}

/**
 * The options that the run in `outDir` was begun with, to resume it: `train(await resumeOptions('run/'))`. A run over
 * datasets made in memory can only be resumed with `train` itself.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` where there is no run, or it was given datasets or bytes
 */
export async function resumeOptions(outDir: string): Promise<TrainOptions> {
  const { options, task } = await readRunConfig(outDir);
  if (task !== undefined) throw invalidArgument('outDir', 'the folder of a run of `train`, not of `pretrain`,', outDir);
  if (options.data === 'datasets' || / bytes$/.test(options.from ?? '')) {
    throw invalidArgument('outDir', 'a run over files (call `train` with `resume` and the same datasets)', outDir);
  }
  const { milestones, ...kept } = options;
  return { ...kept, ...(milestones.length > 0 ? { milestones } : {}), outDir, resume: true };
}

/** What a run starts from whose weights a checkpoint has: its file may be gone by now. */
async function startAgain(options: FilledTrainOptions, begun: RunConfig): Promise<StartingModel> {
  const { architecture, input, frameCnn, license } = begun;
  // The network of a file from elsewhere is known from that file alone.
  if (!architectures().some(({ name }) => name === architecture)) return startingModel(options);
  const start = await startingModel({ ...options, architecture, input, from: undefined }, frameCnn);
  return { ...start, license };
}
