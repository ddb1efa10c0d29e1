import { createModel } from '../../lib/model/createModel';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { expectError, maxDifference, noiseClip, onCpu } from '../support/models';

const labels = ['a', 'b', 'c'];
const small = { height: 32, width: 32 };
const untuned = { ...onCpu, tuning: { timeMs: 0 } } as const;

test('defaults are those of networks for photographs', async () => {
  const { metadata } = await createModel({ architecture: 'mobilenet_v2', labels });
  expect(metadata).toMatchObject({
    head: 'classifier.1',
    outputs: ['logits', 'probabilities', 'embedding', 'features'],
    input: { frames: 8, height: 224, width: 224, resize: [256], frameRate: 10, mean: [0.485, 0.456, 0.406] },
    frameCnn: { stream: 'rgb', pool: 'mean', dropout: 0 },
  });
  expect(metadata.stages).toHaveLength(19);
  const lite = await createModel({ architecture: 'efficientnet_lite0', labels });
  expect(lite.metadata.input).toMatchObject({
    mean: [127 / 255, 127 / 255, 127 / 255],
    std: [128 / 255, 128 / 255, 128 / 255],
  });
});

test('differences take a frame more, and are normalised within', async () => {
  const difference = { architecture: 'mobilenet_v2', labels, stream: 'difference' } as const;
  const { metadata } = await createModel(difference);
  expect(metadata.input).toMatchObject({ frames: 9, mean: [0, 0, 0], std: [1, 1, 1] });
  expect(metadata.frameCnn).toMatchObject({ lag: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const fast = await createModel({ ...difference, input: { frameRate: 30, mean: [0.5, 0.5, 0.5] } });
  expect(fast.metadata).toMatchObject({
    input: { frames: 11, mean: [0, 0, 0] },
    frameCnn: { lag: 3, mean: [0.5, 0.5, 0.5] },
  });
  await expectError(
    createModel({ ...difference, input: { frames: 3, frameRate: 30 } }),
    'ERR_INVALID_ARGUMENT',
    /options\.input\.frames.*above 3/,
  );
});

test('of a clip that stands still, differences say nothing', async () => {
  const archive = await createModel({
    architecture: 'mobilenet_v2',
    labels,
    stream: 'difference',
    input: { ...small, frames: 4 },
  });
  await using model = await loadModel(archive, untuned);
  const still = (seed: number) => {
    const { data, ...clip } = noiseClip({ frames: 1, seed });
    return {
      ...clip,
      frames: 4,
      data: Uint8Array.from({ length: 4 * data.length }, (_, i) => data[i % data.length] as number),
    };
  };
  const [one, other] = [await model.embedClip(still(1)), await model.embedClip(still(2))];
  // A fresh network's numbers are small.
  const largest = Math.max(...one);
  expect(largest).toBeGreaterThan(0);
  expect(maxDifference(one, other)).toBeLessThan(1e-4 * largest);
  expect(maxDifference(one, await model.embedClip(noiseClip()))).toBeGreaterThan(1e-2 * largest);
});

test.each([
  ['mean', 1280, true],
  ['mean+change', 2560, false],
  ['multi-stage', 2824, false],
  ['convolution', 256, true],
  ['lstm', 256, false],
] as const)('pool %s gives %i numbers', async (pool, width, hasMap) => {
  const archive = await createModel({
    architecture: 'efficientnet_lite0',
    labels,
    pool,
    input: { ...small, frames: 3 },
  });
  await using model = await loadModel(archive, untuned);
  expect(await model.embedClip(noiseClip())).toHaveLength(width);
  expect(model.outputs.includes('features')).toBe(hasMap);
  expect(archive.metadata.outputs).toEqual(model.outputs);
  const { gflops, parameters, unknownOperator } = await inspectModel(archive);
  expect({ unknownOperator, counted: (gflops ?? 0) > 0, parameters: (parameters ?? 0) > 3e6 }).toEqual({
    unknownOperator: null,
    counted: true,
    parameters: true,
  });
});

test('what is not a 2-D network takes none of its options', async () => {
  await expectError(
    createModel({ architecture: 'r2plus1d_dw', labels, stream: 'difference' }),
    'ERR_INVALID_ARGUMENT',
    /options\.stream.*left out for r2plus1d_dw/,
  );
  const stream = 'flow' as 'rgb';
  await expectError(
    createModel({ architecture: 'mobilenet_v2', labels, stream }),
    'ERR_INVALID_ARGUMENT',
    /'rgb' or 'difference'/,
  );
});
