import { InvalidArgumentError, Option } from 'commander';
import type { Augmentation, Range } from '../../training/types';
import { decimal } from './options';

const range = (text: string): Range => {
  const [min, max, ...rest] = text.split(',').map((end) => (end.trim() === '' ? Number.NaN : Number(end)));
  if (min !== undefined && max !== undefined && rest.length === 0 && min <= max) return [min, max];
  throw new InvalidArgumentError('Expected two numbers with a comma between, the smaller first, for example 0.3,1.');
};

const randAugment = (text: string): Augmentation['randAugment'] => {
  const [, operations, magnitude] = /^(\d+),(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (operations && magnitude) return { operations: Number(operations), magnitude: Number(magnitude) };
  throw new InvalidArgumentError('Expected operations and magnitude with a comma between, for example 2,9.');
};

const labels = (text: string): string[] => text.split(',').map((label) => label.trim());

const amount = decimal(0);

// What each flag of augmentOptions() sets; `train` checks the numbers' ranges.
const flags: Record<keyof Augmentation, [flag: string, description: string, parser: (text: string) => unknown]> = {
  horizontalFlip: ['--horizontal-flip <n>', 'how often clips are mirrored; 0 for never (default: 0.5)', amount],
  flipExcept: ['--flip-except <labels>', 'never mirror these, where left and right matter: a,b', labels],
  speed: ['--speed <min,max>', 'play clips longer or shorter by a factor, such as 0.8,1.25', range],
  shortSide: ['--short-side <min,max>', 'resize the short side to so many pixels before the crop', range],
  cropArea: ['--crop-area <min,max>', 'random resized crop of this share of the frame, such as 0.3,1', range],
  cropAspect: ['--crop-aspect <min,max>', "its shape; 1 is the input's (default: 0.75,1.33)", range],
  brightness: ['--brightness <n>', 'a factor from 1-n to 1+n, 0 to 1', amount],
  contrast: ['--contrast <n>', 'likewise', amount],
  saturation: ['--saturation <n>', 'likewise', amount],
  hue: ['--hue <n>', 'shift by up to n turns of the colour circle, 0 to 0.5', amount],
  randAugment: ['--rand-augment <n,m>', 'RandAugment: n operations of magnitude m (0 to 30)', randAugment],
  erase: ['--erase <n>', 'how often a rectangle is overwritten with noise', amount],
  eraseArea: ['--erase-area <min,max>', 'its share of the frame (default: 0.02,0.33)', range],
  mixup: ['--mixup <alpha>', 'blend pairs of clips and their labels', amount],
  cutmix: ['--cutmix <alpha>', 'paste a rectangle of one clip into another', amount],
};

/** The flags of every command that augments clips. */
export function augmentOptions(): Option[] {
  return Object.values(flags).map(([flag, description, parser]) =>
    new Option(flag, description).argParser(parser).helpGroup('Augmentation:'),
  );
}

/** The part of a command's options that those flags gave. */
export function augmentFrom(options: Augmentation): Augmentation {
  const given = (Object.keys(flags) as (keyof Augmentation)[]).filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}
