import { availableCores } from '../base/availableCores';
import { loadAhead } from '../base/loadAhead';
import type { RgbClip } from '../clip/types';
import { labelsAt } from '../dataset/clips/labelsAt';
import { loadFailure, refuseTooMany, skippedSample } from '../dataset/clips/loadFailure';
import { sampleName } from '../dataset/clips/sampleName';
import type { SkippedSample } from '../dataset/types';
import { cropPositions, mean } from '../model/classifyViews';
import type { VideoModel } from '../model/videoModel';
import type { FilledMeasuringOptions } from './options';
import type { ScoredSample } from './scoredSample';
import { ViewBatches, type ViewBatchOptions } from './viewBatches';
import { loadViews, type ViewedSamples } from './viewedSamples';

/** A network that is shown samples. */
export interface ScoringNetwork {
  model: VideoModel;
  /** For each label of the data its index in the scored samples. */
  places: readonly number[];
}

export interface ScoredSamples {
  /** Of each sample, in the data's order, what every network said. */
  samples: ScoredSample[][];
  skipped: SkippedSample[];
}

/** What it takes to run views, of `EvaluateOptions`. */
export type ScoreOptions = Pick<
  FilledMeasuringOptions,
  'clips' | 'crops' | 'averageFrames' | 'batchSize' | 'maxSkippedShare' | 'onProgress'
>;

/** What became of samples before, and what is to become of them. */
export interface KeptSamples {
  /** Those that need not be run again, by their indices. */
  known: ReadonlyMap<number, ScoredSample[]>;
  /** Hears of each other one as soon as all networks have said what they say. */
  keep(sample: ScoredSample[]): Promise<void>;
}

/** Runs every view of every sample on each network; samples are loaded ahead, once for all networks. */
export async function scoreSamples(
  networks: readonly ScoringNetwork[],
  data: ViewedSamples,
  options: ScoreOptions,
  run: Omit<ViewBatchOptions, 'batchSize'>,
  { known, keep }: KeptSamples = { known: new Map(), keep: async () => {} },
): Promise<ScoredSamples> {
  const { dataset } = data;
  const { signal } = run;
  const batches = networks.map(({ model }) => new ViewBatches(model, { ...run, batchSize: options.batchSize }));
  const slots = Array.from({ length: dataset.length }, (_, index) => known.get(index));
  const skipped: SkippedSample[] = [];
  const keeping: Promise<void>[] = [];
  let done = 0;
  const report = () => options.onProgress?.({ done: ++done, total: dataset.length });
  for (const _ of known) report();
  const indices = [...slots.keys()].filter((index) => !known.has(index));
  const concurrency = Math.max(2, availableCores());
  const loading = loadAhead(indices, (index) => loadViews(data, index, options), {
    ahead: 2 * concurrency,
    concurrency,
    signal,
  });
  for await (const { item: index, value: views, error } of loading) {
    if (!views) {
      skipped.push(skippedSample(dataset, index, error));
      report();
      refuseTooMany(skipped, dataset.length, options.maxSkippedShare);
      continue;
    }
    const name = sampleName(dataset, index);
    const labels = labelsAt(dataset, index);
    const said: ScoredSample[] = [];
    let missing = networks.length;
    for (const [network, { places }] of networks.entries()) {
      const clips = (views[network] ?? views[0]) as RgbClip[];
      const scores = new ClipScores(clips.length, options.crops, (ofClips) => {
        const own = labels.map((label) => places[label] ?? 0);
        said[network] = { index, name, labels: own, clips: ofClips, video: mean(ofClips) };
        if (--missing > 0) return;
        slots[index] = said;
        const kept = keep(said);
        // Is told below, unless something else fails before.
        kept.catch(() => {});
        keeping.push(kept);
        report();
      });
      for (const [place, clip] of clips.entries()) {
        for (const crop of cropPositions(clip, options.crops)) {
          await batches[network]?.add({ clip, crop, done: (probabilities) => scores.add(place, probabilities) });
        }
      }
    }
  }
  for (const own of batches) await own.flush();
  await Promise.all(keeping);
  const samples = slots.filter((sample) => sample !== undefined);
  if (samples.length === 0) throw loadFailure('at least one sample that can be loaded', skipped, dataset.length);
  return { samples, skipped };
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
