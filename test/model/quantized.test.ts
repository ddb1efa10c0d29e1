import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chooseQuantization } from '../../lib/model/chooseQuantization';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { parseMetadata } from '../../lib/model/metadata';
import { withModelFile } from '../../lib/model/modelFile';
import type { Quantization } from '../../lib/model/types';
import { callNative } from '../../lib/native';
import { quantizeModel } from '../../lib/quantization/quantizeModel';
import { fitHead } from '../../lib/training/fitHead';
import { train } from '../../lib/training/train';
import { expectError, onCpu, smallArchive } from '../support/models';
import { halvesArchive } from '../support/reconstruction';
import { clips } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

const quantization: Quantization = {
  version: 1,
  method: 'mse',
  clips: 200,
  layers: [
    { layer: 'first', int8: true, input: [-1, 2] },
    { layer: 'second', int8: false, input: [0, 3], residual: [0, 1] },
  ],
};

/** A network whose `kinetorch.json` says that it is quantised. */
async function quantizedBytes(changes: object = {}): Promise<Uint8Array> {
  const { bytes, metadata } = await smallArchive();
  const said = JSON.stringify({ ...metadata, quantization: { ...quantization, ...changes } });
  return withModelFile(bytes, ({ native }) => callNative(() => native.withMetadata(said, false)));
}

/** Reads metadata that say this of their quantisation. */
async function parsing(changes: object) {
  const { metadata } = await smallArchive();
  const text = JSON.stringify({ ...metadata, quantization: { ...quantization, ...changes } });
  return () => parseMetadata(text);
}

describe('what a file says of its quantisation', () => {
  test('is read', async () => {
    const { metadata } = await inspectModel(await quantizedBytes());
    expect(metadata?.quantization).toEqual(quantization);
  });

  test.each([
    ['a later version', { version: 2 }, 'quantization.version` to be 1'],
    ['no layers', { layers: [] }, 'quantization.layers` to be an array with at least one layer'],
    ['another method', { method: 'kl' }, 'quantization.method` to be'],
    ['a range without 0', { layers: [{ layer: 'a', int8: true, input: [1, 2] }] }, 'min ≤ 0 ≤ max'],
    ['a range of nothing', { layers: [{ layer: 'a', int8: true, input: [0, null] }] }, 'min ≤ 0 ≤ max'],
  ])('is checked: %s', async (_, changes, message) => {
    await expectError(await parsing(changes), 'ERR_MODEL_METADATA', message);
  });

  test.each([[[0, 5e-324]], [[-9e-31, 0]], [[0, 1.1e30]], [[-1e308, 1e308]]])(
    'is checked: a range whose step is no float32, %j',
    async (range) => {
      const wide = { layers: [{ layer: 'a', int8: true, input: range }] };
      await expectError(await parsing(wide), 'ERR_MODEL_METADATA', 'layers.0.input', '1e30');
      const added = { layers: [{ layer: 'a', int8: true, input: [0, 1], residual: range }] };
      await expectError(await parsing(added), 'ERR_MODEL_METADATA', 'layers.0.residual', '1e30');
    },
  );

  test.each([[[0, 0]], [[0, 1e-30]], [[-1e30, 1e30]]])('may have a range of %j', async (range) => {
    const layers = [{ layer: 'a', int8: true, input: range }];
    expect((await parsing({ layers }))().quantization?.layers).toEqual(layers);
  });

  test('may be left out, as in earlier files', async () => {
    const { metadata } = await smallArchive();
    expect(parseMetadata(JSON.stringify(metadata))).toEqual(metadata);
  });
});

