import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A GPU of this machine, whether or not this process may use it. */
export interface NvidiaGpu {
  name: string;
  memoryMiB: number;
  driver: string;
}

const timeoutMs = 10_000;

/**
 * The GPUs that the driver's `nvidia-smi` lists; none where that cannot be run. LibTorch knows no names, and would take
 * memory of every GPU that it is asked about.
 */
export async function nvidiaGpus(command = 'nvidia-smi'): Promise<NvidiaGpu[]> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];
  try {
    const { stdout } = await promisify(execFile)(command, query, { timeout: timeoutMs });
    return stdout.split('\n').flatMap((line) => {
      const [name, memory, driver] = line.split(', ');
      return name && memory && driver ? [{ name, memoryMiB: Number(memory), driver: driver.trim() }] : [];
    });
  } catch {
    return [];
  }
}
