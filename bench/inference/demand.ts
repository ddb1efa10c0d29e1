import { join } from 'node:path';
import { inspectModel } from '../../dist';
import { type ConvLayer, macsOf, volume } from '../harness/convolution';
import type { PreparedNetwork } from '../harness/prepareNetwork';
import type { Demand } from './results';

const floatBytes = 4;

/** What one clip asks of the machine. The direct count is inspectModel's; the rest follows from the convolutions. */
export async function demandOf({ folder, layers }: PreparedNetwork): Promise<Demand> {
  const { gflops, parameters } = await inspectModel(join(folder, 'model.pt'));
  const saved = layers.reduce((sum, layer) => sum + macsOf(layer) * (1 - winogradShare(layer)), 0);
  const values = layers.reduce(
    (sum, { input, output }) => sum + volume(input) + volume(output),
    parameters ?? Number.NaN,
  );
  // inspectModel counts multiply-adds, in billions.
  const directMacs = (gflops ?? Number.NaN) * 1e9;
  return { directMacs, winogradMacs: directMacs - saved, bytes: values * floatBytes };
}

/**
 * Multiplications of the best of F(4) and F(2) over those of direct convolution: of (1,3,3) and, tap by tap over time,
 * of 3×3×3 in the plane, of (3,1,1) over time. Tiles that reach over the edge count whole; transforms, which are
 * additions, do not count.
 */
export function winogradShare({ kernel, stride, groups, output }: ConvLayer): number {
  const [, frames, height, width] = output;
  if (groups !== 1 || stride.some((step) => step !== 1)) return 1;
  if (kernel[1] === 3 && kernel[2] === 3) {
    const share = (tile: number) => lineShare(tile, height) * lineShare(tile, width);
    return Math.min(1, share(4), share(2));
  }
  if (kernel[0] === 3 && kernel[1] === 1) return Math.min(1, lineShare(4, frames), lineShare(2, frames));
  return 1;
}

/** F(tile, 3) makes `tile` outputs of a line with tile + 2 multiplications instead of 3 · tile. */
function lineShare(tile: number, length: number): number {
  return (Math.ceil(length / tile) * (tile + 2)) / (3 * length);
}
