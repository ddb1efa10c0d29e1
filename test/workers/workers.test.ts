import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel } from '../../lib/model/createModel';
import { loadModel } from '../../lib/model/loadModel';
import { classifyInWorker } from '../support/classifyInWorker';
import { runProgram } from './runProgram';

jest.setTimeout(180_000);

test('several worker threads load and classify at the same time and agree with the main thread', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kinetorch-workers-'));
  try {
    const path = join(folder, 'model.pt');
    const input = { frames: 4, height: 32, width: 32, resize: [36, 48] as [number, number] };
    await (await createModel({ architecture: 'r2plus1d_dw', numClasses: 6, input })).save(path);
    const options = { device: 'cpu', threads: 1 } as const;
    await using model = await loadModel(path, options);
    const workers = Array.from({ length: 4 }, () => classifyInWorker(path, 10, options));
    const data = Uint8Array.from({ length: 4 * 40 * 56 * 3 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 24) & 255);
    const expected = await model.logits({ data, frames: 4, height: 40, width: 56 });
    for (const results of await Promise.all(workers)) {
      expect(results).toHaveLength(10);
      for (const logits of results) {
        for (const [index, value] of logits.entries()) expect(value).toBeCloseTo(expected[index] as number, 5);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ['model', 10],
  ['trainer', 4],
])('worker.terminate() with a %s at work, %i times, and process.exit() over a worker', async (what, times) => {
  const ended = await runProgram('terminate', [what, String(times)]);
  expect(ended).toEqual({ code: 7, signal: null, stdout: 'terminated\n', stderr: '' });
});
