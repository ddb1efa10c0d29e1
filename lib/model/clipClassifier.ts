import type { Clip, CropPosition } from '../clip/types';
import type { ModelInput } from './types';

/** All that classifying a video needs of a model: {@link VideoModel} is one. */
export interface ClipClassifier {
  readonly input: Readonly<ModelInput>;
  readonly labels: readonly string[];
  /** Probabilities of all labels for one crop of a clip. Calls made at the same time may share a batch. */
  probabilities(clip: Clip, options: { crop: CropPosition; signal?: AbortSignal }): Promise<Float32Array>;
}
