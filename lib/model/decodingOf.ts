import { isDeepStrictEqual } from 'node:util';
import type { UntaggedMatrix } from '../video/untaggedMatrix';

/** What a model's input says of frames. */
interface FrameInput {
  resize: readonly number[];
  antialias: boolean;
  untaggedMatrix?: UntaggedMatrix;
}

/**
 * How a video is opened whose clips are to be seen as these inputs say: options of `openDecodedVideo`. Frames come
 * smaller where all resize them alike.
 */
export function decodingOf(inputs: readonly Readonly<FrameInput>[]) {
  const [first, ...others] = inputs.map(({ resize: size, antialias }) => ({ size, antialias }));
  const resize = others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
  return { resize, untaggedMatrix: inputs[0]?.untaggedMatrix };
}
