import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nvidiaGpus } from '../../lib/libtorch/find/nvidiaGpus';

const onPosix = process.platform === 'win32' ? describe.skip : describe;

onPosix('GPUs of the driver', () => {
  let folder = '';

  /** An nvidia-smi that prints what the real one does when it is asked so, and nothing else. */
  const install = (lines: string[], status = 0) => {
    const file = join(folder, 'nvidia-smi');
    const query = '--query-gpu=name,memory.total,driver_version --format=csv,noheader,nounits';
    const print = lines.map((line) => `echo '${line}'`).join('\n');
    writeFileSync(file, `#!/bin/sh\nif [ "$*" = '${query}' ]; then\n${print || ':'}\nfi\nexit ${status}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinetorch-smi-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('have names, memory and the driver', async () => {
    const smi = install(['NVIDIA H100 80GB HBM3, 81559, 580.65.06', 'Tesla T4, 15360, 580.65.06']);
    expect(await nvidiaGpus(smi)).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memoryMiB: 81559, driver: '580.65.06' },
      { name: 'Tesla T4', memoryMiB: 15360, driver: '580.65.06' },
    ]);
  });

  it('are none where nvidia-smi is missing or fails', async () => {
    expect(await nvidiaGpus(join(folder, 'nvidia-smi'))).toEqual([]);
    const smi = install(['NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'], 9);
    expect(await nvidiaGpus(smi)).toEqual([]);
  });
});
