import { relativeError } from '../support/relativeError';
import { classifyInWorkers } from '../support/workers';
import { describeCuda, device } from './onCuda';

describeCuda('worker threads on CUDA', () => {
  test('load and classify at the same time and agree with the main thread', async () => {
    const { expected, results } = await classifyInWorkers({ device, precision: 'float32' });
    for (const ofOne of results) {
      expect(ofOne).toHaveLength(10);
      for (const logits of ofOne) expect(relativeError(logits, expected)).toBeLessThan(1e-3);
    }
  }, 180_000);
});
