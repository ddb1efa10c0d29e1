import { devices } from '../../lib/model/devices';
import { loadModel } from '../../lib/model/loadModel';
import type { ModelDevice } from '../../lib/model/options';
import { expectError, onCpu, smallArchive } from '../support/models';

test('a model says which devices it is on', async () => {
  await using model = await loadModel(await smallArchive(), onCpu);
  expect(model.devices).toEqual(['cpu']);
  expect(model.device).toBe('cpu');
});

test('an unknown device, and all there are', async () => {
  const names = "'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'";
  const device = 'cuda:**' as ModelDevice;
  await expectError(loadModel(await smallArchive(), { device }), 'ERR_DEVICE', names, 'received "cuda:**"');
});

test('a memory limit is for CUDA', async () => {
  const limited = loadModel(await smallArchive(), { ...onCpu, memoryLimit: 2 ** 30 });
  await expectError(limited, 'ERR_UNSUPPORTED', 'a CUDA device for `memoryLimit`', 'the device is cpu');
});

const { cudaProblem } = devices();
(cudaProblem === null ? test.skip : test)('all CUDA devices, where there is none', async () => {
  const device = 'cuda:*';
  await expectError(
    loadModel(await smallArchive(), { device }),
    'ERR_DEVICE',
    `a CUDA device for "${device}"`,
    cudaProblem as string,
  );
});
