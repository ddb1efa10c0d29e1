import type { Clip } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { expectError, fixture, fixtureInput, fixtureLabels, noiseClip, onCpu, smallArchive } from '../support/models';

let model: VideoModel;
beforeAll(async () => {
  model = await loadModel(await smallArchive(), onCpu);
});
afterAll(() => model.dispose());
// Whatever came before, the model still works.
afterEach(async () => {
  expect((await model.classifyClip(noiseClip())).predictions).toHaveLength(5);
});

/** All four calls on a clip check it alike. */
async function refused(clip: unknown, code: string, ...parts: (string | RegExp)[]): Promise<void> {
  for (const method of ['classifyClip', 'logits', 'probabilities', 'embedClip'] as const) {
    await expectError(model[method](clip as Clip), code, 'expected', ...parts);
  }
}

const good = noiseClip();

test.each([null, undefined, 3, 'clip'])('%p is no clip', (clip) => refused(clip, 'ERR_CLIP_DATA', String(clip)));

test.each([
  ['an array', [1, 2, 3], '[ 1, 2, 3 ]'],
  ['a Uint16Array', new Uint16Array(good.data.length), 'Uint16Array'],
  ['a DataView', new DataView(new ArrayBuffer(good.data.length)), 'DataView'],
  ['an ArrayBuffer', new ArrayBuffer(good.data.length), 'ArrayBuffer'],
  ['nothing', undefined, 'undefined'],
])('data that is %s', (_, data, name) => refused({ ...good, data }, 'ERR_CLIP_DATA', '`clip.data`', name));

test('wrong byte length', async () => {
  await refused({ ...good, data: good.data.subarray(1) }, 'ERR_CLIP_SHAPE', '4×40×56×3 = 26880', '26879');
  await refused({ ...good, data: new Uint8Array(26881) }, 'ERR_CLIP_SHAPE', '26880', '26881');
  await refused({ ...good, data: new Float32Array(26880 / 4) }, 'ERR_CLIP_SHAPE', '26880', '6720');
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, 2 ** 53, '4', null, undefined])(
  'frames, height or width of %p',
  async (value) => {
    for (const name of ['frames', 'height', 'width']) {
      await refused({ ...good, [name]: value }, 'ERR_CLIP_SHAPE', `\`clip.${name}\``, String(value));
    }
  },
);

test('a size whose product overflows is refused before anything is allocated', () =>
  refused({ data: new Uint8Array(3), frames: 4096, height: 16384, width: 16384 }, 'ERR_CLIP_SHAPE', '3298534883328'));

test('a getter that changes its mind cannot smuggle a size in', async () => {
  let reads = 0;
  const clip = {
    ...noiseClip(),
    get frames() {
      return reads++ === 0 ? 4 : 2 ** 40;
    },
  };
  await model.classifyClip(clip);
  expect(reads).toBe(1);
});

test('a detached buffer', async () => {
  const { data, ...shape } = noiseClip();
  structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });
  await refused({ data, ...shape }, 'ERR_CLIP_DATA', 'detached');
});

test('a SharedArrayBuffer', () =>
  refused({ ...good, data: new Uint8Array(new SharedArrayBuffer(good.data.length)) }, 'ERR_CLIP_DATA', 'Shared'));

test('a resizable buffer that was shrunk', async () => {
  type Resizable = ArrayBuffer & { resize(length: number): void };
  const ResizableBuffer = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => Resizable;
  const buffer = new ResizableBuffer(26880, { maxByteLength: 30000 });
  const clip = { ...good, data: new Uint8Array(buffer, 0, 26880) };
  await expect(model.logits(clip)).resolves.toHaveLength(6);
  buffer.resize(100);
  await refused(clip, 'ERR_CLIP_SHAPE', 'received 0');
  const tracking = { ...good, data: new Uint8Array(buffer) };
  await refused(tracking, 'ERR_CLIP_SHAPE', 'received 100');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%p in a float clip', async (value) => {
  const data = Float32Array.from(good.data, (byte) => byte / 255);
  data[data.length - 1] = value;
  await refused({ ...good, data }, 'ERR_CLIP_DATA', 'NaN or infinity');
});

test('one bad clip of a batch fails alone', async () => {
  const bad = { ...good, data: new Float32Array(good.data.length).fill(Number.NaN) };
  const calls = [good, bad, good, bad, good].map((clip) => model.logits(clip));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map((outcome) => outcome.status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('a strip of pixels that a resize by its short side would blow up', async () => {
  const options = { labels: fixtureLabels, input: { ...fixtureInput, resize: [16] as [number] }, ...onCpu };
  await using strips = await loadModel(fixture('scripted.pt'), options);
  const clip = { data: new Uint8Array(16384 * 3), frames: 1, height: 1, width: 16384 };
  await expectError(strips.classifyClip(clip), 'ERR_CLIP_SHAPE', '16384', '1×16384');
});

test('embedClip of a model from elsewhere', async () => {
  const options = { labels: fixtureLabels, input: fixtureInput, ...onCpu };
  await using foreign = await loadModel(fixture('scripted.pt'), options);
  const clip = noiseClip({ height: 16, width: 16 });
  await expectError(foreign.embedClip(clip), 'ERR_UNSUPPORTED', 'embed');
});
