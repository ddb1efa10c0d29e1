/** Models of which only the weights are trusted: the same numbers, and nothing of the file runs. */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createModel } from '../../../lib/model/createModel';
import { ensemble } from '../../../lib/model/ensemble/ensemble';
import { inspectModel } from '../../../lib/model/inspectModel';
import { loadModel } from '../../../lib/model/loadModel';
import type { LoadModelOptions } from '../../../lib/model/options';
import { wrapModel } from '../../../lib/model/wrapModel';
import { startingModel } from '../../../lib/training/startingModel';
import { foreignNetworks } from '../../support/foreignNetworks';
import {
  expectError,
  fixture,
  fixtureInput,
  fixtureLabels,
  noiseClip,
  onCpu,
  smallArchive,
} from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';

const plain: LoadModelOptions = { ...onCpu, optimize: 'off', tuning: { timeMs: 0, folder: null } };
const weights: LoadModelOptions = { ...plain, trust: 'weights' };
const { withSpy } = require('./hostileArchives.cjs');
const { readZip, writeZip } = require('../../support/torchArchive.cjs');
const clip = noiseClip();
const folder = temporaryFolder();

async function logitsOf(source: Uint8Array | string, options: LoadModelOptions): Promise<Float32Array> {
  await using model = await loadModel(source, options);
  return await model.logits(clip);
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test.each([
  ['a network of clips', {}],
  ['one with dropout', { architecture: 'r2plus1d_16' }],
  ['one for pictures', { architecture: 'mobilenet_v2', stream: 'difference', pool: 'lstm', dropout: 0.2 }],
] as const)('%s gives the same logits', async (_what, options) => {
  const { bytes } = await smallArchive(options);
  expect(await logitsOf(bytes, weights)).toEqual(await logitsOf(bytes, plain));
});

test('code of the file would run, and does not', async () => {
  const { bytes } = await smallArchive();
  const written = join(folder, 'written');
  const path = join(folder, 'hostile.pt');
  writeFileSync(path, withSpy(bytes, written));
  expect(await logitsOf(path, weights)).toEqual(await logitsOf(bytes, plain));
  const { findings, parameters } = await inspectModel(path);
  expect(findings).toEqual(['its code calls torch.save in __torch__.Spy.__setstate__']);
  expect(parameters).toBeGreaterThan(0);
  expect(existsSync(written)).toBe(false);
  await (await loadModel(path, plain)).dispose();
  expect(existsSync(written)).toBe(true);
});

test.each(['a path', 'bytes'])('nor in a second copy, of %s', async (what) => {
  const { bytes } = await smallArchive();
  const written = join(folder, 'explained');
  const path = join(folder, 'explained.pt');
  const hostile: Uint8Array = withSpy(bytes, written);
  writeFileSync(path, hostile);
  await using model = await loadModel(what === 'bytes' ? hostile : path, weights);
  await model.explainClip(clip, { layer: 'layer2' });
  expect(existsSync(written)).toBe(false);
});

test('nor in an ensemble', async () => {
  const { bytes } = await smallArchive();
  const written = join(folder, 'together');
  await using both = await ensemble([withSpy(bytes, written)], weights);
  await both.logits(clip);
  expect(existsSync(written)).toBe(false);
});

test('training from such a file runs nothing of it', async () => {
  const { bytes, metadata } = await smallArchive();
  const written = join(folder, 'trained');
  const options = { from: withSpy(bytes, written) as Uint8Array, trust: 'weights', input: {}, seed: 0 } as const;
  const start = await startingModel(options);
  const file = await start.open(metadata.labels);
  await file.profile([4, 32, 32]); // as a trainer takes the network out of it
  file.close();
  expect(existsSync(written)).toBe(false);
});

test('a network from elsewhere is refused with what its code does', async () => {
  const foreign: LoadModelOptions = { ...weights, labels: fixtureLabels, input: fixtureInput };
  await expectError(
    loadModel(fixture('scripted.pt'), foreign),
    'ERR_MODEL_UNTRUSTED',
    'kinetorch.json is missing',
    'nothing that touches the system',
  );
  const { bytes } = await wrapModel(fixture('scripted.pt'), { labels: fixtureLabels, input: fixtureInput });
  await expectError(loadModel(bytes, weights), 'ERR_MODEL_UNTRUSTED', 'says "custom"');
});

test('metadata that do not say which network it is', async () => {
  const { bytes, metadata } = await smallArchive({ architecture: 'resnet18', pool: 'mean' });
  const { frameCnn: _, ...rest } = metadata;
  const without = readZip(bytes).map(({ name, content }: { name: string; content: Buffer }) => ({
    name,
    content: name.endsWith('kinetorch.json') ? JSON.stringify(rest) : content,
  }));
  await expectError(loadModel(writeZip(without), weights), 'ERR_UNSUPPORTED', '`frameCnn`');
});

test('nothing is found in networks that compute, but what C++ classes of their own may do', async () => {
  const found: string[] = [];
  for (const [name, { bytes }] of foreignNetworks) {
    const { findings, parameters } = await inspectModel(bytes);
    expect(parameters === null).toBe(findings.length > 0);
    if (findings.length > 0) found.push(name);
  }
  expect(found).toEqual(['Quantised']);
});

test('a file is the one that its digest names, or refused', async () => {
  const { bytes } = await createModel({ architecture: 'r2plus1d_dw', numClasses: 3, input: { frames: 4 } });
  const path = join(folder, 'pinned.pt');
  writeFileSync(path, bytes);
  const sha256 = sha256Of(bytes);
  for (const source of [path, bytes]) {
    for (const digest of [sha256, sha256.toUpperCase()]) {
      await (await loadModel(source, { ...plain, sha256: digest })).dispose();
    }
    const other = sha256Of(new Uint8Array());
    await expectError(loadModel(source, { ...plain, sha256: other }), 'ERR_MODEL_UNTRUSTED', sha256, other);
  }
  await expectError(loadModel(path, { sha256: 'abc' }), 'ERR_INVALID_ARGUMENT', '64 hexadecimal digits');
  await expectError(loadModel('both.json', { sha256 }), 'ERR_INVALID_ARGUMENT', 'left out for an ensemble');
});