describe('the precision int8', () => {
  const layers = [
    { int8: true, input: [-1, 2] },
    { int8: false, input: [0, 3], residual: [0, 1] },
  ];

  test('is that of a quantised file on a CPU, unless another is asked for', () => {
    expect(chooseQuantization({ device: 'cpu', precision: 'auto' }, { quantization })).toEqual(layers);
    expect(chooseQuantization({ device: 'cpu', precision: 'int8' }, { quantization })).toEqual(layers);
    expect(chooseQuantization({ device: 'auto', precision: 'int8' }, { quantization })).toEqual(layers);
    expect(chooseQuantization({ device: 'cuda:0', precision: 'auto' }, { quantization })).toBeNull();
    expect(chooseQuantization({ device: 'cpu', precision: 'float32' }, { quantization })).toBeNull();
    expect(chooseQuantization({ device: 'cpu', precision: 'auto' }, {})).toBeNull();
  });

  test('needs a quantised file, and a CPU', async () => {
    const archive = await smallArchive();
    await expectError(loadModel(archive, { precision: 'int8' }), 'ERR_UNSUPPORTED', 'kinetorch quantize');
    for (const device of ['cuda', 'cuda:1', 'cuda:*'] as const) {
      const loading = loadModel(await quantizedBytes(), { precision: 'int8', device });
      await expectError(loading, 'ERR_UNSUPPORTED', 'int8 runs on a CPU', `'${device}'`);
    }
  });
});

describe('a quantised file', () => {
  test('is no network that could be built from its name', async () => {
    const loading = loadModel(await quantizedBytes(), { ...onCpu, trust: 'weights' });
    await expectError(loading, 'ERR_MODEL_UNTRUSTED', 'that it is quantised');
  });

  test('is not trained on, given a new head, or quantised again', async () => {
    const from = await quantizedBytes();
    const data = clips;
    const training = train({ from, data, outDir: join(folder, 'run') });
    await expectError(training, 'ERR_UNSUPPORTED', 'float32 weights to train on from');
    const quantizing = quantizeModel(from, clips, { outFile: join(folder, 'again.pt') });
    await expectError(quantizing, 'ERR_UNSUPPORTED', 'quantised already');
    const fitting = fitHead(from, { data, outFile: join(folder, 'head.pt'), precision: 'float32' });
    await expectError(fitting, 'ERR_UNSUPPORTED', 'float32 weights to train on from');
  });
});

describe('what cannot be quantised', () => {
  const outFile = join(folder, 'a.int8.pt');

  test.each([
    ['an ensemble', 'both.json', 'one by one'],
    ['a file that is not there', join(folder, 'none.pt'), 'none.pt'],
  ])('%s', async (_, source, message) => {
    const code = source.endsWith('.json') ? 'ERR_UNSUPPORTED' : 'ERR_FILE_NOT_FOUND';
    await expectError(quantizeModel(source, clips, { outFile }), code, message);
  });

  test('a model that gives clips back', async () => {
    await expectError(quantizeModel(await halvesArchive(), clips, { outFile }), 'ERR_UNSUPPORTED', 'gives clips back');
  });

  test('is known before anything is read', async () => {
    const archive = await smallArchive();
    const path = join(folder, 'own.pt');
    await archive.save(path);
    await expectError(quantizeModel(path, clips, { outFile: path }), 'ERR_INVALID_ARGUMENT', 'another file');
    const link = join(folder, 'link.pt');
    symlinkSync('own.pt', link);
    await expectError(quantizeModel(link, clips, { outFile: path }), 'ERR_INVALID_ARGUMENT', 'another file');
    await expectError(quantizeModel(path, clips, { outFile: link }), 'ERR_INVALID_ARGUMENT', 'another file');
    await expectError(quantizeModel(path, clips, { outFile: folder }), 'ERR_INVALID_ARGUMENT', 'outFile', 'folder');
    const nowhere = join(folder, 'no', 'such', 'folder', 'a.pt');
    await expectError(quantizeModel(path, clips, { outFile: nowhere }), 'ERR_FILE_ACCESS', 'cannot write');
    await expectError(quantizeModel(path, '', { outFile }), 'ERR_INVALID_ARGUMENT', 'data');
    const onCuda = { outFile, device: 'cuda' } as never;
    await expectError(quantizeModel(path, clips, onCuda), 'ERR_INVALID_ARGUMENT', 'device');
  });
});
