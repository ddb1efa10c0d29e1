import { throwIfAborted } from '../base/abort';
import { invalidArgument } from '../base/errors';
import { createTrainer } from './createTrainer';
import { checkCallbacks, fillOptions, type TrainCallbacks, type TrainOptions } from './options';
import { planRun } from './planRun';
import { Progress } from './progress';
import { RunFolder, readRunConfig } from './runFolder';
import type { RunPlan } from './runPlan';
import { stepsPerEpochOf, TrainingRun } from './trainingRun';
import type { TrainResult } from './types';
import { writeRunReport } from './writeRunReport';

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
  const { onProgress, signal } = checkCallbacks(callbacks);
  throwIfAborted(signal);
  const began = performance.now();

  await using folder = await RunFolder.open(filled.outDir, filled.resume);
  const plan = await planRun(filled, folder);
  const trainer = await createTrainer(plan);
  try {
    // Only now that nothing is left to refuse: a folder with a config is taken.
    await folder.claim(plan.config);
    const damages: string[] = [];
    const restored = await folder.restore(trainer, folder.begun ?? plan.config, (message) => damages.push(message));
    const progress = new Progress(onProgress);
    const run = new TrainingRun(trainer, folder, progress, plan, restored, signal);
    progress.emit({ type: 'start', device: trainer.device, ...sizesOf(plan), step: run.state.step });
    for (const message of [...plan.warnings, ...damages]) progress.emit({ type: 'warning', message });
    await run.toTheEnd();
    await reportOn(run, folder, plan, progress, signal);
    const result = resultOf(run, folder, (performance.now() - began) / 1000);
    progress.emit({ type: 'end', result });
    await progress.settle();
    return result;
  } finally {
    await trainer.dispose();
  }
}

/**
 * The options that the run in `outDir` was begun with, to resume it: `train(await resumeOptions('run/'))`. A run over
 * datasets made in memory can only be resumed with `train` itself.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` where there is no run, or it was given datasets or bytes
 */
export async function resumeOptions(outDir: string): Promise<TrainOptions> {
  const { options } = await readRunConfig(outDir);
  if (options.data === 'datasets' || / bytes$/.test(options.from ?? '')) {
    throw invalidArgument('outDir', 'a run over files (call `train` with `resume` and the same datasets)', outDir);
  }
  const { milestones, ...kept } = options;
  return { ...kept, ...(milestones.length > 0 ? { milestones } : {}), outDir, resume: true };
}

/** A report that cannot be written does not take the trained model away: it is a warning. */
async function reportOn(
  run: TrainingRun,
  folder: RunFolder,
  plan: RunPlan,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await writeRunReport(folder, plan, run, signal);
  } catch (error) {
    throwIfAborted(signal);
    progress.emit({ type: 'warning', message: `no report was written: ${(error as Error).message}` });
  }
}

function sizesOf(plan: RunPlan) {
  const { data, options } = plan;
  return {
    labels: data.labels,
    trainClips: data.train.length,
    validationClips: data.validation?.length ?? 0,
    epochs: options.epochs,
    stepsPerEpoch: stepsPerEpochOf(plan),
  };
}

function resultOf(run: TrainingRun, folder: RunFolder, seconds: number): TrainResult {
  const { state, trained } = run;
  return {
    epochs: state.epoch,
    bestEpoch: state.best?.epoch ?? state.epoch,
    validation: state.best?.validation ?? null,
    modelPath: folder.bestPath,
    lastModelPath: folder.lastPath,
    checkpointPath: run.checkpointPath,
    metricsPath: folder.metricsPath,
    configPath: folder.configPath,
    reportPath: folder.reportPath,
    skipped: run.skipped,
    seconds,
    clipsPerSecond: trained.seconds > 0 ? trained.clips / trained.seconds : 0,
  };
}
