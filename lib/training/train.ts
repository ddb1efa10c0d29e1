import type { NativeTrainer } from '../../binding';
import { KinetorchError } from '../errors';
import { callNative, native } from '../native';
import { throwIfAborted } from '../video/abort';
import { checkCallbacks, fillOptions } from './options';
import { Progress } from './progress';
import { RunFolder } from './runFolder';
import { configOf, metadataOf, type RunPlan, trainerOptions } from './runPlan';
import type { Schedule } from './schedule';
import { startingModel } from './startingModel';
import { trainEpoch } from './trainEpoch';
import { loadersFor, trainingData } from './trainingData';
import type { EpochMetrics, TrainCallbacks, TrainOptions, TrainResult, ValidationMetrics } from './types';
import { validate } from './validate';

/**
 * Trains a network on video, natively: forward, backward and optimiser run on a thread of their own while the next
 * clips are being decoded. Training clips are cropped and mirrored at random and start at a random time; the learning
 * rate warms up linearly and falls along a cosine.
 *
 * The run's folder gets `config.json` (the options as filled in), `metrics.jsonl` (a line an epoch),
 * `checkpoint-last.ckpt` (each epoch) and `best.pt`, a model file for `loadModel` with the weights of the epoch that
 * was best on the validation clips. Clips that cannot be loaded are left out and listed in the result.
 *
 * @example
 * const result = await train(
 *   { architecture: 'ir_csn_26', data: 'clips/', epochs: 30, outDir: 'run/' },
 *   { onProgress: (event) => event.type === 'epoch' && console.log(event.epoch, event.validation?.top1) },
 * );
 * await using model = await loadModel(result.modelPath);
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` (also for an `outDir` that already holds a run), `ERR_FILE_NOT_FOUND`,
 * `ERR_FILE_ACCESS`, `ERR_DATASET`, `ERR_MODEL_FORMAT`, `ERR_MODEL_METADATA`, `ERR_MODEL_FORWARD`, `ERR_UNSUPPORTED`,
 * `ERR_CLIP_SHAPE`, `ERR_DEVICE`, `ERR_OUT_OF_MEMORY`, `ERR_TRAINING` (loss or gradients that are not finite; that
 * step is not taken), `ERR_ABORTED`
 */
export async function train(options: TrainOptions, callbacks: TrainCallbacks = {}): Promise<TrainResult> {
  const filled = fillOptions(options);
  const { onProgress, signal } = checkCallbacks(callbacks);
  throwIfAborted(signal);
  await RunFolder.refuseTaken(filled.outDir);
  const start = await startingModel(filled);
  const data = await trainingData(filled, start.input);
  const source = await start.source(data.labels);
  const plan: RunPlan = { options: filled, start, data };
  const trainer = await callNative(() => native().NativeTrainer.create(source, trainerOptions(plan)));
  try {
    const folder = await RunFolder.create(filled.outDir, configOf(plan));
    const progress = new Progress(onProgress);
    const result = await runEpochs(trainer, folder, progress, plan, signal);
    progress.emit({ type: 'end', result });
    await progress.settle();
    return result;
  } finally {
    await trainer.dispose();
  }
}

/** The best epoch so far. */
interface Best {
  epoch: number;
  validation: ValidationMetrics | null;
}

async function runEpochs(
  trainer: NativeTrainer,
  folder: RunFolder,
  progress: Progress,
  plan: RunPlan,
  signal?: AbortSignal,
): Promise<TrainResult> {
  const { options, data } = plan;
  const loaders = loadersFor(data, options);
  const stepsPerEpoch = Math.max(1, Math.floor(data.train.length / options.batchSize));
  const schedule: Schedule = {
    learningRate: options.learningRate,
    totalSteps: options.epochs * stepsPerEpoch,
    warmupSteps: Math.round(options.warmupEpochs * stepsPerEpoch),
  };
  const position = { epoch: 0, step: 0 };
  const began = performance.now();
  const trained = { clips: 0, seconds: 0 };
  let best: Best | null = null;

  const saveCheckpoint = async () => {
    const state = JSON.stringify({ formatVersion: 1, ...position, best });
    await callNative(() => trainer.saveCheckpoint(folder.checkpointPath, state));
    progress.emit({ type: 'checkpoint', path: folder.checkpointPath, step: position.step });
  };
  const skipped = () => [...loaders.train.skipped, ...(loaders.validation?.skipped ?? [])];

  progress.emit({
    type: 'start',
    device: trainer.device,
    labels: data.labels,
    trainClips: data.train.length,
    validationClips: data.validation?.length ?? 0,
    epochs: options.epochs,
    stepsPerEpoch,
  });
  try {
    while (position.epoch < options.epochs) {
      const epochBegan = performance.now();
      const sums = await trainEpoch(trainer, loaders.train, schedule, position, progress, signal);
      const validation = loaders.validation && (await validate(trainer, loaders.validation, position.epoch, signal));
      position.epoch++;
      trained.clips += sums.clips;
      trained.seconds += sums.seconds;
      const metrics: EpochMetrics = {
        epoch: position.epoch,
        step: position.step,
        learningRate: sums.learningRate,
        train: { loss: sums.loss, accuracy: sums.accuracy, gradNorm: sums.gradNorm, clips: sums.clips },
        validation,
        seconds: (performance.now() - epochBegan) / 1000,
        clipsPerSecond: sums.clips / sums.seconds,
        dataWaitSeconds: sums.dataWaitSeconds,
        skipped: skipped().length,
      };
      await folder.appendMetrics(metrics);
      if (isBetter(validation, best)) {
        best = { epoch: position.epoch, validation };
        const metadata = JSON.stringify(metadataOf(plan, metrics));
        await callNative(() => trainer.saveModel(folder.bestPath, metadata));
      }
      await saveCheckpoint();
      progress.emit({ type: 'epoch', ...metrics });
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
    await saveCheckpoint();
    const message = `training was aborted after step ${position.step}; its checkpoint is ${folder.checkpointPath}`;
    throw new KinetorchError('ERR_ABORTED', message, { cause: signal?.reason });
  }
  return {
    epochs: position.epoch,
    bestEpoch: best?.epoch ?? position.epoch,
    validation: best?.validation ?? null,
    modelPath: folder.bestPath,
    checkpointPath: folder.checkpointPath,
    metricsPath: folder.metricsPath,
    configPath: folder.configPath,
    skipped: skipped(),
    seconds: (performance.now() - began) / 1000,
    clipsPerSecond: trained.clips / trained.seconds,
  };
}

function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted) return false;
  return error === signal.reason || (error instanceof KinetorchError && error.code === 'ERR_ABORTED');
}

/** More clips right, or as many at a lower loss. Without validation clips, the latest epoch is the best. */
function isBetter(validation: ValidationMetrics | null, best: Best | null): boolean {
  if (!validation || !best?.validation) return true;
  if (validation.top1 !== best.validation.top1) return validation.top1 > best.validation.top1;
  return validation.loss < best.validation.loss;
}
