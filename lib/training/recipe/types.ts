import type { TrainEvent } from '../types';

/** What is known of data before anything is tried on them. */
export interface RecipeData {
  classes: number;
  trainClips: number;
  validationClips: number;
  /** Whether the clips name what they share, such as a speaker or a source, so that no group is on both sides of the split. */
  hasGroups: boolean;
  /** Median over the clips that were looked at. */
  seconds: number;
  /** Of their pictures, by the median of width to height. */
  shape: 'landscape' | 'square' | 'portrait';
  /** Accuracy of whoever always says the most frequent class of the validation clips, 0…1. */
  chance: number;
}

/** A starting point that was tried. */
export interface Trial {
  /** For example `efficientnet_lite0-difference` or `r2plus1d_16-segment-40x56`. */
  name: string;
  /** `frozen`: a head on a frozen network; `short`: a few epochs, to choose what `full` then trains. */
  kind: 'frozen' | 'short' | 'full';
  /** Share of the validation clips that were right, 0…1; of several labels a clip, in all of them. */
  accuracy: number;
  /** Of that share, √(p (1 - p) / clips). Clips of one group are alike, so that the true one is larger. */
  standardError: number;
  clips: number;
  seconds: number;
  /** Its model, below `outDir`. */
  model: string;
  /** The command line that repeats it. */
  command: string;
}

/** What a recipe found; `recipe.json` holds it. */
export interface TrainAutoResult {
  /** `best.pt` in `outDir`, the model of the trial that won. */
  modelPath: string;
  /** `recipe.json`. */
  recipePath: string;
  data: RecipeData;
  /** In the order in which they were tried. */
  trials: readonly Trial[];
  winner: Trial;
  warnings: readonly string[];
}

/** What happens in a recipe. */
export type RecipeEvent =
  | ({ type: 'data' } & RecipeData)
  /** Something that a person should know; the recipe goes on. */
  | { type: 'warning'; message: string }
  /** What fetching weights does. */
  | { type: 'fetch'; message: string }
  /** A trial begins. */
  | { type: 'trial'; name: string; kind: Trial['kind'] }
  /** Of a network that is trained: what `train` tells, but for warnings. */
  | { type: 'training'; name: string; event: TrainEvent }
  /** Of a frozen network: videos that it has seen. */
  | { type: 'embedding'; name: string; done: number; total: number }
  | ({ type: 'tried' } & Trial)
  | { type: 'end'; result: TrainAutoResult };
