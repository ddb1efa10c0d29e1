import { type BilinearAxis, bilinearAxis } from './bilinearAxis';
import type { PictureView } from './pictureView';

/**
 * Note [Resize in the decoder]
 * Frames that are much larger than their reader wants are resized before they go through the pipe, to the very bytes that
 * the native resize (native/preprocessing/bilinear_crop.cpp) makes of whole frames, which are LibTorch's: the same arithmetic in the same order, in float32, with those products and sums fused that LibTorch fuses.
 * In double precision these are exact before their one rounding.
 */
const { fround } = Math;
const channels = 3;
/** LibTorch sums the four corners of pictures with sides up to this at once, those of others row by row. */
const smallSides = 128;
/** Added to a float32, it leaves no bits for a fraction: halves are rounded to even. */
const roundingShift = 12582912;

const roundToByte = (value: number) => fround(value + roundingShift) - roundingShift;

/** Resizes pictures of one size after the other to `height`×`width`. */
export class PictureResizer {
  private source = { height: 0, width: 0 };
  private rows = bilinearAxis(1, 1);
  private columns = bilinearAxis(1, 1);

  constructor(
    private readonly height: number,
    private readonly width: number,
  ) {}

  /** Height×width×3. */
  resize(view: PictureView): Buffer {
    const { height, width } = view;
    if (this.source.height !== height || this.source.width !== width) {
      this.source = { height, width };
      this.rows = bilinearAxis(height, this.height);
      this.columns = bilinearAxis(width, this.width);
    }
    // Not zeroed: every byte is written.
    const to = Buffer.allocUnsafeSlow(this.height * this.width * channels);
    const mix = this.height + this.width <= smallSides ? resizeSmall : resizeLarge;
    mix(view, this.rows, this.columns, to);
    return to;
  }
}

function resizeLarge(view: PictureView, rows: BilinearAxis, columns: BilinearAxis, to: Buffer): void {
  const { bytes, first, right, down } = view;
  let place = 0;
  for (let y = 0; y < rows.size; y++) {
    const upper = first + (rows.first[y] as number) * down;
    const lower = first + (rows.second[y] as number) * down;
    const [upperWeight, lowerWeight] = [rows.firstWeight[y] as number, rows.secondWeight[y] as number];
    for (let x = 0; x < columns.size; x++) {
      const leftOffset = (columns.first[x] as number) * right;
      const rightOffset = (columns.second[x] as number) * right;
      const leftWeight = columns.firstWeight[x] as number;
      const rightWeight = columns.secondWeight[x] as number;
      for (let channel = 0; channel < channels; channel++) {
        const above = fround(
          (bytes[upper + leftOffset + channel] as number) * leftWeight +
            fround((bytes[upper + rightOffset + channel] as number) * rightWeight),
        );
        const below = fround(
          (bytes[lower + leftOffset + channel] as number) * leftWeight +
            fround((bytes[lower + rightOffset + channel] as number) * rightWeight),
        );
        to[place++] = roundToByte(fround(above * upperWeight + fround(below * lowerWeight)));
      }
    }
  }
}

function resizeSmall(view: PictureView, rows: BilinearAxis, columns: BilinearAxis, to: Buffer): void {
  const { bytes, first, right, down } = view;
  let place = 0;
  for (let y = 0; y < rows.size; y++) {
    const upper = first + (rows.first[y] as number) * down;
    const lower = first + (rows.second[y] as number) * down;
    const [upperWeight, lowerWeight] = [rows.firstWeight[y] as number, rows.secondWeight[y] as number];
    for (let x = 0; x < columns.size; x++) {
      const leftOffset = (columns.first[x] as number) * right;
      const rightOffset = (columns.second[x] as number) * right;
      const leftWeight = columns.firstWeight[x] as number;
      const rightWeight = columns.secondWeight[x] as number;
      const upperLeft = fround(upperWeight * leftWeight);
      const upperRight = fround(upperWeight * rightWeight);
      const lowerLeft = fround(lowerWeight * leftWeight);
      const lowerRight = fround(lowerWeight * rightWeight);
      for (let channel = 0; channel < channels; channel++) {
        let sum = fround((bytes[upper + rightOffset + channel] as number) * upperRight);
        sum = fround((bytes[upper + leftOffset + channel] as number) * upperLeft + sum);
        sum = fround((bytes[lower + leftOffset + channel] as number) * lowerLeft + sum);
        sum = fround((bytes[lower + rightOffset + channel] as number) * lowerRight + sum);
        to[place++] = roundToByte(sum);
      }
    }
  }
}
