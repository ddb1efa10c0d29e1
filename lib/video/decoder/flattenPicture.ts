import type { StoredPicture } from './pictureView';

/** What RGBA pixels mean beyond full-range, opaque RGB. */
export interface PixelMeaning {
  /** Black is 16 and white 235. */
  isLimited: boolean;
  /** Colours are multiplied by their opacity already. */
  isPremultiplied: boolean;
}

const fullRange = Uint8ClampedArray.from({ length: 256 }, (_, value) => value);
const limitedRange = Uint8ClampedArray.from({ length: 256 }, (_, value) => ((value - 16) * 255) / 219);

/** RGBA of four bytes a pixel as full-range RGB; what is transparent shows white. */
export function flattenPicture(
  { bytes, stride, width, height }: StoredPicture,
  { isLimited, isPremultiplied }: PixelMeaning,
): StoredPicture {
  const levels = isLimited ? limitedRange : fullRange;
  const rgb = Buffer.allocUnsafeSlow(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const end = y * stride + width * 4;
    for (let from = y * stride; from < end; from += 4) {
      const opacity = bytes[from + 3] as number;
      for (let channel = 0; channel < 3; channel++) {
        const level = levels[bytes[from + channel] as number] as number;
        const darkness = isPremultiplied ? opacity - level : Math.round(((255 - level) * opacity) / 255);
        rgb[to++] = 255 - Math.max(0, darkness);
      }
    }
  }
  return { bytes: rgb, stride: width * 3, width, height };
}
