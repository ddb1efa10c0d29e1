import { invalidArgument } from '../base/errors';
import type { OptionsOf } from '../base/schemas';
import { type FrameCnn, frameCnnOptions } from './frameCnnSchema';
import type { ModelInput } from './types';

/** Seconds from one frame to the other of a difference. */
const lagSeconds = 0.1;

interface Named {
  name: string;
  family: string;
  frames: number;
}

/**
 * How the options have a 2-D network made; undefined for other architectures, for which they are refused.
 *
 * @param input the architecture's own, with what the caller said of it
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`
 */
export function frameCnnOf(
  { name, family }: Named,
  options: OptionsOf<typeof frameCnnOptions>,
  { frameRate, mean, std }: Pick<ModelInput, 'frameRate' | 'mean' | 'std'>,
): FrameCnn | undefined {
  if (family === 'cnn') {
    const { stream = 'rgb', pool = 'mean', dropout = 0 } = options;
    return { stream, lag: Math.max(1, Math.round(lagSeconds * frameRate)), pool, dropout, mean, std };
  }
  for (const key of Object.keys(frameCnnOptions) as (keyof typeof frameCnnOptions)[]) {
    if (options[key] === undefined) continue;
    throw invalidArgument(`options.${key}`, `left out for ${name}, which is no 2-D network,`, options[key]);
  }
  return undefined;
}

/** The input of the file: of differences the network normalises its pictures itself. */
export function inputOfFrameCnn(input: ModelInput, { stream, lag }: FrameCnn, frames: number | undefined): ModelInput {
  if (stream === 'rgb') return input;
  if (frames !== undefined && frames <= lag) {
    throw invalidArgument(
      'options.input.frames',
      `above ${lag}, the frames from one to the other of a difference,`,
      frames,
    );
  }
  return { ...input, frames: frames ?? input.frames + lag, mean: [0, 0, 0], std: [1, 1, 1] };
}
