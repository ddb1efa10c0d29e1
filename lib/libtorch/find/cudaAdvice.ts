import { cudaLibraries } from './libraries';
import type { LibTorch } from './locate';
import { hasNvidiaDriver } from './nvidiaDriver';

/**
 * Why there is no CUDA device, in lines for a person: what was found, what is needed, the command to run.
 *
 * @param openProblem what the loader said about LibTorch's CUDA libraries; empty where they opened
 */
export function cudaAdvice(libtorch: LibTorch, openProblem: string, driver = hasNvidiaDriver()): string[] {
  const cuda = cudaLibraries(libtorch.path).length > 0;
  const opens = openProblem ? `, whose CUDA libraries do not open (${openProblem})` : '';
  const build = `LibTorch ${libtorch.version}, ${cuda ? `a CUDA build${opens}` : 'a build for CPUs'} (${libtorch.path})`;
  const needed: string[] = [];
  const commands: string[] = [];
  if (!driver) {
    needed.push('an NVIDIA driver');
    commands.push('nvidia-smi shows the driver; docker run --gpus all gives it to a container');
  }
  if (!cuda || openProblem) {
    needed.push(`a CUDA build of the same version${cuda ? " and NVIDIA's libraries for it" : ''}`);
    commands.push('npx kinetorch libtorch install --cuda, or LIBTORCH=/path/to/a/CUDA/LibTorch');
  }
  if (needed.length === 0)
    needed.push('a driver that is new enough for this build, and a GPU that this process may use');
  if (commands.length === 0) commands.push('nvidia-smi shows both; CUDA_VISIBLE_DEVICES hides GPUs');
  return [
    `  found: ${build}; ${driver ? 'an' : 'no'} NVIDIA driver`,
    `  needed: ${needed.join(', and ')}`,
    `  what to do: ${commands.join('; ')}; or device: 'cpu'`,
  ];
}
