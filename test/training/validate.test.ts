import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '../../lib/training/train';
import { noise, smallRun } from '../support/smallRun';

test.each(['crossentropy', 'bce'] as const)(
  'a validation loss (%s) that is not finite stops the run and makes no model the best',
  async (loss) => {
    const outDir = await mkdtemp(join(tmpdir(), 'kinetorch-validate-'));
    try {
      // One step an epoch: the loss before it is finite, the weights after it are none.
      const data = { train: noise(4), validation: noise(4) };
      const diverging = { optimizer: 'sgd', learningRate: 1e30, warmupEpochs: 0, batchSize: 4 } as const;
      await expect(train(smallRun(outDir, { data, loss, ...diverging }))).rejects.toMatchObject({
        code: 'ERR_TRAINING',
        message: expect.stringMatching(/validation loss of epoch 1 .*The clips of this batch: clip-0, clip-1, /),
      });
      expect(existsSync(join(outDir, 'best.pt'))).toBe(false);
    } finally {
      await rm(outDir, { recursive: true });
    }
  },
  120_000,
);
