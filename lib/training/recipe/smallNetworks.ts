import type { ModelInput } from '../../model/types';
import type { Augmentation } from '../augmentation';
import type { TrainOptions } from '../options';
import type { SeenData } from './lookAt';
import type { RecipeData } from './types';

/** A way to train a small network from fresh weights. */
export interface SmallNetwork {
  name: string;
  options: Pick<TrainOptions, 'architecture' | 'batchSize' | 'learningRate' | 'ema'> & {
    input: Partial<ModelInput>;
    augment: Augmentation;
  };
}

type Size = [height: number, width: number];

/** Of what the network sees, and of the frame that it is cut from: the whole picture, whatever its shape. */
const sizes: Record<'small' | 'large', Record<RecipeData['shape'], { seen: Size; resize: Size }>> = {
  small: {
    landscape: { seen: [40, 56], resize: [46, 64] },
    square: { seen: [48, 48], resize: [54, 54] },
    portrait: { seen: [56, 40], resize: [64, 46] },
  },
  large: {
    landscape: { seen: [64, 80], resize: [72, 90] },
    square: { seen: [72, 72], resize: [80, 80] },
    portrait: { seen: [80, 64], resize: [90, 72] },
  },
};

/** The recipes of docs/training.md: frames from all over a clip, and frames one after the other. */
const samplings = {
  segment: {
    clip: { frames: 12, frameRate: 15 },
    augment: { cropArea: [0.5, 1], cropAspect: [0.833, 1.2], brightness: 0.4, contrast: 0.4 },
  },
  dense: {
    clip: { frames: 16, frameRate: 12 },
    augment: { cropArea: [0.6, 1], cropAspect: [0.87, 1.15], brightness: 0.3, contrast: 0.3 },
  },
} as const;

/** A clip has to last so long, in seconds, for frames one after the other to be only a part of it. */
const longEnoughForDense = 1.5 * (samplings.dense.clip.frames / samplings.dense.clip.frameRate);
/** From so many training clips on, steps are larger. */
const many = 500;

/** What is worth trying on such clips, the cheapest first. */
export function smallNetworks({ labels, data }: Pick<SeenData, 'labels' | 'data'>): SmallNetwork[] {
  const ways: [keyof typeof samplings, keyof typeof sizes][] = [
    ['segment', 'small'],
    ['segment', 'large'],
  ];
  if (data.seconds >= longEnoughForDense) ways.push(['dense', 'large']);
  const steps =
    data.trainClips >= many
      ? { batchSize: 16, learningRate: 0.002, ema: 0.99 }
      : { batchSize: 8, learningRate: 0.001, ema: 0.98 };
  return ways.map(([sampling, size]) => {
    const { clip, augment } = samplings[sampling];
    const {
      seen: [height, width],
      resize,
    } = sizes[size][data.shape];
    const flip = namesSides(labels) ? { horizontalFlip: 0 } : {};
    return {
      name: `r2plus1d_16-${sampling}-${height}x${width}`,
      options: {
        architecture: 'r2plus1d_16',
        ...steps,
        input: { ...clip, height, width, resize, sampling },
        augment: { ...augment, ...flip },
      },
    };
  });
}

/** Whether a mirrored clip may belong to another class. */
export const namesSides = (labels: readonly string[]) =>
  labels
    .map((label) => label.replace(/([a-z])([A-Z])/g, '$1 $2'))
    .some((label) => /(^|[^a-z])(left|right|(anti|counter)?-?clockwise)([^a-z]|$)/i.test(label));

/** Clips that a whole training shows, but for what its least and its most epochs are. */
const fullPasses = 10_000;
const shortPasses = 5_000;

/** Few clips are shown more often: what a network learns goes by steps. */
export const epochsOf = {
  full: (clips: number) => bounded(fullPasses / clips, 30, 120),
  short: (clips: number) => bounded(shortPasses / clips, 3, 10),
};

const bounded = (value: number, least: number, most: number) => Math.min(most, Math.max(least, Math.round(value)));
