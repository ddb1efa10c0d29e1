import { z } from 'zod';
import {
  type CallOptions,
  callback,
  callOptions,
  nonEmptyText,
  type OptionsOf,
  oneOf,
  realNumber,
  wholeNumber,
} from '../base/schemas';
import { colorMaps } from '../clip/colorMap';
import { clipOptions } from './classifyOptions';

/** native/explanation/map_request.h has the same names. */
const methods = ['gradcam', 'hirescam', 'layercam', 'eigencam'] as const;

/** Of a sheet. */
export const usualMoments = 6;

/** What is to be explained, and how. */
export const mapOptions = {
  /** The class that the map is to speak of. Default: the most probable one of the clip. */
  label: z
    .string({ error: 'a label of the model' })
    .optional()
    .describe('the class to explain (default: the most probable of each window)'),
  /**
   * Whose output the map is made of: `last`, what enters the global pooling, at no cost beside that of classifying; or a
   * stage such as `stem` or `layer2`, a module in one, such as `layer2.0.conv1`, in the case of a network from elsewhere any
   * module that it calls, for which a second copy of the network is loaded at the first call. Earlier stages tell places apart better. Default `last`.
   */
  layer: nonEmptyText("'last' or the name of a stage")
    .default('last')
    .describe(
      'last: what enters the pooling; stem, layer1, layer2, … or any module in them, such as layer2.0.conv1: a finer map, through gradients',
    ),
  /**
   * Of the layer's output A and the gradient G of the label's logit with respect to it: `gradcam` weights each channel of
   * A by G's mean over height and width, at each instant by its own (as PySlowFast; pytorch-grad-cam takes one mean over
   * time as well, which for the last layer is the same); `hirescam` sums G·A; `layercam` sums G·A where G is above 0;
   * `eigencam` is A along its first principal component, of no label, and needs no gradient. Default `gradcam`.
   */
  method: oneOf(methods).default('gradcam').describe('how gradients and the output of the layer make a map'),
};

export const explainClipOptions = { ...clipOptions, ...mapOptions };

/** Options of `VideoModel.explainClip`. */
export interface ExplainClipOptions extends CallOptions, OptionsOf<typeof explainClipOptions> {}

export const explainVideoOptions = {
  ...callOptions,
  ...mapOptions,
  /** How much of each pixel is the map's colour, 0 to 1. Default 0.5. */
  alpha: realNumber(0, 1).default(0.5).describe("how much of a pixel is the map's colour, 0 to 1"),
  /** Colours from 0 to 1. Default `viridis`. */
  colormap: oneOf(colorMaps).default('viridis').describe('colours of the map'),
  /** Of a sheet alone: those windows in which the label, or the most probable one, got its highest scores. Default 6. */
  moments: wholeNumber(1, 100)
    .optional()
    .describe(`windows in a sheet, an .svg or .png: those with the highest scores (default: ${usualMoments})`),
  /** Told of each window that is done. */
  onSegment: callback<(segment: ExplainedSegment) => void>().optional(),
};

/** Options of `VideoModel.explainVideo`. */
export interface ExplainVideoOptions extends CallOptions, OptionsOf<typeof explainVideoOptions> {}

/** Where a network looked in a clip. */
export interface Explanation {
  /**
   * T×H×W of the model's input, the frames that it saw after resize and crop: 0 where nothing speaks for the label, 1 where
   * most does, in this clip. All 0 where no place stands out.
   */
  map: Float32Array;
  label: string;
  /** Probability of the label, 0 to 1. */
  score: number;
}

/** One window of a video that was explained. */
export interface ExplainedSegment {
  startSeconds: number;
  endSeconds: number;
  label: string;
  score: number;
}
