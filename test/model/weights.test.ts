import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { torchvisionOf } from '../../lib/model/weights/kerasResNet';
import { openWeights } from '../../lib/model/weights/openWeights';
import { readHdf5 } from '../../lib/model/weights/readHdf5';
import { kerasArrays } from '../support/kerasArrays';
import { writeDeterministicWeights } from '../support/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

function file(name: string, names: string[]): string {
  const path = join(folder, name);
  writeDeterministicWeights(
    path,
    names.map((tensor) => `${tensor}:1`),
  );
  return path;
}

describe('the input that weights want', () => {
  const facebook = { mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225] };
  const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

  test.each([
    ['layer4.0.conv1.1.weight', undefined],
    ['layer4.0.bn1.weight', imageNet],
    ['backbone.layer4.0.conv1.bn.weight', imageNet],
    ['s5.pathway0_res0.branch2.a_bn.weight', facebook],
    ['blocks.4.res_blocks.0.branch2.norm_a.weight', facebook],
    ['model.blocks.5.res_blocks.0.branch2.norm_a.weight', facebook],
  ])('is told by names such as %s', async (name, input) => {
    const weights = file('weights.safetensors', ['other.weight', name]);
    expect(await openWeights(weights, 'i3d_50')).toEqual({ files: [weights], input });
  });
});

test.each(['pipe.h5', 'pipe.index.json'])('nobody waits for a pipe, as %s is', async (name) => {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const refused = { code: 'ERR_FILE_ACCESS', message: expect.stringContaining('a device, pipe or socket') };
  await expect(openWeights(path, 'i3d_50_v1')).rejects.toMatchObject(refused);
});

