import type { SkippedSample } from '../dataset/types';
import { type ScoreOptions, scoreSamples } from '../evaluation/scoreSamples';
import type { ViewedSamples } from '../evaluation/viewedSamples';
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
 */
export async function embedVideos(
  models: readonly VideoModel[],
  data: ViewedSamples,
  options: ScoreOptions,
  signal: AbortSignal,
): Promise<EmbeddedVideos> {
  const run = { pad: true, output: 'embedding', signal } as const;
  const places = [...data.dataset.labels.keys()];
  const networks = models.map((model) => ({ model, places }));
  const { samples, skipped } = await scoreSamples(networks, data, options, run);
  const videos = samples.map((same) => {
    const count = Math.max(...same.map(({ clips }) => clips.length));
    const vectors = Array.from({ length: count }, (_, clip) =>
      joined(same.map(({ clips }) => sharedOf(clips, clip, count) as Float32Array)),
    );
    const [{ index, labels }] = same as [(typeof same)[0]];
    return { index, labels, vectors };
  });
  const widths = samples[0]?.map(({ clips }) => clips[0]?.length ?? 0) ?? [];
  return { videos, widths, skipped };
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
