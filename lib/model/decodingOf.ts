import { isDeepStrictEqual } from 'node:util';
import type { ModelInput } from './types';

/**
 * How a video is opened whose clips networks of these inputs are to see: options of `openDecodedVideo`. Frames come
 * smaller where all networks resize them alike.
 */
export function decodingOf(inputs: readonly Readonly<ModelInput>[]) {
  const [first, ...others] = inputs.map(({ resize: size, antialias }) => ({ size, antialias }));
  const resize = others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
  return { resize, untaggedMatrix: inputs[0]?.untaggedMatrix };
}
