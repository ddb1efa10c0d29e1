/**
 * Peak signal-to-noise ratio in dB of pixels in 0…1 with this mean squared error: 10·log10(1 / mse). Of pixels that are
 * equal it is Infinity.
 */
export function psnrOf(meanSquaredError: number): number {
  return 10 * Math.log10(1 / meanSquaredError);
}
