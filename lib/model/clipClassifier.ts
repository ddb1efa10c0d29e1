import type { Clip, CropPosition } from '../clip/types';
import type { ModelInput } from './types';
import type { VideoCalls } from './videoCalls';

/** All that classifying a video needs of a model: {@link VideoModel} is one. */
export interface ClipClassifier {
  readonly input: Readonly<ModelInput>;
  readonly labels: readonly string[];
  /** Where its videos are counted and bounded. */
  readonly videos?: VideoCalls;
  /**
   * Probabilities of all labels for one crop of a clip. Calls made at the same time may share a batch; where the model has
   * no room for another, they wait for it.
   */
  probabilities(clip: Clip, options: { crop: CropPosition; signal?: AbortSignal }): Promise<Float32Array>;
}
