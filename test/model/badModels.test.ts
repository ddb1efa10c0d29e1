import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createModel } from '../../lib/model/createModel';
import { devices } from '../../lib/model/devices';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import type { ModelSource } from '../../lib/model/modelSource';
import type { LoadModelOptions } from '../../lib/model/options';
import { otherFiles } from '../support/foreignNetworks';
import { expectError, fixture, fixtureInput, fixtureLabels, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const foreign: LoadModelOptions = { labels: fixtureLabels, input: fixtureInput, ...onCpu };

const folder = temporaryFolder();

/** Loads from the path and from the bytes: both must fail alike. */
async function expectLoadError(name: string, code: string, ...parts: (string | RegExp)[]): Promise<void> {
  await expectError(loadModel(fixture(name), foreign), code, ...parts);
  await expectError(loadModel(await readFile(fixture(name)), foreign), code, ...parts);
}

test('no such file', async () => {
  await expectError(loadModel(join(folder, 'missing.pt'), foreign), 'ERR_FILE_NOT_FOUND', 'missing.pt');
  await expectError(inspectModel(join(folder, 'missing.pt')), 'ERR_FILE_NOT_FOUND', 'missing.pt');
});

test('a folder', async () => {
  await expectError(loadModel(folder, foreign), 'ERR_FILE_ACCESS', folder);
});

test.each([
  ['text.pt', 'ERR_MODEL_FORMAT'],
  ['empty.pt', 'ERR_MODEL_FORMAT'],
  ['not-torchscript.pt', 'ERR_MODEL_FORMAT'],
  ['weights.safetensors', 'ERR_MODEL_FORMAT'],
  ['bit-flipped.pt', 'ERR_MODEL_FORMAT'],
  ['truncated.pt', 'ERR_MODEL_FORMAT'],
  ['dotdot.pt', 'ERR_MODEL_FORMAT'],
  ['compressed-bomb.pt', 'ERR_MODEL_FORMAT'],
])('%s is no model', (name, code) => expectLoadError(name, code, /expected|damaged|not/i));

describe('what people take for TorchScript is told apart, and the message says what to do', () => {
  const asModel: [string, Uint8Array, RegExp][] = [
    ['a state dict', otherFiles.get('state dict') as Uint8Array, /state dict.*createModel/],
    ['a whole module', otherFiles.get('whole module') as Uint8Array, /whole Python module.*torch\.jit\.script/],
    [
      'a checkpoint',
      otherFiles.get('checkpoint with a module') as Uint8Array,
      /whole Python module.*torch\.jit\.script/,
    ],
    ['a .pt2', otherFiles.get('exported') as Uint8Array, /torch\.export.*torch\.jit\.script/],
    ['the old format', otherFiles.get('legacy') as Uint8Array, /before PyTorch 1\.6.*createModel.*torch\.jit\.script/],
    ['safetensors', readFileSync(fixture('weights.safetensors')), /safetensors.*createModel/],
    [
      'ONNX',
      Buffer.from(`\x08\x09\x12\x07pytorch${'x'.repeat(600)}`, 'latin1'),
      /ONNX.*createModel.*torch\.jit\.script/,
    ],
    ['HDF5', Buffer.from(`\x89HDF\r\n\x1a\n${'x'.repeat(600)}`, 'latin1'), /Keras/],
    ['gzip', Buffer.from(`\x1f\x8b${'x'.repeat(600)}`, 'latin1'), /gzip; unpack/],
    ['OpenVINO', Buffer.from('<?xml version="1.0"?>\n<net name="x" version="11">'), /OpenVINO/],
    ['Git LFS', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), /download/],
  ];
  test.each(asModel)('%s', async (_what, bytes, words) => {
    await expectError(loadModel(bytes, foreign), 'ERR_MODEL_FORMAT', words);
    await expectError(inspectModel(bytes), 'ERR_MODEL_FORMAT', words);
  });

  test.each(asModel.filter(([what]) => ['gzip', 'OpenVINO', 'Git LFS', 'a web page'].includes(what)))(
    '%s is no weights either',
    async (_what, bytes) => {
      const weights = join(folder, 'weights');
      await writeFile(weights, bytes);
      const made = createModel({ architecture: 'r2plus1d_dw', numClasses: 4, weights });
      await expectError(made, 'ERR_WEIGHTS', /but this is .*; /);
    },
  );

  test('HDF5 that is damaged is no weights either', async () => {
    const weights = join(folder, 'weights.h5');
    await writeFile(weights, asModel.find(([what]) => what === 'HDF5')?.[1] as Uint8Array);
    const made = createModel({ architecture: 'r2plus1d_dw', numClasses: 4, weights });
    await expectError(made, 'ERR_WEIGHTS', /expected a whole file of HDF5/);
  });

  test("a folder of TensorFlow's", async () => {
    await mkdir(join(folder, 'saved'));
    await writeFile(join(folder, 'saved', 'saved_model.pb'), '');
    await expectError(loadModel(join(folder, 'saved'), foreign), 'ERR_MODEL_FORMAT', 'TensorFlow');
  });
});

test.each([
  ['two-inputs.pt', /scale/],
  ['gives-tuple.pt', /one tensor of logits.*Tuple/s],
  ['gives-map.pt', /\[1, classes\].*\[1, 6, 4, 8, 8\]/s],
  ['raises.pt', /refuses every clip/],
  ['images.pt', /N×3×T×H×W/],
])('%s has a forward that takes or gives something else', (name, what) =>
  expectLoadError(name, 'ERR_MODEL_FORWARD', /expected/, what),
);

