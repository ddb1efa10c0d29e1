import { describe, KinetorchError } from '../base/errors';
import type { Clip } from './types';

/** How fast a network expects to see its frames. */
interface Pace {
  frames: number;
  frameRate: number;
  /** `segment`: frames of a whole video, however long. */
  sampling?: 'dense' | 'segment';
}

/** How much faster or slower than it was trained a network may see a clip. */
const tolerance = 1.25;

/**
 * Checks that a clip that says its frame rate lasts about as long as the network's clips do: its frames are picked evenly,
 * from the first to the last, so that a longer one would look faster than it was, and a shorter one slower.
 *
 * @throws KinetorchError `ERR_CLIP_SHAPE`
 */
export function checkFrameRate(
  { frames, frameRate }: Pick<Clip, 'frames' | 'frameRate'>,
  { frames: seen, frameRate: rate, sampling }: Pace,
): void {
  if (frameRate === undefined) return;
  if (typeof frameRate !== 'number' || !(frameRate >= 0.01 && frameRate <= 1000)) {
    const received = describe(frameRate);
    throw new KinetorchError(
      'ERR_CLIP_SHAPE',
      `expected \`clip.frameRate\` to be a number between 0.01 and 1000 but received ${received}`,
    );
  }
  if (sampling === 'segment' || seen === 1) return;
  const needed = Math.round(((seen - 1) * frameRate) / rate) + 1;
  const [seconds, expected] = [(frames - 1) / frameRate, (seen - 1) / rate];
  if (seconds <= expected * tolerance && seconds >= expected / tolerance) return;
  throw new KinetorchError(
    'ERR_CLIP_SHAPE',
    `expected a clip of about ${needed} frames, as the model sees ${seen} frames, ${rate} a second, but received ` +
      `${frames} frames, ${frameRate} a second`,
  );
}
