import type { RgbClip, Tensor } from '../../clip/types';

/** Of each channel, as a model's input has them: a pixel in 0…1 is `value * std + mean`. */
export interface Normalisation {
  mean: readonly number[];
  std: readonly number[];
}

/** T×H×W values of one channel of a normalised 3×T×H×W clip, as a picture has them: 0…1. */
export function pixelsOf({ data }: Tensor, { mean, std }: Normalisation, channel: number): Float32Array {
  const size = data.length / 3;
  const [offset, scale] = [mean[channel] as number, std[channel] as number];
  const pixels = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    pixels[i] = Math.min(1, Math.max(0, (data[channel * size + i] as number) * scale + offset));
  }
  return pixels;
}

/** A normalised 3×T×H×W clip as bytes. */
export function clipOf(tensor: Tensor, input: Normalisation): RgbClip {
  const [, frames = 0, height = 0, width = 0] = tensor.shape;
  const data = new Uint8Array(3 * frames * height * width);
  for (let channel = 0; channel < 3; channel++) {
    pixelsOf(tensor, input, channel).forEach((pixel, i) => {
      data[3 * i + channel] = Math.round(255 * pixel);
    });
  }
  return { data, frames, height, width };
}
