import { KinetorchError } from '../base/errors';
import { seededRandom } from '../base/seededRandom';
import { averageFrames } from '../clip/averageFrames';
import { checkClip } from '../clip/checkClip';
import type { RgbClip } from '../clip/types';
import { VideoDataset } from '../dataset/clips/videoDataset';
import type { ClipDataset, VideoSample } from '../dataset/types';
import type { ModelInput } from '../model/types';
import type { FilledMeasuringOptions } from './options';

/** Samples, and what networks are shown of each. */
export interface ViewedSamples {
  dataset: ClipDataset;
  /** Clips of sample `index` for each network; one list where all see the same. */
  views(index: number, clips: number): Promise<RgbClip[][]>;
  /** For each network a name of all that it may be shown of the sample, which changes with the video. */
  keysOf?(index: number): Promise<string[]>;
}

/** Videos as networks of these inputs want to see them, each decoded once. */
export function viewedVideos(
  labels: readonly string[],
  samples: readonly VideoSample[],
  inputs: readonly ModelInput[],
  multiLabel: boolean,
): ViewedSamples {
  const datasets = inputs.map((input) => new VideoDataset(labels, samples, { input, multiLabel }));
  return {
    dataset: datasets[0] as VideoDataset,
    views: (index, clips) => VideoDataset.sharedViews(datasets, index, clips),
    keysOf: (index) => Promise.all(datasets.map((dataset) => dataset.keyOf(index))),
  };
}

/** A dataset, of which all networks see the same; of one without `views` the clip that training validates on. */
export function viewedDataset(dataset: ClipDataset): ViewedSamples {
  const middle = (index: number) =>
    dataset.clip(index, { mode: 'evaluate', epoch: 0, random: seededRandom(0, 0, index) });
  return {
    dataset,
    views: async (index, clips) => [dataset.views ? await dataset.views(index, clips) : [await middle(index)]],
  };
}

/** The clips that stand for one sample, at least one for each network. */
export async function loadViews(
  { views }: ViewedSamples,
  index: number,
  { clips, averageFrames: isStill }: Pick<FilledMeasuringOptions, 'clips' | 'averageFrames'>,
): Promise<RgbClip[][]> {
  const all = await views(index, clips);
  for (const loaded of all) {
    if (loaded.length === 0) throw new KinetorchError('ERR_CLIP_SHAPE', 'expected at least one clip but received none');
    for (const clip of loaded) checkClip(clip);
  }
  return isStill ? all.map((loaded) => loaded.map(averageFrames)) : all;
}
