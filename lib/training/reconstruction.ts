import { invalidArgument } from '../base/errors';
import { architectures } from '../model/architectures';
import type { ModelInput } from '../model/types';
import { perClip } from './figures';
import type { FilledPretrainOptions } from './pretrainOptions';
import type { Figures, RunTask } from './runTask';
import type { StartingModel } from './startingModel';

/** Cells a side that a frame has at least, for the mask to go by what the last stage sees. */
const fewestCells = 5;
/** Pixels of a cell where it does not. */
const smallCell = 8;

/** What `pretrain` learns: to give clips back. */
export function reconstruction(options: FilledPretrainOptions, { architecture, input }: StartingModel): RunTask {
  const { objective } = options;
  const mask = maskOf(options, architecture, input);
  return {
    objective: {
      objective: mask ? 'maskedReconstruction' : 'reconstruction',
      mask: mask ?? { ratio: 0, cell: smallCell, target: 'pixels' },
      numClasses: 0,
      loss: 'crossEntropy',
      labelSmoothing: 0,
      classWeights: [],
      bodyRate: 1,
      head: '',
      frozen: [],
      freezeBatchNorm: false,
    },
    hasTargets: false,
    trainFigures: errorsOf,
    validationSums: (_, { lossSum, probabilities, ...errors }) => errors as Figures,
    metadata: { task: 'reconstruct', labels: [], reconstruction: { objective, ...mask } },
    record: {},
  };
}

const errorsOf: RunTask['trainFigures'] = (sums, clips) => perClip(sums as Figures, clips);

/** What is hidden, in pixels; null where nothing is. */
function maskOf({ mask, target }: FilledPretrainOptions, architecture: string, input: ModelInput) {
  if (mask === undefined || target === undefined) return null;
  const { frames, height, width } = input;
  if (frames < 2) {
    throw invalidArgument('options.input.frames', 'at least 2, as the cells that are predicted have,', frames);
  }
  const cell = mask.cell === 'auto' ? usualCell(architecture, input) : mask.cell;
  const cells = Math.ceil(height / cell) * Math.ceil(width / cell);
  const hidden = Math.floor(mask.ratio * cells);
  if (hidden < 1) {
    throw invalidArgument(
      'options.mask',
      'of a ratio and a cell that hide something of each clip,',
      `a ratio of ${mask.ratio} with ${cells} cell${cells === 1 ? '' : 's'} of ${cell} pixels in a frame of ${width}×${height}`,
    );
  }
  return { ratio: mask.ratio, cell, target };
}

function usualCell(architecture: string, { height, width }: ModelInput): number {
  const stride = architectures().find(({ name }) => name === architecture)?.spatialStride ?? smallCell;
  return Math.min(height, width) >= fewestCells * stride ? stride : smallCell;
}
