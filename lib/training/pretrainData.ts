import { readUnlabelled } from '../dataset/collections/readUnlabelled';
import type { ClipDataset } from '../dataset/types';
import type { ModelInput } from '../model/types';
import type { FilledPretrainOptions, UnlabelledDataset } from './pretrainOptions';
import { type TrainingData, videoData } from './trainingData';

/** Opens what the path in `data` names, or takes the datasets it holds; of labels nothing is left. */
export async function pretrainData(options: FilledPretrainOptions, input: ModelInput): Promise<TrainingData> {
  const { data, officialSplit } = options;
  if (typeof data === 'string') {
    const collection = await readUnlabelled(data, { officialSplit });
    return { ...(await videoData(collection, options, input)), labels: [] };
  }
  const { train, validation } = data;
  const isValidated = validation !== undefined && validation.length > 0;
  return {
    labels: [],
    train: withoutLabels(train),
    validation: isValidated ? withoutLabels(validation) : null,
    warnings: [],
  };
}

/** All of one class, as loaders want them to be of some. */
function withoutLabels(dataset: UnlabelledDataset): ClipDataset {
  return {
    labels: ['clip'],
    length: dataset.length,
    labelOf: () => 0,
    nameOf: dataset.nameOf?.bind(dataset),
    clip: dataset.clip.bind(dataset),
    get warnings() {
      return dataset.warnings;
    },
  };
}
