import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import { classifyInWorker } from '../support/classifyInWorker';
import { smallArchive } from '../support/models';
import { relativeError } from '../support/relativeError';
import { describeCuda, device } from './onCuda';

describeCuda('worker threads on CUDA', () => {
  test('load and classify at the same time and agree with the main thread', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kinetorch-cuda-workers-'));
    try {
      const path = join(folder, 'model.pt');
      await (await smallArchive()).save(path);
      const options = { device, precision: 'float32' } as const;
      await using model = await loadModel(path, options);
      const workers = Array.from({ length: 4 }, () => classifyInWorker(path, 10, options));
      const data = Uint8Array.from({ length: 4 * 40 * 56 * 3 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 255);
      const expected = await model.logits({ data, frames: 4, height: 40, width: 56 });
      for (const results of await Promise.all(workers)) {
        expect(results).toHaveLength(10);
        for (const logits of results) expect(relativeError(logits, expected)).toBeLessThan(1e-3);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 180_000);
});
