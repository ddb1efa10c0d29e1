import type { StoredPicture } from './pictureView';

/** The three planes of an 8-bit 4:4:4 picture. */
export interface Planes {
  data: Buffer[];
  strides: number[];
  width: number;
  height: number;
}

/** Y, Cg and Co (H.273, matrix 8) to RGB: the matrix that swscale lacks. */
export function yCgCoToRgb({ data, strides, width, height }: Planes, isLimited: boolean): StoredPicture {
  const [luma, green, orange] = data as [Buffer, Buffer, Buffer];
  const [lumaStride, greenStride, orangeStride] = strides as [number, number, number];
  const [black, lumaScale, chromaScale] = isLimited ? [16, 255 / 219, 255 / 224] : [0, 1, 1];
  const rgb = new Uint8ClampedArray(Buffer.allocUnsafeSlow(width * height * 3).buffer);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const brightness = ((luma[y * lumaStride + x] as number) - black) * lumaScale;
      const cg = ((green[y * greenStride + x] as number) - 128) * chromaScale;
      const co = ((orange[y * orangeStride + x] as number) - 128) * chromaScale;
      rgb[to] = brightness - cg + co;
      rgb[to + 1] = brightness + cg;
      rgb[to + 2] = brightness - cg - co;
    }
  }
  return { bytes: Buffer.from(rgb.buffer), stride: width * 3, width, height };
}
