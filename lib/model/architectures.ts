import type { ArchitectureInfo } from '../../binding';
import { invalidArgument } from '../base/errors';
import { didYouMean } from '../base/nearest';
import { native } from '../native';
import type { ModelInput, NetworkParts } from './types';

/** Every network {@link createModel} can make, with the clip size it was published with. */
export function architectures(): ArchitectureInfo[] {
  return native().architectures();
}

/** What the parts of an architecture are called. Of one that is not in the table nothing is known but that it classifies. */
export function partsOf(architecture: string): NetworkParts {
  const info = architectures().find(({ name }) => name === architecture);
  if (!info) return { stages: [], head: null, outputs: ['logits', 'probabilities'] };
  const { stages, head } = info;
  return { stages, head, outputs: ['logits', 'probabilities', 'embedding', 'features'] };
}

/** The parts of a network that gives clips back: it has no head. */
export function reconstructionParts(stages: string[]): NetworkParts {
  return { stages, head: null, outputs: ['reconstruction', 'target'] };
}

// Kinetics-400 statistics and 15 frames a second, as torchvision's reference training for video has them.
const kinetics = {
  frameRate: 15,
  antialias: false,
  mean: [0.43216, 0.394666, 0.37645] as [number, number, number],
  std: [0.22803, 0.22145, 0.216989] as [number, number, number],
};

/**
 * The input of an architecture with any part replaced. Without a `resize`, frames are resized to 4:3, an eighth larger
 * than the crop needs: 128×171 for 112×112, as torchvision's preset has it.
 */
export function inputFor(architecture: string, overrides: Partial<ModelInput> = {}): ModelInput {
  const table = architectures();
  const info = table.find((row) => row.name === architecture);
  if (!info) {
    const names = table.map((row) => row.name);
    const expected = `one of ${names.join(', ')}`;
    throw invalidArgument('architecture', expected, architecture, didYouMean(architecture, names));
  }
  const { frames, height, width } = { ...info, ...overrides };
  const resizedHeight = Math.round(Math.max(height, (width * 3) / 4) * (128 / 112));
  const resize: [number, number] = [resizedHeight, Math.round((resizedHeight * 4) / 3)];
  return { ...kinetics, frames, height, width, resize, ...overrides };
}
