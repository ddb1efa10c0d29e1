import { availableCores } from '../../base/availableCores';
import { KinetorchError } from '../../base/errors';
import { groupBy } from '../../base/groupBy';
import { loadAhead } from '../../base/loadAhead';
import { readCollection } from '../../dataset/collections/readCollection';
import { splitCollection } from '../../dataset/collections/splitCollection';
import { usualPictureRate } from '../../dataset/options';
import type { VideoSample } from '../../dataset/types';
import { openVideo } from '../../video/openVideo';
import type { RecipeData } from './types';

/** Clips that are opened. */
const looks = 25;
/** Width to height below which a picture counts as square, and as far the other way. */
const square = 1.2;

interface Source {
  data: string;
  validationShare: number;
  fold?: number;
  officialSplit: 1 | 2 | 3;
  seed: number;
}

export interface SeenData {
  data: RecipeData;
  labels: readonly string[];
  /** Of the training clips; those without one count each. */
  trainGroups: number;
  warnings: readonly string[];
}

/** Reads and splits data as `train` does, and opens some of the clips. Throws `ERR_DATASET` for data that nothing can be told from. */
export async function lookAt(
  { data, officialSplit, validationShare, fold, seed }: Source,
  signal?: AbortSignal,
): Promise<SeenData> {
  const collection = await readCollection(data, { officialSplit });
  const { train, validation, warnings } = splitCollection(collection, { validationShare, fold, seed });
  if (train.length === 0 || validation.length === 0) {
    throw new KinetorchError(
      'ERR_DATASET',
      `expected ${data} to have clips to train and to validate on, or two groups or clips of a class to divide, but found ` +
        `${train.length} and ${validation.length}`,
    );
  }
  const seen = await openSome(train, signal);
  if (seen.length === 0) throw new KinetorchError('ERR_DATASET', `expected videos in ${data} but none could be opened`);
  const aspect = median(seen.map((one) => one.aspect));
  const found: RecipeData = {
    classes: collection.labels.length,
    trainClips: train.length,
    validationClips: validation.length,
    hasGroups: train.some(({ group }) => group !== null),
    seconds: median(seen.map((one) => one.seconds)),
    shape: aspect > square ? 'landscape' : aspect < 1 / square ? 'portrait' : 'square',
    chance: Math.max(...countsOf(validation)) / validation.length,
  };
  const trainGroups = groupBy(train, (sample) => sample.group ?? sample).size;
  return { data: found, labels: collection.labels, trainGroups, warnings };
}

/** Seconds, and width to height, of clips spread over all of them; not of those that cannot be opened. */
async function openSome(samples: readonly VideoSample[], signal?: AbortSignal) {
  const count = Math.min(looks, samples.length);
  const chosen = Array.from(
    { length: count },
    (_, place) => samples[Math.floor((place * samples.length) / count)] as VideoSample,
  );
  const look = async ({ path, isFrames, startSeconds, endSeconds }: VideoSample, stopped: AbortSignal) => {
    await using video = await openVideo(path, {
      signal: stopped,
      pictureRate: isFrames ? usualPictureRate : undefined,
    });
    const { durationSeconds, width, height, sampleAspectRatio } = video.info;
    const seconds = (endSeconds ?? durationSeconds) - (startSeconds ?? 0);
    return { seconds, aspect: (width * sampleAspectRatio) / height };
  };
  const concurrency = Math.max(2, availableCores());
  const seen = [];
  for await (const { value } of loadAhead(chosen, look, { ahead: count, concurrency, signal })) {
    if (value) seen.push(value);
  }
  return seen;
}

const countsOf = (samples: readonly VideoSample[]) =>
  [...groupBy(samples, ({ labels }) => labels.join()).values()].map(({ length }) => length);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
