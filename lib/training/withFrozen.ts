import { callSignal } from '../base/abort';
import { openClipCache } from '../dataset/cache/openClipCache';
import type { ScoreOptions } from '../evaluation/scoreSamples';
import type { ViewedSamples } from '../evaluation/viewedSamples';
import { checkDecodedAlike } from '../model/ensemble/ensemble';
import type { ModelSource } from '../model/modelSource';
import type { VideoModel } from '../model/videoModel';
import { type EmbeddedVideos, embedVideos } from './embedVideos';
import { hashOf, loadFrozen, namesOf } from './loadFrozen';
import { VectorCache } from './vectorCache';

/** Networks that stay as they are while heads are fitted on what they give. */
export interface FrozenNetworks {
  models: readonly VideoModel[];
  /** The networks' vectors of all videos; `onVideo` hears of each. */
  embed(data: ViewedSamples, onVideo: () => void): Promise<EmbeddedVideos>;
}

type Options = Parameters<typeof loadFrozen>[1] &
  Pick<ScoreOptions, 'clips' | 'batchSize' | 'maxSkippedShare'> & {
    cache: Parameters<typeof openClipCache>[0];
    signal?: AbortSignal;
  };

/** Loads networks for as long as `use` takes, and opens the cache of their vectors. */
export async function withFrozen<Result>(
  sources: readonly ModelSource[],
  options: Options,
  use: (networks: FrozenNetworks) => Promise<Result>,
): Promise<Result> {
  const call = callSignal(options);
  const models: VideoModel[] = [];
  try {
    const kept = await openClipCache(options.cache);
    const hashes = kept ? await Promise.all(sources.map(hashOf)) : [];
    for (const [index, source] of sources.entries()) models.push(await loadFrozen(source, options, hashes[index]));
    checkDecodedAlike(models);
    const cache = kept && new VectorCache(kept, namesOf(models, hashes, options));
    const score = { ...options, crops: 1, averageFrames: false } as const;
    const embed: FrozenNetworks['embed'] = (data, onVideo) =>
      embedVideos(models, data, { ...score, onProgress: onVideo }, call.signal, cache);
    return await use({ models, embed });
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
    for (const model of models) await model.dispose();
  }
}
