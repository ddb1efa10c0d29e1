import type { Clip, CropPosition } from '../clip/types';
import type { VideoHost } from './workOnVideo';

/** All that classifying a video needs of a model: {@link VideoModel} is one. */
export interface ClipClassifier extends VideoHost {
  readonly labels: readonly string[];
  /**
   * Probabilities of all labels for one crop of a clip. Calls made at the same time may share a batch; where the model has
   * no room for another, they wait for it.
   */
  probabilities(clip: Clip, options: { crop: CropPosition; signal?: AbortSignal }): Promise<Float32Array>;
}
