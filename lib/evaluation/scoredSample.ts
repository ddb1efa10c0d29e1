/** A sample and what the network said of it; all arrays have one number a class. */
export interface ScoredSample {
  /** Index in the dataset. */
  index: number;
  name: string;
  /** Indices of its own classes among the model's. */
  labels: readonly number[];
  /** Probabilities of each clip, the mean over its crops. */
  clips: readonly Float32Array[];
  /** Mean over the clips. */
  video: Float32Array;
}
