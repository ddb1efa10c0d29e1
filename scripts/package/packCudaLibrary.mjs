import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildCudaLibrary } from './buildCudaLibrary.mjs';
import { strip } from './strip.mjs';

/** Puts Kinetorch's CUDA library beside the addon, which opens it where the user has a CUDA build of LibTorch. */
export async function packCudaLibrary(prebuilds) {
  if (process.platform !== 'linux') return [];
  const library = await buildCudaLibrary({ withPrograms: false });
  if (library === null) {
    console.error('⚠ no nvcc was found: the package is made WITHOUT the CUDA library (docs/gpu.md)');
    return [];
  }
  const copy = join(prebuilds, basename(library));
  copyFileSync(library, copy);
  strip(copy);
  return [basename(copy)];
}
