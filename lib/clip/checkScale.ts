import { KinetorchError } from '../base/errors';
import type { Clip } from './types';

/** How a network's input is normalised. */
interface Normalisation {
  mean: readonly number[];
  std: readonly number[];
}

/** Values that are looked at, of all of a clip: bytes as floats, or values that are normalised already, are off in most. */
const lookedAt = 4096;
/** What a resize with a sharp filter may give beyond 0…1. */
const overshoot = 0.5;
/** Beyond this, nothing is normalised. */
const most = 16;

/**
 * Looks at some floats of a clip, for they should be from 0 to 1. Where the network's input has mean 0 and std 1, clips that
 * are normalised already are taken too. What is not finite the native layer refuses, which looks at every value.
 *
 * @throws KinetorchError `ERR_CLIP_DATA`
 */
export function checkScale({ data }: Pick<Clip, 'data'>, { mean, std }: Normalisation): void {
  if (data.BYTES_PER_ELEMENT === 1) return;
  const isIdentity = mean.every((value) => value === 0) && std.every((value) => value === 1);
  const [min, max] = isIdentity ? [-most, most] : [-overshoot, 1 + overshoot];
  // Not a multiple of three, or one channel alone would be seen.
  const step = 3 * Math.floor(data.length / (3 * lookedAt)) + 1;
  for (let place = 0; place < data.length; place += step) {
    const value = data[place] as number;
    if (!Number.isFinite(value) || (value >= min && value <= max)) continue;
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected floats from 0 to 1 in \`clip.data\` but received ${value}: give values of 0…255 as a Uint8Array, or divide ` +
        'them by 255; give clips that are normalised already to classifyTensor',
    );
  }
}
