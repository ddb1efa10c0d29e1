import type { ArchitectureInfo } from '../../binding';
import { invalidArgument } from '../base/errors';
import { didYouMean } from '../base/nearest';
import { native } from '../native';
import type { FrameCnn } from './frameCnnSchema';
import type { ModelInput, NetworkParts } from './types';

/** Every network {@link createModel} can make, with the clip size it was published with. */
export function architectures(): ArchitectureInfo[] {
  return native().architectures();
}

/** One row of the table. Throws `ERR_INVALID_ARGUMENT` for a name that is not in it. */
export function architectureOf(architecture: string): ArchitectureInfo {
  const table = architectures();
  const info = table.find((row) => row.name === architecture);
  if (info) return info;
  const names = table.map((row) => row.name);
  const expected = `one of ${names.join(', ')}`;
  throw invalidArgument('architecture', expected, architecture, didYouMean(architecture, names));
}

/** What the parts of an architecture are called. Of one that is not in the table nothing is known but that it classifies. */
export function partsOf(architecture: string, frameCnn?: FrameCnn): NetworkParts {
  const info = architectures().find(({ name }) => name === architecture);
  if (!info) return { stages: [], head: null, outputs: ['logits', 'probabilities'] };
  const { stages, head } = info;
  const hasMap = frameCnn === undefined || frameCnn.pool === 'mean' || frameCnn.pool === 'convolution';
  const outputs: NetworkParts['outputs'] = [
    'logits',
    'probabilities',
    'embedding',
    ...(hasMap ? (['features'] as const) : []),
  ];
  return { stages, head, outputs, ...(frameCnn && { frameCnn }) };
}

/** The parts of a network that gives clips back: it has no head. */
export function reconstructionParts(stages: string[]): NetworkParts {
  return { stages, head: null, outputs: ['reconstruction', 'target'] };
}

type Statistics = Pick<ModelInput, 'frameRate' | 'antialias' | 'mean' | 'std'>;

// Kinetics-400 statistics and 15 frames a second, as torchvision's reference training for video has them.
const kinetics: Statistics = {
  frameRate: 15,
  antialias: false,
  mean: [0.43216, 0.394666, 0.37645],
  std: [0.22803, 0.22145, 0.216989],
};

// Networks for photographs: those of ImageNet, as torchvision has them, and Google's (x - 127) / 128. Frames a tenth of a
// second apart, as far as differences reach.
const photographs: Statistics = {
  frameRate: 10,
  antialias: false,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const google: Statistics = {
  ...photographs,
  mean: [127 / 255, 127 / 255, 127 / 255],
  std: [128 / 255, 128 / 255, 128 / 255],
};

function statisticsOf({ name, family }: ArchitectureInfo): Statistics {
  if (name === 'efficientnet_lite0') return google;
  return family === 'cnn' ? photographs : kinetics;
}

/**
 * The input of an architecture with any part replaced. Without a `resize`, frames are resized to 4:3, an eighth larger
 * than the crop needs: 128×171 for 112×112, as torchvision's preset has it; for networks for photographs, to a short side
 * of 256 for a crop of 224.
 */
export function inputFor(architecture: string, overrides: Partial<ModelInput> = {}): ModelInput {
  const info = architectureOf(architecture);
  const { frames, height, width } = { ...info, ...overrides };
  const own = { ...statisticsOf(info), frames, height, width };
  if (info.family === 'cnn') {
    return { ...own, resize: [Math.round((Math.max(height, width) * 256) / 224)], ...overrides };
  }
  const resizedHeight = Math.round(Math.max(height, (width * 3) / 4) * (128 / 112));
  return { ...own, resize: [resizedHeight, Math.round((resizedHeight * 4) / 3)], ...overrides };
}