test('a model that gives NaN fails the call, not the process', async () => {
  await using model = await loadModel(fixture('gives-nan.pt'), foreign);
  const clip = { data: new Uint8Array(4 * 16 * 16 * 3), frames: 4, height: 16, width: 16 };
  await expectError(model.classifyClip(clip), 'ERR_MODEL_FORWARD', 'NaN');
  expect(model.stats()).toMatchObject({ requests: 1, failed: 1, completed: 0 });
});

test('every truncation and a flip of any byte of a model is refused', async () => {
  const bytes = await readFile(fixture('scripted.pt'));
  for (let length = 0; length < bytes.length; length += 397) {
    await expectError(loadModel(bytes.subarray(0, length), foreign), 'ERR_MODEL_FORMAT');
  }
  let loaded = 0;
  for (let place = 11; place < bytes.length; place += 211) {
    const damaged = Uint8Array.from(bytes);
    damaged[place] = (damaged[place] as number) ^ 0x10;
    try {
      // Padding between entries, and fields nobody reads, may differ without harm; the model must then be the same.
      await using model = await loadModel(damaged, foreign);
      expect(model.labels).toEqual(fixtureLabels);
      loaded++;
    } catch (error) {
      expect((error as { code: string }).code).toBe('ERR_MODEL_FORMAT');
    }
  }
  expect(loaded).toBeLessThan(bytes.length / 211 / 2);
});

test('wrong number of labels', async () => {
  const options = { ...foreign, labels: ['a', 'b', 'c'] };
  await expectError(loadModel(fixture('scripted.pt'), options), 'ERR_MODEL_METADATA', /4.*3 labels/s);
  const archive = await smallArchive();
  await expectError(loadModel(archive, { labels: ['one'], device: 'cpu' }), 'ERR_MODEL_METADATA', /6.*1 labels/s);
});

test('no kinetorch.json and no options', async () => {
  const path = fixture('scripted.pt');
  await expectError(loadModel(path), 'ERR_MODEL_METADATA', 'kinetorch.json', 'both');
  await expectError(loadModel(path, { labels: fixtureLabels }), 'ERR_MODEL_METADATA', '`input`');
  await expectError(loadModel(path, { input: fixtureInput }), 'ERR_MODEL_METADATA', '`labels`');
  await expectError(
    loadModel(path, { labels: fixtureLabels, input: { height: 16, width: 16, frames: 4 } }),
    'ERR_INVALID_ARGUMENT',
    'options.input.resize',
  );
  await expectError(
    loadModel(path, { labels: fixtureLabels, input: { height: 16, width: 16, resize: [16] } }),
    'ERR_INVALID_ARGUMENT',
    'options.input.frames',
    'undefined',
  );
});

test('a source that is neither path nor bytes', async () => {
  const sources: unknown[] = [undefined, null, 5, '', {}, new Float32Array(3), [1, 2]];
  for (const source of sources) {
    await expectError(loadModel(source as ModelSource, foreign), 'ERR_INVALID_ARGUMENT', 'source');
  }
});

test('bytes that are detached, shared or none', async () => {
  const detached = new Uint8Array(await readFile(fixture('scripted.pt')));
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  await expectError(loadModel(detached, foreign), 'ERR_INVALID_ARGUMENT', 'detached');
  await expectError(loadModel(new Uint8Array(new SharedArrayBuffer(64)), foreign), 'ERR_INVALID_ARGUMENT', 'shared');
  await expectError(loadModel(new Uint8Array(0), foreign), 'ERR_MODEL_FORMAT');
});

test('a path with a file that cannot be read', async () => {
  const path = join(folder, 'unreadable.pt');
  await writeFile(path, 'x', { mode: 0 });
  // Root reads it all the same, and finds no model in it.
  const code = process.getuid?.() === 0 ? 'ERR_MODEL_FORMAT' : 'ERR_FILE_ACCESS';
  await expectError(loadModel(path, foreign), code, 'unreadable.pt');
});

describe('device and precision', () => {
  test.each([
    ['tpu', 'ERR_DEVICE'],
    ['cuda:x', 'ERR_DEVICE'],
    ['cuda:-1', 'ERR_DEVICE'],
    ['', 'ERR_DEVICE'],
    ['cuda:99', 'ERR_DEVICE'],
    [7, 'ERR_INVALID_ARGUMENT'],
    [null, 'ERR_INVALID_ARGUMENT'],
  ])('device %p', async (device, code) => {
    const options = { ...foreign, device } as LoadModelOptions;
    await expectError(
      loadModel(fixture('scripted.pt'), options),
      code,
      'expected',
      device === '' ? '""' : String(device),
    );
  });

  test('cuda where there is none, float16 on a CPU', async () => {
    const { cudaProblem, devices: names } = devices();
    expect(names.at(-1)).toBe('cpu');
    if (cudaProblem !== null) {
      const options = { ...foreign, device: 'cuda' } as const;
      await expectError(
        loadModel(fixture('scripted.pt'), options),
        'ERR_DEVICE',
        'expected a CUDA device',
        cudaProblem,
      );
    }
    await expectError(
      loadModel(fixture('scripted.pt'), { ...foreign, precision: 'float16' }),
      'ERR_UNSUPPORTED',
      'CUDA',
    );
  });
});