describe('weights in parts', () => {
  const index = (weightMap: unknown) => {
    const path = join(folder, 'model.safetensors.index.json');
    writeFileSync(
      path,
      typeof weightMap === 'string' ? weightMap : JSON.stringify({ metadata: {}, weight_map: weightMap }),
    );
    return path;
  };

  test('are the files that the index names', async () => {
    const parts = [file('part-1.safetensors', ['a', 'layer4.0.bn1.weight']), file('part-2.safetensors', ['b'])];
    const path = index({
      a: 'part-1.safetensors',
      'layer4.0.bn1.weight': 'part-1.safetensors',
      b: 'part-2.safetensors',
    });
    expect(await openWeights(path, 'i3d_50')).toMatchObject({ files: parts, input: { mean: [0.485, 0.456, 0.406] } });
  });

  test.each([
    ['{"weight_map": {"a": 3}}', 'ERR_WEIGHTS', 'the index of weights in parts'],
    ['not JSON', 'ERR_WEIGHTS', 'the index of weights in parts'],
    [{}, 'ERR_WEIGHTS', 'between 1 and 1000 files'],
    [{ a: '../part-1.safetensors' }, 'ERR_WEIGHTS', 'files of its own folder'],
    [{ a: '/etc/passwd' }, 'ERR_WEIGHTS', 'files of its own folder'],
    [{ a: '..' }, 'ERR_WEIGHTS', 'files of its own folder'],
    [{ a: 'no-such-part.safetensors' }, 'ERR_FILE_NOT_FOUND', 'no-such-part.safetensors'],
  ])('%j gives %s', async (weightMap, code, text) => {
    await expect(openWeights(index(weightMap), 'i3d_50')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  test('need their index', async () => {
    const missing = join(folder, 'no.index.json');
    await expect(openWeights(missing, 'i3d_50')).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
    const inItsPlace = join(folder, 'folder.index.json');
    mkdirSync(inItsPlace);
    await expect(openWeights(inItsPlace, 'i3d_50')).rejects.toMatchObject({ code: 'ERR_FILE_ACCESS' });
  });
});

describe('weights of Keras', () => {
  const fixture = join(__dirname, '..', 'fixtures', 'arrays.h5');

  test('are read from HDF5: numbers, packed or not', async () => {
    const found = new Map((await readHdf5(fixture)).map(({ name, ...array }) => [name, array]));
    const layer = 'model_weights/conv1_conv/conv1_conv';
    expect([...found.keys()].sort()).toEqual([`${layer}/bias:0`, `${layer}/kernel:0`, `${layer}/packed`]);
    expect(found.get(`${layer}/kernel:0`)).toEqual({
      shape: [2, 1, 3, 4],
      data: Float32Array.from({ length: 24 }, (_, i) => i),
    });
    expect(found.get(`${layer}/bias:0`)?.data).toEqual(new Float32Array([0.5, -1.5]));
    expect(found.get(`${layer}/packed`)?.data).toEqual(new Float32Array([0, 1, 2, 3, 4, 5]));
  });

  test('that are damaged are refused', async () => {
    const whole = readFileSync(fixture);
    for (const length of [8, 100, 600, 1500, whole.length - 1000]) {
      const path = join(folder, 'damaged.h5');
      writeFileSync(path, whole.subarray(0, length));
      await expect(openWeights(path, 'i3d_50_v1')).rejects.toMatchObject({ code: 'ERR_WEIGHTS' });
    }
  });

  test('are no file of more than 1 GiB', async () => {
    const path = join(folder, 'large.h5');
    writeFileSync(path, readFileSync(fixture).subarray(0, 8));
    truncateSync(path, 2 ** 30 + 1);
    await expect(openWeights(path, 'i3d_50_v1')).rejects.toMatchObject({
      code: 'ERR_WEIGHTS',
      message: expect.stringContaining('at most 1073741824 bytes'),
    });
  });

  test('are those of a ResNet-50 or -101', async () => {
    await expect(openWeights(fixture, 'i3d_50_v1')).rejects.toMatchObject({
      code: 'ERR_WEIGHTS',
      message: expect.stringContaining('of 53 or 104 convolutions, but it has 1'),
    });
  });

  test('have the same names here, numbered or not', () => {
    const named = kerasArrays(3);
    const expected = torchvisionOf(named, 'file');
    expect(expected).toHaveLength(53 * 5 + 2);
    const layers = [...new Set(named.map(({ name }) => name.split('/')[0] as string))];
    const variables = {
      conv2d: ['kernel', 'bias'],
      batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
    };
    const kinds = { conv: 'conv2d', bn: 'batch_normalization' } as const;
    // As Keras lists them: the shortcut of a block's is before its last convolution.
    const place = (layer: string) => layer.replace(/_0_/, '_2b_');
    const numberOf = (layer: string, suffix: string) =>
      layers
        .filter((other) => other.endsWith(suffix))
        .sort((a, b) => place(a).localeCompare(place(b)))
        .indexOf(layer);
    const numbered = named.map((array) => {
      const [layer = '', , variable = ''] = array.name.replace(':0', '').split('/');
      if (layer === 'predictions') return { ...array, name: `layers/dense/vars/${variable === 'kernel' ? 0 : 1}` };
      const suffix = layer.endsWith('_conv') ? 'conv' : 'bn';
      const number = numberOf(layer, suffix);
      const kind = kinds[suffix];
      const index = (variables[kind] as string[]).indexOf(variable);
      return { ...array, name: `layers/${kind}${number === 0 ? '' : `_${number}`}/vars/${index}` };
    });
    // Value by value Jest would take a minute.
    const digests = (arrays: typeof named) =>
      arrays.map(({ name, shape, data }) => [name, shape, createHash('sha256').update(data).digest('hex')]);
    expect(digests(torchvisionOf(numbered, 'file'))).toEqual(digests(expected));
  });

  test('that are of another network, or not whole, are refused by name', () => {
    const arrays = kerasArrays(3);
    const refused = (changed: typeof arrays, text: string) =>
      expect(() => torchvisionOf(changed, 'file')).toThrow(
        expect.objectContaining({ code: 'ERR_WEIGHTS', message: text }),
      );
    const more = { name: 'extra/extra/gamma:0', shape: [1], data: new Float32Array(1) };
    refused([...arrays, more], 'file: expected no other layers but has 1: extra');
    refused(
      arrays.filter(({ name }) => !name.startsWith('conv3_block2_1_bn')),
      'file: expected the layer conv3_block2_1_bn but it is not there',
    );
    refused(
      arrays.filter(({ name }) => name !== 'conv1_bn/conv1_bn/moving_mean:0'),
      'file: expected a moving_mean beside conv1_bn/conv1_bn/gamma:0 but it is not there',
    );
  });
});
