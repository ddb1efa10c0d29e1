import type { NativeModelFile } from '../../binding';
import { inspectModel } from '../../lib/model/inspectModel';
import { withModelFile } from '../../lib/model/modelFile';
import * as addon from '../../lib/native';
import { expectError, smallArchive } from '../support/models';

jest.mock('../../lib/native', () => ({ __esModule: true, ...jest.requireActual('../../lib/native') }));

/** What the network of a quantised file is counted on: it can't be, and hears that it is closed. */
const uncountable = { profile: () => Promise.reject(new Error('no memory')), close: jest.fn() };

test('the network that a quantised file is counted on is closed where counting fails', async () => {
  const { bytes, metadata } = await smallArchive();
  const layers = [{ layer: 'first', int8: true, input: [-1, 2] }];
  const said = JSON.stringify({ ...metadata, quantization: { version: 1, method: 'mse', clips: 9, layers } });
  const quantised = await withModelFile(bytes, (file) => file.native.withMetadata(said, false));
  const binding = addon.native();
  const open = jest
    .fn(binding.NativeModelFile.open)
    .mockImplementationOnce((...args) => binding.NativeModelFile.open(...args))
    .mockResolvedValueOnce(uncountable as unknown as NativeModelFile);
  jest.spyOn(addon, 'native').mockReturnValue({ ...binding, NativeModelFile: { open } } as unknown as typeof binding);
  await expectError(inspectModel(quantised), 'ERR_INTERNAL', 'no memory');
  expect(uncountable.close).toHaveBeenCalledTimes(1);
});
