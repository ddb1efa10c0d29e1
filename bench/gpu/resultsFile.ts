import { spawnSync } from 'node:child_process';
import { thisMachine } from '../harness/thisMachine';
import type { RunFlags } from './flags';
import type { Results, Step } from './results';

export function newResults({ device, quick, commit }: RunFlags, steps: Step[]): Results {
  return {
    ...{ date: new Date().toISOString(), commit, quick, device },
    machine: { ...thisMachine(), driver: device === 'cuda' ? driverVersion() : null },
    ...{ gpu: null, steps, tests: {}, kernels: null, inference: [], serving: null, agreement: null, training: [] },
  };
}

/** `gpu-nvidia-h100-80gb-hbm3-2026-01-31.json`. */
export function fileNameOf({ gpu, device, date, quick }: Results): string {
  const name = (gpu?.name ?? device).toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `gpu-${name}-${date.slice(0, 10)}${quick ? '-rehearsal' : ''}.json`;
}

function driverVersion(): string | null {
  const { stdout } = spawnSync('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  return stdout?.split('\n')[0]?.trim() || null;
}
