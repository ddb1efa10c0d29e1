import type { Clip, CropPosition } from '../clip/types';
import type { SharedWindow } from './sharedWindow';
import type { VideoHost } from './workOnVideo';

/** One crop of a clip, and what is to become of it. */
export interface ViewOptions {
  crop: CropPosition;
  /** Of a clip for several networks; see {@link SharedWindow}. */
  picks?: SharedWindow['picks'];
  signal?: AbortSignal;
}

/** All that classifying a video needs of a model: what `VideoModel` gives as its `classifier`. */
export interface ClipClassifier extends VideoHost {
  readonly labels: readonly string[];
  /**
   * Probabilities of all labels for one crop of a clip. Calls made at the same time may share a batch; where the model has
   * no room for another, they wait for it.
   */
  probabilities(clip: Clip, options: ViewOptions): Promise<Float32Array>;
}
