import { InvalidArgumentError, Option } from 'commander';
import type { Device, ModelDevice, ModelInput, Precision } from '../../model/types';

/** Parses a whole number from `min` up. */
export const wholeNumber = (min: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw new InvalidArgumentError(`Expected a whole number of ${min} or more.`);
};

/** Parses a decimal number from `min` up; `above` excludes `min` itself. */
export const decimal =
  (min: number, { above = false } = {}) =>
  (text: string) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && (above ? value > min : value >= min)) return value;
    throw new InvalidArgumentError(`Expected a number ${above ? `above ${min}` : `of ${min} or more`}.`);
  };

/** Parses seconds. */
export const seconds = decimal(0, { above: true });

/** Parses how many crops a clip is seen in. */
export const crops = (text: string) => {
  if (text === '1' || text === '3') return text === '1' ? 1 : 3;
  throw new InvalidArgumentError('Expected 1 or 3.');
};

const oneDevice = (text: string) => {
  if (/^(auto|cpu|cuda(:\d+)?)$/.test(text)) return text as Device;
  throw new InvalidArgumentError('Expected auto, cpu, cuda or cuda:N.');
};

const modelDevice = (text: string) => {
  if (/^(auto|cpu|cuda(:(\d+|\*))?)$/.test(text)) return text as ModelDevice;
  throw new InvalidArgumentError('Expected auto, cpu, cuda, cuda:N or cuda:*.');
};

const threads = () =>
  new Option('--threads <n>', 'CPU threads of the network (default: all cores)').argParser(wholeNumber(1));

/** Options of every command that runs a loaded network. */
export interface RuntimeOptions {
  device?: ModelDevice;
  threads?: number;
}

export const runtimeOptions = () => [
  new Option('--device <name>', 'auto, cpu, cuda, cuda:N, or cuda:* for all GPUs')
    .argParser(modelDevice)
    .default('auto'),
  threads(),
];

/** The same for commands that train. */
export const trainingRuntimeOptions = () => [
  new Option('--device <name>', 'auto, cpu, cuda or cuda:N').argParser(oneDevice).default('auto'),
  threads(),
];

export const precisionOption = () =>
  new Option('--precision <name>', 'arithmetic of the network; auto is float32 on a CPU, float16 on CUDA')
    .choices(['auto', 'float32', 'float16', 'bfloat16'] satisfies Precision[])
    .default('auto');

/** Options that replace parts of an architecture's own input. */
export interface InputOptions {
  frames?: number;
  height?: number;
  width?: number;
  frameRate?: number;
  resize?: [number] | [number, number];
  sampling?: ModelInput['sampling'];
}

const resize = (text: string) => {
  const sides = text.split(/[,x]/).map(wholeNumber(1));
  if (sides.length === 1 || sides.length === 2) return sides as [number] | [number, number];
  throw new InvalidArgumentError('Expected a short side, for example 128, or height and width, for example 128x171.');
};

export const inputOptions = () => [
  new Option('--frames <n>', "frames in a clip (default: the architecture's)").argParser(wholeNumber(1)),
  new Option('--height <n>', "pixels (default: the architecture's)").argParser(wholeNumber(1)),
  new Option('--width <n>', "pixels (default: the architecture's)").argParser(wholeNumber(1)),
  new Option('--frame-rate <n>', 'frames a second at which video is sampled').argParser(decimal(0, { above: true })),
  new Option('--resize <HxW>', 'pixels before the crop, or the short side alone').argParser(resize),
  new Option('--sampling <name>', 'dense: frames at the frame rate; segment: spread over the whole video').choices([
    'dense',
    'segment',
  ] satisfies ModelInput['sampling'][]),
];

/** Beside the input, for commands that take clips for training. */
export const strideOption = () =>
  new Option('--stride <n>', 'take every n-th frame at the frame rate; dense sampling only (default: 1)')
    .argParser(wholeNumber(1))
    .helpGroup('Input:');

/** The parts of the input that were given; undefined where none was. */
export function inputFrom(options: InputOptions): Partial<ModelInput> | undefined {
  const { frames, height, width, frameRate, resize, sampling } = options;
  const parts = Object.entries({ frames, height, width, frameRate, resize, sampling });
  const given = parts.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
