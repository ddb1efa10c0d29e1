import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '../../lib/model/loadModel';
import type { LoadModelOptions } from '../../lib/model/options';
import { expectError, maxDifference, noiseClip, onCpu, smallArchive } from '../support/models';

const clip = noiseClip({ height: 48, width: 60 });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinetorch-plans-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function logits(options: LoadModelOptions): Promise<Float32Array> {
  await using model = await loadModel(await smallArchive(), { ...onCpu, ...options });
  return model.logits(clip);
}

const planFiles = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

test('kernels change speed, and logits by rounding alone', async () => {
  const plain = await logits({ optimize: 'off' });
  for (const optimize of ['exact', 'fast'] as const) {
    const found = await logits({ optimize, tuning: { folder } });
    expect(maxDifference(found, plain)).toBeLessThan(1e-4 * Math.max(...plain.map(Math.abs)));
  }
});

test('what was measured is remembered, and what is remembered is not measured again', async () => {
  const first = await logits({ tuning: { folder } });
  const [plans] = planFiles() as [string];
  expect(plans.split('\n').length).toBeGreaterThan(10);
  // A plan nobody would have measured: it stays, so it was used.
  const marked = plans.replace(/\t(float32 (?:direct|depthwise)) \d+ /, '\t$1 7 ');
  expect(marked).not.toBe(plans);
  writeFileSync(join(folder, readdirSync(folder)[0] as string), marked);
  const second = await logits({ tuning: { folder } });
  expect(planFiles()).toEqual([marked]);
  expect(maxDifference(first, second)).toBeLessThan(1e-5);
});

test('a file of plans that is damaged does no harm', async () => {
  const expected = await logits({ tuning: { folder } });
  const path = join(folder, readdirSync(folder)[0] as string);
  const plans = readFileSync(path, 'utf8');
  for (const damaged of [
    plans.slice(0, plans.length / 2),
    plans.replaceAll(/\d/g, '9'),
    plans.replaceAll(/\tfloat32 \w+ /g, '\tfloat32 winograd4 '),
    '\u0000'.repeat(4096),
    '',
  ]) {
    writeFileSync(path, damaged);
    expect(maxDifference(await logits({ tuning: { folder } }), expected)).toBeLessThan(1e-4);
  }
});

test('nothing is written without a folder, or without measuring', async () => {
  const byRule = await logits({ tuning: { timeMs: 0, folder } });
  expect(planFiles()).toEqual([]);
  expect(await logits({ tuning: { timeMs: 0, folder: null } })).toEqual(byRule);
});

test('a cap on weights leaves LibTorch its convolutions', async () => {
  await logits({ tuning: { maxWeightBytes: 0, folder } });
  expect(planFiles().join('')).not.toMatch(/\t(?!library$)/m);
});

test('a folder that cannot be made is an error', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  await expectError(logits({ tuning: { folder: join(path, 'plans') } }), 'ERR_FILE_ACCESS', 'plans');
});
