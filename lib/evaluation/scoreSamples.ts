import { availableCores } from '../base/availableCores';
import { KinetorchError } from '../base/errors';
import { loadAhead } from '../base/loadAhead';
import { seededRandom } from '../base/seededRandom';
import { averageFrames } from '../clip/averageFrames';
import { checkClip } from '../clip/checkClip';
import type { RgbClip } from '../clip/types';
import { labelsAt } from '../dataset/clips/labelsAt';
import { loadFailure, refuseTooMany, skippedSample } from '../dataset/clips/loadFailure';
import { sampleName } from '../dataset/clips/sampleName';
import type { ClipDataset, SkippedSample } from '../dataset/types';
import { cropPositions, mean } from '../model/classifyViews';
import type { VideoModel } from '../model/videoModel';
import type { FilledMeasuringOptions } from './options';
import type { ScoredSample } from './scoredSample';
import { ViewBatches, type ViewBatchOptions } from './viewBatches';

/** What the network said, in the dataset's order. */
export interface ScoredDataset {
  samples: ScoredSample[];
  skipped: SkippedSample[];
}

/** What it takes to run views, of `EvaluateOptions`. */
export type ScoreOptions = Pick<
  FilledMeasuringOptions,
  'clips' | 'crops' | 'averageFrames' | 'batchSize' | 'maxSkippedShare' | 'onProgress'
>;

/**
 * Runs every view of every sample; samples are decoded ahead.
 *
 * @param places for each label of the data its index in the scored samples
 */
export async function scoreSamples(
  model: VideoModel,
  dataset: ClipDataset,
  options: ScoreOptions,
  run: Omit<ViewBatchOptions, 'batchSize'>,
  places: readonly number[],
): Promise<ScoredDataset> {
  const { signal } = run;
  const batches = new ViewBatches(model, { ...run, batchSize: options.batchSize });
  const slots: (ScoredSample | undefined)[] = [];
  const skipped: SkippedSample[] = [];
  let done = 0;
  const report = () => options.onProgress?.({ done: ++done, total: dataset.length });
  const indices = Array.from({ length: dataset.length }, (_, index) => index);
  const concurrency = Math.max(2, availableCores());
  const loading = loadAhead(indices, (index) => loadClips(dataset, index, options), {
    ahead: 2 * concurrency,
    concurrency,
    signal,
  });
  for await (const { item: index, value: clips, error } of loading) {
    if (!clips) {
      skipped.push(skippedSample(dataset, index, error));
      report();
      refuseTooMany(skipped, dataset.length, options.maxSkippedShare);
      continue;
    }
    const name = sampleName(dataset, index);
    const labels = labelsAt(dataset, index).map((label) => places[label] ?? 0);
    const scores = new ClipScores(clips.length, options.crops, (ofClips) => {
      slots[index] = { index, name, labels, clips: ofClips, video: mean(ofClips) };
      report();
    });
    for (const [place, clip] of clips.entries()) {
      for (const crop of cropPositions(clip, options.crops)) {
        await batches.add({ clip, crop, done: (probabilities) => scores.add(place, probabilities) });
      }
    }
  }
  await batches.flush();
  const samples = slots.filter((sample) => sample !== undefined);
  if (samples.length === 0) throw loadFailure('at least one sample that can be loaded', skipped, dataset.length);
  return { samples, skipped };
}

/** The clips that stand for one sample; at least one. */
export async function loadClips(
  dataset: ClipDataset,
  index: number,
  { clips, averageFrames: isStill }: Pick<ScoreOptions, 'clips' | 'averageFrames'>,
): Promise<RgbClip[]> {
  const loaded = dataset.views
    ? await dataset.views(index, clips)
    : [await dataset.clip(index, { mode: 'evaluate', epoch: 0, random: seededRandom(0, 0, index) })];
  if (loaded.length === 0) throw new KinetorchError('ERR_CLIP_SHAPE', 'expected at least one clip but received none');
  for (const clip of loaded) checkClip(clip);
  return isStill ? loaded.map(averageFrames) : loaded;
}

/** Gathers the scores of a sample's views until all are there. */
class ClipScores {
  private readonly views: Float32Array[][];
  private missing: number;

  constructor(
    clips: number,
    crops: number,
    private readonly complete: (clips: Float32Array[]) => void,
  ) {
    this.views = Array.from({ length: clips }, () => []);
    this.missing = clips * crops;
  }

  add(clip: number, probabilities: Float32Array): void {
    this.views[clip]?.push(probabilities);
    if (--this.missing === 0) this.complete(this.views.map(mean));
  }
}
