import { closingOnError } from '../base/closingOnError';
import { architectures } from '../model/architectures';
import { cropWarning } from './augmentation';
import type { FilledTrainOptions } from './options';
import { compareConfigs, configOf, type RunConfig } from './runConfig';
import type { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';
import { type StartingModel, startingModel } from './startingModel';
import { trainingData } from './trainingData';

/** Finds what the run is made of. Throws `ERR_INVALID_ARGUMENT` where it is another run than was begun in the folder. */
export async function planRun(
  options: FilledTrainOptions,
  { begun, hasCheckpoint }: Pick<RunFolder, 'begun' | 'hasCheckpoint'>,
): Promise<RunPlan> {
  const start = begun && hasCheckpoint ? await startAgain(options, begun) : await startingModel(options);
  return closingOnError(start.close, async () => {
    const data = await trainingData(options, start.input);
    const config = configOf(options, start, data);
    const differences = begun ? compareConfigs(begun, config) : [];
    const unseen = cropWarning(start.input, options.augment);
    return { options, start, data, config, warnings: [...data.warnings, ...differences, ...(unseen ? [unseen] : [])] };
  });
}

/**
 * What a run that has a checkpoint starts from: any weights of its architecture do, as the checkpoint is loaded over them,
 * so that it can go on though the file it began from is gone.
 */
async function startAgain(options: FilledTrainOptions, begun: RunConfig): Promise<StartingModel> {
  const { architecture, input, license } = begun;
  // The network of a file from elsewhere is known from that file alone.
  if (!architectures().some(({ name }) => name === architecture)) return startingModel(options);
  return { ...(await startingModel({ ...options, architecture, input, from: undefined })), license };
}
