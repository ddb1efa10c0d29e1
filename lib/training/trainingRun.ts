import type { NativeTrainer } from '../../binding';
import { KinetorchError } from '../base/errors';
import type { ClipLoader } from '../dataset/clips/clipLoader';
import type { ClipDataset } from '../dataset/types';
import { callNative } from '../native';
import type { Restored } from './checkpoints';
import { isBetter } from './isBetter';
import { type Loaders, loadersFor } from './loaders';
import { Plateau } from './plateau';
import type { Progress } from './progress';
import type { RunFolder } from './runFolder';
import { metadataOf, type RunPlan } from './runPlan';
import { endEpoch, type RunState } from './runState';
import type { TaskEpoch, Validation } from './runTask';
import { learningRateAt, type Schedule } from './schedule';
import { trainEpoch } from './trainEpoch';
import { validate } from './validate';

const msPerMinute = 60_000;

/** The epochs of a run, from `state` on. */
export class TrainingRun {
  /** Of this process's part of the run. */
  readonly trained = { clips: 0, seconds: 0 };
  readonly state: RunState;
  checkpointPath: string;
  private readonly loaders: Loaders;
  private readonly schedule: Schedule;
  private readonly plateau: Plateau | null;
  private lastCheckpoint = performance.now();
  /** Warnings of each dataset that were told. */
  private readonly told = new Map<ClipDataset, number>();

  constructor(
    private readonly trainer: NativeTrainer,
    private readonly folder: RunFolder,
    private readonly progress: Progress,
    private readonly plan: RunPlan,
    { state, path }: Restored,
    private readonly signal?: AbortSignal,
  ) {
    const { options, data } = plan;
    this.state = state;
    this.checkpointPath = path;
    this.loaders = loadersFor(plan);
    this.loaders.train.restoreSkipped(state.skipped.train);
    this.loaders.validation?.restoreSkipped(state.skipped.validation);
    const stepsPerEpoch = stepsPerEpochOf(plan);
    this.schedule = {
      kind: options.schedule,
      learningRate: options.learningRate,
      totalSteps: options.epochs * stepsPerEpoch,
      warmupSteps: Math.round(options.warmupEpochs * stepsPerEpoch),
      milestones: options.milestones,
      gamma: options.gamma,
    };
    const lowers = options.schedule === 'plateau';
    this.plateau = lowers ? new Plateau(options.patience, options.gamma, state.plateau) : null;
    if (data.train.length < 1) throw new KinetorchError('ERR_DATASET', 'expected training clips but there are none');
  }

  get skipped() {
    return [...this.loaders.train.skipped, ...(this.loaders.validation?.skipped ?? [])];
  }

  /** Runs to the last epoch. An abort saves a checkpoint, then throws `ERR_ABORTED`. */
  async toTheEnd(): Promise<void> {
    try {
      while (!this.isDone()) await this.epoch();
    } catch (error) {
      if (!this.isAbort(error)) throw error;
      await this.saveCheckpoint();
      const message =
        `training was aborted after step ${this.state.step}, and goes on from there with \`resume\`; ` +
        `its checkpoint is ${this.checkpointPath}`;
      throw new KinetorchError('ERR_ABORTED', message, { cause: this.signal?.reason });
    }
  }

  private isDone(): boolean {
    const { epochs, earlyStopping } = this.plan.options;
    const { epoch, best } = this.state;
    return epoch >= epochs || (earlyStopping > 0 && epoch - (best?.epoch ?? epoch) >= earlyStopping);
  }

  private async epoch(): Promise<void> {
    const { state, loaders } = this;
    if (!state.trained) await this.trainingPart();
    const began = performance.now();
    if (loaders.validation) this.progress.emit({ type: 'validation', epoch: state.epoch + 1 });
    const validation = loaders.validation && (await this.validationPart(loaders.validation));
    const metrics = this.metricsOf(validation, (performance.now() - began) / 1000);
    if (validation) this.plateau?.observe(validation.loss);
    endEpoch(state);
    if (isBetter(metrics, state.best)) {
      state.best = { epoch: state.epoch, validation };
      await this.saveModel(this.folder.bestPath, metrics);
    }
    if (this.isDone()) await this.saveModel(this.folder.lastPath, metrics);
    await this.folder.appendMetrics(metrics);
    await this.saveCheckpoint();
    this.tellWarnings();
    this.progress.emit({ type: 'epoch', ...metrics });
  }

  /** Each once, when an epoch has met the samples that it is about. */
  private tellWarnings(): void {
    const { train, validation } = this.plan.data;
    for (const dataset of [train, validation]) {
      if (!dataset?.warnings) continue;
      const { warnings } = dataset;
      for (const message of warnings.slice(this.told.get(dataset))) this.progress.emit({ type: 'warning', message });
      this.told.set(dataset, warnings.length);
    }
  }

  private async trainingPart(): Promise<void> {
    const { clips, seconds } = this.state.sums;
    await trainEpoch(this.state, {
      trainer: this.trainer,
      loader: this.loaders.train,
      task: this.plan.task,
      accumulate: this.plan.options.accumulate,
      learningRate: (step) => learningRateAt(step, this.state.epoch, this.schedule) * this.state.plateau.factor,
      onStep: (event) => this.progress.emit(event),
      afterStep: () => this.saveCheckpointInTime(),
      signal: this.signal,
    });
    this.trained.clips += this.state.sums.clips - clips;
    this.trained.seconds += this.state.sums.seconds - seconds;
  }

  private validationPart(loader: ClipLoader): Promise<Validation> {
    const { trainer, signal } = this;
    return validate(trainer, loader, { task: this.plan.task, epoch: this.state.epoch, signal });
  }

  private metricsOf(validation: Validation | null, validationSeconds: number): TaskEpoch {
    const { epoch, step, sums } = this.state;
    return {
      epoch: epoch + 1,
      step,
      learningRate: sums.learningRate,
      train: {
        loss: sums.loss / sums.clips,
        ...this.plan.task.trainFigures(sums.metrics, sums.clips),
        gradNorm: sums.gradNorm / sums.steps,
        clips: sums.clips,
      },
      validation,
      seconds: sums.seconds + validationSeconds,
      clipsPerSecond: sums.clips / sums.seconds,
      dataWaitSeconds: sums.dataWaitSeconds,
      skipped: this.skipped.length,
    };
  }

  private async saveModel(path: string, metrics: TaskEpoch): Promise<void> {
    const metadata = JSON.stringify(metadataOf(this.plan, metrics));
    await callNative(() => this.trainer.saveModel(path, metadata));
  }

  private async saveCheckpointInTime(): Promise<void> {
    const interval = this.plan.options.checkpointMinutes * msPerMinute;
    if (performance.now() - this.lastCheckpoint >= interval) await this.saveCheckpoint();
  }

  private async saveCheckpoint(): Promise<void> {
    const { state, loaders } = this;
    state.skipped = { train: loaders.train.skipped, validation: loaders.validation?.skipped ?? [] };
    this.checkpointPath = await this.folder.saveCheckpoint(this.trainer, state);
    this.lastCheckpoint = performance.now();
    this.progress.emit({ type: 'checkpoint', path: this.checkpointPath, step: state.step });
  }

  private isAbort(error: unknown): boolean {
    if (!this.signal?.aborted) return false;
    return error === this.signal.reason || (error instanceof KinetorchError && error.code === 'ERR_ABORTED');
  }
}

/** Steps of an epoch in which no sample is skipped. */
export function stepsPerEpochOf({ options, data }: RunPlan): number {
  return Math.max(1, Math.floor(Math.floor(data.train.length / options.batchSize) / options.accumulate));
}
