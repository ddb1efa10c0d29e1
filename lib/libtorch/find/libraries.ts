import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** File name of a LibTorch library on a platform: `c10` is `libc10.so`, `libc10.dylib` or `c10.dll`. */
function libraryFile(name: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `${name}.dll`;
  return `lib${name}.${platform === 'darwin' ? 'dylib' : 'so'}`;
}

/** Absolute paths of what the addon needs, in the order in which it has to be opened. */
export function requiredLibraries(libtorch: string): string[] {
  return ['c10', 'torch_cpu'].map((name) => join(libtorch, 'lib', libraryFile(name)));
}

/** Absolute paths of the CUDA half, in opening order; empty for a CPU build. */
export function cudaLibraries(libtorch: string): string[] {
  return ['c10_cuda', 'torch_cuda']
    .map((name) => join(libtorch, 'lib', libraryFile(name)))
    .filter((p) => existsSync(p));
}
