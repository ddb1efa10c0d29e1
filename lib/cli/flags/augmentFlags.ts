import { InvalidArgumentError, type Option } from 'commander';
import type { Range } from '../../dataset/options';
import { type Augmentation, augmentOptions } from '../../training/augmentation';
import type { Parser } from './parsers';
import { schemaFlag } from './schemaFlag';

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

// What each flag sets, and the parsers of what is no single number.
const flags: Record<keyof Augmentation, [flag: string, parser?: Parser]> = {
  horizontalFlip: ['--horizontal-flip <n>'],
  flipExcept: ['--flip-except <labels>', labels],
  speed: ['--speed <min,max>', range],
  shortSide: ['--short-side <min,max>', range],
  cropArea: ['--crop-area <min,max>', range],
  cropAspect: ['--crop-aspect <min,max>', range],
  brightness: ['--brightness <n>'],
  contrast: ['--contrast <n>'],
  saturation: ['--saturation <n>'],
  hue: ['--hue <n>'],
  randAugment: ['--rand-augment <n,m>', randAugment],
  autoAugment: ['--auto-augment <preset>'],
  interpolation: ['--interpolation <way>'],
  levels: ['--levels <whose>'],
  erase: ['--erase <n>'],
  eraseArea: ['--erase-area <min,max>', range],
  eraseWith: ['--erase-with <what>'],
  mixup: ['--mixup <alpha>'],
  cutmix: ['--cutmix <alpha>'],
};

const names = Object.keys(flags) as (keyof Augmentation)[];

/** The flags of every command that augments clips. */
export function augmentFlags(): Option[] {
  return names.map((name) => {
    const [flag, parser] = flags[name];
    return schemaFlag(flag, augmentOptions[name], parser).helpGroup('Augmentation:');
  });
}

/** The part of a command's options that those flags gave. */
export function augmentFrom(options: Augmentation): Augmentation {
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}
