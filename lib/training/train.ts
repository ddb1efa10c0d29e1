import { throwIfAborted } from '../base/abort';
import { invalidArgument } from '../base/errors';
import { architectures } from '../model/architectures';
import { cropWarning } from './augmentation';
import { createTrainer } from './createTrainer';
import { checkCallbacks, type FilledTrainOptions, fillOptions } from './options';
import { Progress } from './progress';
import { compareConfigs, configOf, hashOf, type RunConfig } from './runConfig';
import { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';
import { freshState } from './runState';
import { type StartingModel, startingModel } from './startingModel';
import { trainingData } from './trainingData';
import { stepsPerEpochOf, TrainingRun } from './trainingRun';
import type { TrainCallbacks, TrainOptions, TrainResult } from './types';
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
 * (also where too many clips cannot be loaded), `ERR_WEIGHTS` (no checkpoint is whole), `ERR_MODEL_FORMAT`,
 * `ERR_MODEL_METADATA`, `ERR_MODEL_FORWARD`, `ERR_UNSUPPORTED`, `ERR_CLIP_SHAPE`, `ERR_DEVICE`, `ERR_OUT_OF_MEMORY`,
 * `ERR_TRAINING` (loss or gradients that are not finite; that step is not taken), `ERR_ABORTED`
 */
export async function train(options: TrainOptions, callbacks: TrainCallbacks = {}): Promise<TrainResult> {
  const filled = fillOptions(options);
  const { onProgress, signal } = checkCallbacks(callbacks);
  throwIfAborted(signal);
  const began = performance.now();
  const begun = filled.resume ? await RunFolder.readConfig(filled.outDir) : null;
  if (!begun) await RunFolder.refuseTaken(filled.outDir);

  const hasCheckpoint = begun !== null && (await RunFolder.hasCheckpoint(filled.outDir));
  const plan = await planOf(filled, hasCheckpoint ? begun : null);
  const config = configOf(plan);
  const progress = new Progress(onProgress);
  const warnings = [...plan.data.warnings, ...(begun ? compareConfigs(begun, config) : [])];
  const unseen = cropWarning(plan.start.input, filled.augment);
  if (unseen) warnings.push(unseen);
  const trainer = await createTrainer(plan);
  try {
    // Only now that nothing is left to refuse: a folder with a config is taken.
    const folder = begun ? await RunFolder.reopen(filled.outDir) : await RunFolder.create(filled.outDir, config);
    try {
      const hash = hashOf(begun ?? config);
      const restored = begun && (await folder.restore(trainer, hash, (message) => void warnings.push(message)));
      const run = new TrainingRun(trainer, folder, progress, plan, restored?.state ?? freshState(hash), signal);
      if (restored) run.checkpointPath = restored.path;
      progress.emit({ type: 'start', device: trainer.device, ...sizesOf(plan), step: run.state.step });
      for (const message of warnings) progress.emit({ type: 'warning', message });
      await run.toTheEnd();
      await reportOn(run, folder, plan, progress, signal);
      const result = resultOf(run, folder, (performance.now() - began) / 1000);
      progress.emit({ type: 'end', result });
      await progress.settle();
      return result;
    } finally {
      await folder.release();
    }
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
  const { options } = await RunFolder.readConfig(outDir);
  if (options.data === 'datasets' || / bytes$/.test(options.from ?? '')) {
    throw invalidArgument('outDir', 'a run over files (call `train` with `resume` and the same datasets)', outDir);
  }
  const { milestones, ...kept } = options;
  return { ...kept, ...(milestones.length > 0 ? { milestones } : {}), outDir, resume: true };
}

/** `begun` where a checkpoint is to be loaded over what the run started from. */
async function planOf(options: FilledTrainOptions, begun: RunConfig | null): Promise<RunPlan> {
  const start = begun ? await startAgain(options, begun) : await startingModel(options);
  return { options, start, data: await trainingData(options, start.input) };
}

/**
 * What a run that has a checkpoint starts from: any weights of its architecture do, so that it can go on though the file
 * it began from is gone.
 */
async function startAgain(options: FilledTrainOptions, begun: RunConfig): Promise<StartingModel> {
  const { architecture, input, license } = begun;
  // The network of a file from elsewhere is known from that file alone.
  if (!architectures().some(({ name }) => name === architecture)) return startingModel(options);
  return { ...(await startingModel({ ...options, architecture, input, from: undefined })), license };
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
