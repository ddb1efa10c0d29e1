import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import { wrapModel } from '../../lib/model/wrapModel';
import {
  expectError,
  fixture,
  fixtureInput as input,
  fixtureLabels as labels,
  maxDifference,
  noiseClip,
  onCpu,
} from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const options = { ...onCpu, labels, input, perFrame: true, tuning: { timeMs: 0 } } as const;
const clip = noiseClip({ frames: 4, height: 16, width: 16 });

/** Frame `index` of the clip, four times. */
const still = (index: number) => {
  const bytes = clip.data.length / 4;
  const frame = clip.data.subarray(index * bytes, (index + 1) * bytes);
  return { ...clip, data: Uint8Array.from({ length: clip.data.length }, (_, i) => frame[i % bytes] as number) };
};

test('a network for pictures is shown every frame, and its scores are averaged', async () => {
  await using model = await loadModel(fixture('images.pt'), options);
  const whole = await model.logits(clip);
  const frames = await Promise.all([0, 1, 2, 3].map((index) => model.logits(still(index))));
  const mean = Array.from(whole, (_, label) => frames.reduce((sum, own) => sum + (own[label] as number), 0) / 4);
  expect(maxDifference(whole, mean)).toBeLessThan(1e-5);
  expect(maxDifference(frames[0] as Float32Array, frames[1] as Float32Array)).toBeGreaterThan(1e-4);
});

test('it is put into a file of its own, which is a model for clips', async () => {
  const path = join(folder, 'wrapped.pt');
  await (await wrapModel(fixture('images.pt'), { labels, input, perFrame: true })).save(path);
  await using wrapped = await loadModel(path, onCpu);
  await using model = await loadModel(fixture('images.pt'), options);
  expect(maxDifference(await wrapped.logits(clip), await model.logits(clip))).toBeLessThan(1e-5);
});

test('what takes no pictures is refused', async () => {
  await expectError(loadModel(fixture('scripted.pt'), options), 'ERR_MODEL_FORWARD');
  await expectError(loadModel(fixture('two-inputs.pt'), options), 'ERR_MODEL_FORWARD');
});
