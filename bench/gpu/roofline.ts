import { type ConvLayer, macsOf, volume, weightsOf } from '../harness/convolution';
import type { GpuInfo, Roofline } from './results';

/**
 * The most clips a second at the measured rates: every convolution takes its multiplications at the rate of matrix
 * products or its bytes at that of copying, whichever is longer. Batch norm, addition and ReLU count as part of it; its
 * weights are read once a batch.
 *
 * @param clipBytes uint8 of one clip, as it is uploaded
 */
export function rooflineOf(layers: readonly ConvLayer[], batch: number, clipBytes: number, gpu: GpuInfo): Roofline {
  const bytesPerValue = gpu.name === undefined ? 4 : 2;
  const seconds = layers.reduce((sum, layer) => {
    const arithmetic = (2 * macsOf(layer) * batch) / (gpu.teraflops * 1e12);
    const values = (volume(layer.input) + volume(layer.output)) * batch + weightsOf(layer);
    return sum + Math.max(arithmetic, (values * bytesPerValue) / (gpu.gigabytesPerSecond * 1e9));
  }, 0);
  return {
    gigaflops: layers.reduce((sum, layer) => sum + 2 * macsOf(layer), 0) / 1e9,
    clipsPerSecond: batch / seconds,
    uploadClipsPerSecond: (gpu.uploadGigabytesPerSecond * 1e9) / clipBytes,
  };
}
