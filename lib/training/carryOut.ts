import { throwIfAborted } from '../base/abort';
import { createTrainer } from './createTrainer';
import type { FilledRunOptions } from './options';
import { planRun, type RunKind } from './planRun';
import { Progress } from './progress';
import { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';
import type { TaskEvent, TaskResult } from './runTask';
import { stepsPerEpochOf, TrainingRun } from './trainingRun';

/** Callbacks of `train` and `pretrain`. */
export interface RunCallbacks {
  onProgress?: (event: TaskEvent) => void | Promise<void>;
  signal?: AbortSignal;
}

/** Carries a run out, from its beginning or from where it was left, to its report. */
export async function carryOut<Options extends FilledRunOptions>(
  options: Options,
  kind: RunKind<Options>,
  { onProgress, signal }: RunCallbacks,
): Promise<TaskResult> {
  throwIfAborted(signal);
  const began = performance.now();

  await using folder = await RunFolder.open(options.outDir, options.resume);
  const plan = await planRun(options, folder, kind);
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
    try {
      await kind.report(folder, plan, run.skipped, signal);
    } catch (error) {
      throwIfAborted(signal);
      // It does not take the trained model away.
      progress.emit({ type: 'warning', message: `no report was written: ${(error as Error).message}` });
    }
    const result = resultOf(run, folder, (performance.now() - began) / 1000);
    progress.emit({ type: 'end', result });
    await progress.settle();
    return result;
  } finally {
    await trainer.dispose();
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

function resultOf(run: TrainingRun, folder: RunFolder, seconds: number): TaskResult {
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
