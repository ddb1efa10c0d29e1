import { loadModel } from '../../lib/model/loadModel';
import { expectError, noiseClip, slowArchive, smallArchive } from '../support/models';
import { describeCuda, device } from './onCuda';

const mebibyte = 2 ** 20;

/** 600 MiB of bytes. */
const largeClip = () => ({ data: new Uint8Array(4 * 7000 * 7490 * 3), frames: 4, height: 7000, width: 7490 });

// They need Kinetorch's CUDA library: without it a limit is refused, and these tests fail, since it should be there.
describeCuda('a limit on CUDA memory', () => {
  // It is the process's, and another test may follow in it.
  afterAll(async () => {
    await using _ = await loadModel(await smallArchive(), { device, memoryLimit: Number.MAX_SAFE_INTEGER });
  });

  test('that a model does not fit into fails its load alone', async () => {
    await expectError(
      loadModel(await slowArchive(), { device, memoryLimit: mebibyte }),
      'ERR_OUT_OF_MEMORY',
      /out of memory/i,
    );
    await using model = await loadModel(await smallArchive(), { device, memoryLimit: 400 * mebibyte });
    await model.logits(noiseClip());
  });

  test('fails the calls that find too little, and the model goes on', async () => {
    await using model = await loadModel(await smallArchive(), { device, memoryLimit: 400 * mebibyte });
    await model.logits(noiseClip());
    await expectError(model.logits(largeClip()), 'ERR_OUT_OF_MEMORY');
    const together = await Promise.allSettled(
      [noiseClip(), largeClip(), noiseClip()].map((clip) => model.logits(clip)),
    );
    expect(together[1]?.status).toBe('rejected');
    await model.logits(noiseClip());
    const { requests, completed, failed, running } = model.stats();
    expect({ requests, running, ended: completed + failed }).toEqual({ requests: 6, running: 0, ended: 6 });
  });
});
