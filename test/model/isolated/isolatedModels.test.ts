/** Models whose code runs in a locked process: the same numbers, nothing of this machine, and no harm to this process. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../../lib/model/loadModel';
import type { LoadModelOptions } from '../../../lib/model/options';
import type { VideoModel } from '../../../lib/model/videoModel';
import { Decoders } from '../../support/decoders';
import {
  expectError,
  fixture,
  fixtureInput,
  fixtureLabels,
  noiseClip,
  onCpu,
  smallArchive,
} from '../../support/models';
import { relativeError } from '../../support/relativeError';
import { temporaryFolder } from '../../support/temporaryFolder';
import { withForward } from './withForward';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});

const { withSpy } = require('../untrusted/hostileArchives.cjs');
const processes = new Decoders(jest.mocked(spawn));
const plain: LoadModelOptions = { ...onCpu, optimize: 'off', tuning: { timeMs: 0, folder: null } };
const isolated: LoadModelOptions = { ...plain, isolate: true };
const clip = noiseClip();
const folder = temporaryFolder();

async function save(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function inBoth<T>(
  source: string | Uint8Array,
  options: LoadModelOptions,
  work: (model: VideoModel) => Promise<T>,
) {
  await using alone = await loadModel(source, { ...isolated, ...options });
  await using here = await loadModel(source, { ...plain, ...options });
  return { alone: await work(alone), here: await work(here) };
}

test.each(['a path', 'bytes'])('a model of %s gives the same, maps of where it looked too', async (what) => {
  const { bytes } = await smallArchive();
  const source = what === 'bytes' ? bytes : await save('small.pt', bytes);
  const { alone, here } = await inBoth(source, {}, async (model) => ({
    embedding: await model.embedClip(clip),
    classified: (await model.classifyClip(clip)).predictions,
    map: (await model.explainClip(clip, { layer: 'layer2' })).map,
    outputs: model.outputs,
    path: model.path,
    completed: model.stats().completed > 0,
  }));
  expect(alone).toEqual(here);
});

test('one from elsewhere does too, and one for pictures', async () => {
  const foreign = { labels: fixtureLabels, input: fixtureInput };
  const small = { data: new Uint8Array(4 * 16 * 16 * 3).fill(90), frames: 4, height: 16, width: 16 };
  const clips = await inBoth(fixture('scripted.pt'), foreign, (model) => model.logits(small));
  expect(clips.alone).toEqual(clips.here);
});

test('calls that are cancelled, full queues and bad clips are told as they are without', async () => {
  const { bytes } = await smallArchive();
  await using model = await loadModel(bytes, { ...isolated, batching: { maxBatchSize: 1, maxQueue: 1 } });
  await expectError(model.classifyClip(clip, { signal: AbortSignal.abort() }), 'ERR_ABORTED');
  await expectError(model.logits({ ...clip, frames: 3 }), 'ERR_CLIP_SHAPE');
  const calls = await Promise.allSettled(Array.from({ length: 30 }, () => model.logits(clip)));
  const failures = calls.flatMap((call) => (call.status === 'rejected' ? [call.reason.code] : []));
  expect(new Set(failures)).toEqual(new Set(['ERR_QUEUE_FULL']));
  expect(failures.length).toBeLessThan(30);
});

test('a clip may be written to as soon as it was given, a Buffer too', async () => {
  const { bytes } = await smallArchive();
  await using model = await loadModel(bytes, isolated);
  const right = await model.logits(clip);
  const data = Buffer.from(clip.data);
  const asked = model.logits({ ...clip, data });
  data.fill(0);
  expect(await asked).toEqual(right);
});

test('code of the file writes no file', async () => {
  const { bytes } = await smallArchive();
  const written = join(folder, 'written');
  const path = await save('spy.pt', withSpy(bytes, written));
  await (await loadModel(path, isolated)).dispose();
  expect(existsSync(written)).toBe(false);
  await (await loadModel(path, plain)).dispose();
  expect(existsSync(written)).toBe(true);
});

test('code of the file reads no file', async () => {
  const { bytes } = await smallArchive();
  const secret = await save('secret', Buffer.alloc(64, 'secret'));
  const reading = withForward(bytes, [
    `read = torch.from_file("${secret}", False, 6, dtype=0)`,
    'return torch.unsqueeze(torch.to(read, 6), 0)',
  ]);
  await using here = await loadModel(reading, plain);
  expect([...(await here.logits(clip))]).toEqual([...Buffer.from('secret')]);
  await expectError(loadModel(reading, isolated), 'ERR_MODEL_FORWARD', /ermission|open/);
});

test('one that takes memory without end fails, and this process goes on', async () => {
  const { bytes } = await smallArchive();
  const greedy = withForward(bytes, ['much = torch.ones([1000000, 1000000])', 'return torch.flatten(much, 0)']);
  const error = await loadModel(greedy, isolated).catch((reason) => reason);
  expect(error.code).toMatch(/^ERR_(OUT_OF_MEMORY|MODEL_FORWARD|MODEL_PROCESS)$/);
});

test('of those whose weights alone are trusted, only the ones that cannot be built are isolated', async () => {
  const weights = { ...isolated, trust: 'weights' } as const;
  const { bytes } = await smallArchive();
  const written = join(folder, 'trusted');
  const before = processes.alive.length;
  await using built = await loadModel(withSpy(bytes, written), weights);
  expect(processes.alive).toHaveLength(before);
  expect(built.labels).toHaveLength(6);
  await using foreign = await loadModel(fixture('scripted.pt'), {
    ...weights,
    labels: fixtureLabels,
    input: fixtureInput,
  });
  expect(processes.alive).toHaveLength(before + 1);
  expect(foreign.labels).toEqual(fixtureLabels);
  expect(existsSync(written)).toBe(false);
});

test('a process that is ended fails what was asked of it, and the next call has another', async () => {
  const { bytes } = await smallArchive();
  const path = await save('ended.pt', bytes);
  await using model = await loadModel(path, isolated);
  const first = await model.logits(clip);
  const asked = model.logits(clip);
  processes.alive.at(-1)?.kill('SIGKILL');
  await expectError(asked, 'ERR_MODEL_PROCESS', 'was ended by SIGKILL');
  const before = processes.alive.length;
  // One of them starts it.
  const both = await Promise.all([model.logits(clip), model.logits(clip)]);
  for (const logits of both) expect(relativeError(logits, first)).toBeLessThan(1e-5);
  expect(processes.alive).toHaveLength(before + 1);
  // Of the same labels, with other weights.
  await save('ended.pt', (await smallArchive({ seed: 4 })).bytes);
  processes.alive.at(-1)?.kill('SIGKILL');
  await expectError(model.logits(clip), 'ERR_MODEL_PROCESS');
  await expectError(model.logits(clip), 'ERR_MODEL_FORMAT', 'others now');
});

test('one that hangs is disposed of all the same', async () => {
  const { bytes } = await smallArchive();
  const hanging = withForward(bytes, [
    'while bool(torch.gt(torch.mean(x), 0.9)):',
    '  x = torch.add(x, 1)',
    'return torch.flatten(torch.adaptive_avg_pool3d(x, [1, 1, 2]), 1)',
  ]);
  const model = await loadModel(hanging, isolated);
  expect(await model.logits(clip)).toHaveLength(6);
  const asked = expectError(
    model.logits({ ...clip, data: clip.data.slice().fill(255) }),
    'ERR_MODEL_PROCESS',
    'did not answer for 10 s',
  );
  await model.dispose();
  await asked;
}, 30_000);

test('devices that it cannot have are refused', async () => {
  const { bytes } = await smallArchive();
  await expectError(loadModel(bytes, { isolate: true, device: 'cuda' }), 'ERR_INVALID_ARGUMENT', "'auto' or 'cpu'");
});
