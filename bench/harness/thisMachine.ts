import { availableParallelism, cpus, totalmem } from 'node:os';

/** How a machine is told from another. */
export interface Machine {
  cpu: string;
  threads: number;
  memoryGb: number;
  platform: string;
  node: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
