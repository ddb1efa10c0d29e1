import { resizedSize } from '../../clip/resizedSize';
import type { FrameForm } from '../types';

/** The size in which pictures are handed over, and what brings them to it. */
export interface PictureFit {
  height: number;
  width: number;
  /** `resized`: to the reader's size, exactly. `reduced`: by swscale, to a size from which the reader resizes. */
  by: 'nothing' | 'resized' | 'reduced';
  /** Whether the reader's size is so much smaller that single steps of colour no longer count. */
  isCoarse: boolean;
}

/** Pixels of a stored picture for each of its reader's from which it is resized: below, the native resize is faster. */
const resizeFrom = 4;
/** As many times larger on either side, a picture is coarse. */
const coarseFrom = 8;
/** As many times larger than its reader's size is what an antialiased resize of a coarse picture starts from. */
const reducedSides = 4;

/**
 * Note [Large frames]
 * A 4K frame is 25 MB of RGB, of which a model's resize to 128×171 looks at a hundredth. So:
 * - Without antialiasing frames are resized here, to the same bytes (Note [Resize in the decoder]).
 * - With it every pixel counts. Where both sides are at least 8 times as long as their reader wants, swscale's area
 *   filter, which is vectorised, goes first, down to 4 times that; the reader's own resize does the rest.
 * - At 8 times as well, formats without a fast converter are rounded to 8 bits of 4:2:0 or 4:2:2, which has one.
 * `test/video/largeFrames.test.ts` says how close the last two come.
 */
export function pictureFit(
  size: { height: number; width: number },
  resize: FrameForm['resize'],
  isCropped: boolean,
): PictureFit {
  const stored = { height: size.height, width: size.width, by: 'nothing', isCoarse: false } as const;
  if (resize === null) return stored;
  const wanted = resizedSize(resize.size, size);
  const isLarger = (times: number) => size.height >= times * wanted.height && size.width >= times * wanted.width;
  const isCoarse = isLarger(coarseFrom);
  if (!resize.antialias) {
    const isWorthIt = size.height * size.width >= resizeFrom * wanted.height * wanted.width;
    return isWorthIt ? { ...wanted, by: 'resized', isCoarse } : stored;
  }
  // What the container crops are whole pixels of the stored picture.
  if (isCropped || !isCoarse) return { ...stored, isCoarse };
  return { height: reducedSides * wanted.height, width: reducedSides * wanted.width, by: 'reduced', isCoarse };
}
