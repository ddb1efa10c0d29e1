import { closingOnError } from '../base/closingOnError';
import type { SkippedSample } from '../dataset/types';
import type { ModelInput } from '../model/types';
import { cropWarning } from './augmentation';
import type { FilledRunOptions } from './options';
import { compareConfigs, configOf, type RunConfig } from './runConfig';
import type { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';
import type { RunTask } from './runTask';
import type { StartingModel } from './startingModel';
import type { TrainingData } from './trainingData';

/** How the parts of a run are made: what `train` and `pretrain` do not have in common. */
export interface RunKind<Options extends FilledRunOptions> {
  /** `begun` is what a run was begun with that has a checkpoint to go on from: any weights of its architecture then do. */
  start(options: Options, begun: RunConfig | null): Promise<StartingModel>;
  data(options: Options, input: ModelInput): Promise<TrainingData>;
  task(options: Options, start: StartingModel, data: TrainingData): RunTask;
  /** Writes the report of a run that has come to its end, and what goes with it. */
  report(folder: RunFolder, plan: RunPlan, skipped: readonly SkippedSample[], signal?: AbortSignal): Promise<void>;
}

/** Finds what the run is made of. Throws `ERR_INVALID_ARGUMENT` where it is another run than was begun in the folder. */
export async function planRun<Options extends FilledRunOptions>(
  options: Options,
  { begun, hasCheckpoint }: Pick<RunFolder, 'begun' | 'hasCheckpoint'>,
  kind: RunKind<Options>,
): Promise<RunPlan> {
  const start = await kind.start(options, hasCheckpoint ? begun : null);
  return closingOnError(start.close, async () => {
    const data = await kind.data(options, start.input);
    const task = kind.task(options, start, data);
    const config = configOf(options, start, data, task);
    const differences = begun ? compareConfigs(begun, config) : [];
    const unseen = cropWarning(start.input, options.augment);
    const warnings = [...data.warnings, ...differences, ...(unseen ? [unseen] : [])];
    return { options, start, data, task, config, warnings };
  });
}
