import type { ClipDataset, SkippedSample } from '../dataset/types';
import { type ScoreOptions, scoreSamples } from '../evaluation/scoreSamples';
import { sharedOf } from '../model/clipWindows';
import type { VideoModel } from '../model/videoModel';

/** A video as frozen networks see it. */
export interface EmbeddedVideo {
  /** In the dataset. */
  index: number;
  labels: readonly number[];
  /** One for each clip: the networks' vectors one after the other. */
  vectors: readonly Float32Array[];
}

export interface EmbeddedVideos {
  videos: EmbeddedVideo[];
  /** Numbers in each network's vector. */
  widths: number[];
  skipped: SkippedSample[];
}

/**
 * The vectors of all videos, each network's once.
 *
 * @param models loaded as `measuredLoading` says
 * @param datasets the same samples as each network wants to see them; one where they all see the same clips
 */
export async function embedVideos(
  models: readonly VideoModel[],
  datasets: readonly ClipDataset[],
  options: ScoreOptions,
  signal: AbortSignal,
): Promise<EmbeddedVideos> {
  const run = { pad: true, output: 'embedding', signal } as const;
  const all = [];
  for (const [index, model] of models.entries()) {
    const dataset = (datasets[index] ?? datasets[0]) as ClipDataset;
    all.push(await scoreSamples(model, dataset, options, run, [...dataset.labels.keys()]));
  }
  const [first, ...others] = all.map(({ samples }) => samples);
  const places = others.map((samples) => new Map(samples.map((sample) => [sample.index, sample.clips])));
  const videos = (first ?? []).flatMap(({ index, labels, clips }) => {
    const views = [clips, ...places.map((place) => place.get(index) ?? [])];
    if (views.some((own) => own.length === 0)) return [];
    const count = Math.max(...views.map(({ length }) => length));
    const vectors = Array.from({ length: count }, (_, clip) =>
      joined(views.map((own) => sharedOf(own, clip, count) as Float32Array)),
    );
    return [{ index, labels, vectors }];
  });
  const widths = all.map(({ samples }) => samples[0]?.clips[0]?.length ?? 0);
  return { videos, widths, skipped: all.flatMap(({ skipped }) => skipped) };
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    whole.set(vector, at);
    at += vector.length;
  }
  return whole;
}
