import { labelsAt } from '../dataset/clips/labelsAt';
import { sampleName } from '../dataset/clips/sampleName';
import type { SkippedSample } from '../dataset/types';
import type { ScoredSample } from '../evaluation/scoredSample';
import { type ScoreOptions, scoreSamples } from '../evaluation/scoreSamples';
import type { ViewedSamples } from '../evaluation/viewedSamples';
import { mean } from '../model/classifyViews';
import { sharedOf } from '../model/clipWindows';
import type { VideoModel } from '../model/videoModel';
import type { VectorCache } from './vectorCache';

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
 * The vectors of all videos, each network's once; those that the cache holds are taken from there.
 *
 * @param models loaded as `measuredLoading` says
 */
export async function embedVideos(
  models: readonly VideoModel[],
  data: ViewedSamples,
  options: ScoreOptions,
  signal: AbortSignal,
  cache: VectorCache | null,
): Promise<EmbeddedVideos> {
  const run = { pad: true, output: 'embedding', signal } as const;
  const places = [...data.dataset.labels.keys()];
  const networks = models.map((model) => ({ model, places }));
  const known = cache ? await knownSamples(data, options.clips, cache) : new Map<number, ScoredSample[]>();
  const keep = async (same: ScoredSample[]) => {
    const [{ index }] = same as [ScoredSample];
    const vectors = same.map(({ clips }) => [...clips]);
    await cache?.write(data, index, options.clips, vectors);
  };
  const { samples, skipped } = await scoreSamples(networks, data, options, run, { known, keep });
  const videos = samples.map((same) => {
    const count = Math.max(...same.map(({ clips }) => clips.length));
    const vectors = Array.from({ length: count }, (_, clip) =>
      joined(same.map(({ clips }) => sharedOf(clips, clip, count) as Float32Array)),
    );
    const [{ index, labels }] = same as [ScoredSample];
    return { index, labels, vectors };
  });
  const widths = samples[0]?.map(({ clips }) => clips[0]?.length ?? 0) ?? [];
  return { videos, widths, skipped };
}

async function knownSamples(
  data: ViewedSamples,
  clips: number,
  cache: VectorCache,
): Promise<Map<number, ScoredSample[]>> {
  const known = new Map<number, ScoredSample[]>();
  for (let index = 0; index < data.dataset.length; index++) {
    const vectors = await cache.read(data, index, clips);
    if (vectors === null) continue;
    const sample = { index, name: sampleName(data.dataset, index), labels: labelsAt(data.dataset, index) };
    known.set(
      index,
      vectors.map((own) => ({ ...sample, clips: own, video: mean(own) })),
    );
  }
  return known;
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
