import type { Orientation } from './orientation';

/** Rows of RGB pixels, as they are stored. */
export interface StoredPicture {
  bytes: Buffer;
  /** Bytes from one row to the next. */
  stride: number;
  width: number;
  height: number;
}

/** Pixels of each side of a stored picture that are not shown. */
export interface Cropping {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export const uncropped: Cropping = { top: 0, bottom: 0, left: 0, right: 0 };

/** A stored picture as it is seen, cropped and upright: pixel (x, y) begins at byte `first + x·right + y·down`. */
export interface PictureView {
  bytes: Buffer;
  first: number;
  right: number;
  down: number;
  width: number;
  height: number;
}

const channels = 3;

export function viewOf(picture: StoredPicture, cropping: Cropping, orientation: Orientation): PictureView {
  const { bytes, stride } = picture;
  const { transpose, flipX, flipY } = orientation;
  const { top, left } = cropping;
  const [width, height] = [picture.width - left - cropping.right, picture.height - top - cropping.bottom];
  const first = (top + (flipY ? height - 1 : 0)) * stride + (left + (flipX ? width - 1 : 0)) * channels;
  const [along, across] = [flipX ? -channels : channels, flipY ? -stride : stride];
  return transpose
    ? { bytes, first, right: across, down: along, width: height, height: width }
    : { bytes, first, right: along, down: across, width, height };
}

/** H×W×3, without gaps. */
export function copyOf({ bytes, first, right, down, width, height }: PictureView): Buffer {
  // Not zeroed: every byte is written below.
  const copy = Buffer.allocUnsafeSlow(width * height * channels);
  const rowBytes = width * channels;
  for (let y = 0; y < height; y++) {
    let from = first + y * down;
    let to = y * rowBytes;
    if (right === channels) {
      bytes.copy(copy, to, from, from + rowBytes);
      continue;
    }
    for (let x = 0; x < width; x++, from += right, to += channels) {
      copy[to] = bytes[from] as number;
      copy[to + 1] = bytes[from + 1] as number;
      copy[to + 2] = bytes[from + 2] as number;
    }
  }
  return copy;
}
