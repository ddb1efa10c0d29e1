import { InvalidArgumentError, type Option } from 'commander';
import { type ModelDevice, modelDeviceSchema, precisionSchema, threadsSchema } from '../../model/options';
import { inputFields } from '../../model/schemas';
import type { ModelInput } from '../../model/types';
import { trainOptions } from '../../training/options';
import { wholeNumber } from './parsers';
import { filledFlag, schemaFlag } from './schemaFlag';

/** Options of every command that runs a loaded network. */
export interface RuntimeOptions {
  device?: ModelDevice;
  threads?: number;
}

export const runtimeFlags = () => [
  filledFlag('--device <name>', modelDeviceSchema),
  schemaFlag('--threads <n>', threadsSchema),
];

/** The same for commands that train. */
export const trainingRuntimeFlags = () => [
  filledFlag('--device <name>', trainOptions.device),
  schemaFlag('--threads <n>', trainOptions.threads),
];

export const precisionFlag = () => filledFlag('--precision <name>', precisionSchema);

const resize = (text: string) => {
  const sides = text.split(/[,x]/).map(wholeNumber(1));
  if (sides.length === 1 || sides.length === 2) return sides as [number] | [number, number];
  throw new InvalidArgumentError('Expected a short side, for example 128, or height and width, for example 128x171.');
};

const { frames, height, width, frameRate, resize: resizeSchema, sampling, untaggedMatrix } = inputFields;

/** Flags that say how large a clip is. */
export const sizeFlags = () => [
  schemaFlag('--frames <n>', frames),
  schemaFlag('--height <n>', height),
  schemaFlag('--width <n>', width),
];

/** Flags that replace parts of an architecture's own input. */
export const inputFlags = () => [
  ...sizeFlags(),
  schemaFlag('--frame-rate <n>', frameRate),
  schemaFlag('--resize <HxW>', resizeSchema, resize),
  schemaFlag('--sampling <name>', sampling),
  schemaFlag('--untagged-matrix <name>', untaggedMatrix),
];

/** Their names as options. */
export const inputFlagNames = [
  'frames',
  'height',
  'width',
  'frameRate',
  'resize',
  'sampling',
  'untaggedMatrix',
] as const;

/** What those flags give. */
export type InputOptions = Partial<Pick<ModelInput, (typeof inputFlagNames)[number]>>;

/** The input's flags for commands that take clips for training. */
export const trainingInputFlags = (): Option[] =>
  [...inputFlags(), schemaFlag('--stride <n>', trainOptions.stride)].map((option) => option.helpGroup('Input:'));

/** The parts of the input that were given; undefined where none was. */
export function inputFrom(options: InputOptions): Partial<ModelInput> | undefined {
  const given = inputFlagNames.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
