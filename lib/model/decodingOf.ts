import type { ModelInput } from './types';

/** How a video is opened whose clips a network of this input is to see: options of `openDecodedVideo`. */
export function decodingOf({ resize, antialias, untaggedMatrix }: Readonly<ModelInput>) {
  return { resize: { size: resize, antialias }, untaggedMatrix };
}
