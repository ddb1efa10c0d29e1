import { parseOptions } from '../../lib/base/validation';
import type { ClipDataset } from '../../lib/dataset/types';
import type { ModelMetadata } from '../../lib/model/types';
import { type QuantizeOptions, quantizeOptions } from '../../lib/quantization/options';
import { quantize } from '../../lib/quantization/quantize';
import { expectError, smallArchive } from '../support/models';
import { StandInQuantizer, standInData } from './standIn';

let metadata: ModelMetadata;
beforeAll(async () => {
  ({ metadata } = await smallArchive());
});

const run = (
  quantizer: StandInQuantizer,
  data: ClipDataset,
  options: Partial<QuantizeOptions> = {},
  signal = new AbortController().signal,
) => quantize(quantizer, metadata, data, { ...parseOptions(quantizeOptions, { outFile: 'a.pt', ...options }), signal });

test('ranges are taken from two thirds of the clips, and what is lost is measured on the others', async () => {
  const quantizer = new StandInQuantizer([0.1, 0.1, 0.1, 0.1]);
  const report = await run(quantizer, await standInData(30));
  const all = [...quantizer.observed, ...quantizer.measured];
  expect(all.sort((a, b) => a - b)).toEqual([...Array(30).keys()]);
  expect(report).toMatchObject({
    clips: { calibration: 20, measured: 10 },
    agreement: 1,
    top1: { before: 1, after: 1 },
    split: null,
    warnings: [],
    skipped: [],
  });
  // Biases are corrected over the ranges of one method, after all else was compared without.
  const setting = quantizer.calls.lastIndexOf('percentile');
  expect(new Set(quantizer.calls.slice(setting + 1))).toEqual(new Set(['correct 1111']));
  expect(quantizer.calls.indexOf('correct 1111')).toBeGreaterThan(setting);
});

test('few clips are all observed and all measured on, and that is said', async () => {
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  const report = await run(quantizer, await standInData(9));
  expect(quantizer.observed.length).toBe(9);
  expect([...quantizer.measured].length).toBe(9);
  expect(report.clips).toEqual({ calibration: 9, measured: 9 });
  expect(report.warnings).toEqual([expect.stringContaining('too few clips')]);
});

/** Videos with as many clips as are asked for; the second byte is the number of the video. */
async function standInVideos(length: number): Promise<ClipDataset> {
  const data = await standInData(length);
  const clip = (index: number) => data.clip(index, { mode: 'evaluate', epoch: 0, random: Math.random });
  return { ...data, views: (index, clips) => Promise.all([...Array(clips)].map(() => clip(index))) };
}

test('no video has clips on both sides', async () => {
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  const report = await run(quantizer, await standInVideos(12), { clips: 60 });
  expect(report).toMatchObject({ clips: { calibration: 40, measured: 20 }, warnings: [] });
  expect(new Set(quantizer.observed).size).toBe(8);
  expect(quantizer.measured.size).toBe(4);
  expect(quantizer.observed.filter((video) => quantizer.measured.has(video))).toEqual([]);
});

test('of few videos clips are held back nevertheless, and that is said', async () => {
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  const report = await run(quantizer, await standInVideos(11), { clips: 66 });
  expect(report.clips).toEqual({ calibration: 44, measured: 22 });
  expect(report.warnings).toEqual([expect.stringContaining('of the same videos')]);
  expect(new Set(quantizer.observed).size).toBe(11);
});

test('no more clips are read than were asked for', async () => {
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  expect((await run(quantizer, await standInData(100), { clips: 12 })).clips).toEqual({ calibration: 8, measured: 4 });
});

test('auto takes the method that changes the logits least; another is taken as it is', async () => {
  const report = await run(new StandInQuantizer([0.1, 0, 0, 0]), await standInData(30));
  expect(report.methods.map(({ method }) => method)).toEqual(['min-max', 'percentile', 'mse']);
  const [doubled, single] = report.methods.map(({ signalToNoise }) => signalToNoise);
  expect((single as number) - (doubled as number)).toBeCloseTo(6.02, 1);
  expect(report.method).toBe('percentile');
  const given = await run(new StandInQuantizer([0.1, 0, 0, 0]), await standInData(30), { method: 'min-max' });
  expect(given).toMatchObject({ method: 'min-max', methods: [{ method: 'min-max' }] });
});

test('the layer that costs most stays float32 where accuracy drops by more than it may', async () => {
  // With the third layer every clip would be taken for class 0.
  const quantizer = new StandInQuantizer([0.1, 0.2, 20, 0.4]);
  const report = await run(quantizer, await standInData(60));
  expect(quantizer.saved?.int8).toBe('1101');
  expect(report.layers.map(({ int8 }) => int8)).toEqual([true, true, false, true]);
  expect(report.top1).toEqual({ before: 1, after: 1 });
  const alone = report.layers.map(({ signalToNoise }) => signalToNoise);
  expect([...alone].sort((a, b) => b - a)).toEqual([alone[0], alone[1], alone[3], alone[2]]);
  expect(report.layers.map(({ multiplications }) => multiplications)).toEqual([0.1, 0.2, 0.3, 0.4]);
  // Biases are corrected for the layers that are int8 in the end.
  expect(quantizer.calls.filter((call) => call.startsWith('correct')).at(-1)).toBe('correct 1101');
});

test('what is written is what was chosen, not what was tried last', async () => {
  const quantizer = new StandInQuantizer([0.1, 20, 20, 0.4]);
  const report = await run(quantizer, await standInData(60));
  expect(quantizer.saved?.int8).toBe('1001');
  expect(report.top1).toEqual({ before: 1, after: 1 });
  const corrected = quantizer.calls.filter((call) => call.startsWith('correct'));
  expect(corrected).toContain('correct 1011');
  expect(corrected.at(-1)).toBe('correct 1001');
});

test('all layers may be int8 where that much may be lost', async () => {
  const quantizer = new StandInQuantizer([0.1, 0.2, 20, 0.4]);
  const report = await run(quantizer, await standInData(60), { maxDrop: 100, minAgreement: 0 });
  expect(quantizer.saved?.int8).toBe('1111');
  expect(report.top1?.after).toBeLessThan(0.5);
});

test('agreement counts of labelled clips too, 95% unless something else is said', async () => {
  const first = new StandInQuantizer([0, 0, 0, 0]);
  const data = await standInData(60);
  await run(first, data);
  const heldBack = [...first.measured];
  expect(heldBack.length).toBe(20);
  // All are of class 0, but for some of those held back, which are wrong before, and otherwise but not more so after.
  const withWrong = (count: number): ClipDataset => ({
    ...data,
    labelOf: (index) => (heldBack.indexOf(index) < 20 - count ? 0 : 2),
    clip: async (index, request) => {
      const clip = await data.clip(index, request);
      clip.data.set([heldBack.indexOf(index) < 20 - count ? 0 : 1]);
      return clip;
    },
  });
  const runWith = (count: number, options = {}) => run(new StandInQuantizer([0, 0, 20, 0]), withWrong(count), options);
  expect(await runWith(1)).toMatchObject({ agreement: 0.95, top1: { before: 0.95, after: 0.95 } });
  const kept = await runWith(2);
  expect(kept).toMatchObject({ agreement: 1, top1: { before: 0.9, after: 0.9 } });
  expect(kept.layers.map(({ int8 }) => int8)).toEqual([true, true, false, true]);
  expect(await runWith(2, { minAgreement: 90 })).toMatchObject({ agreement: 0.9, top1: { before: 0.9, after: 0.9 } });
});

test('clips without labels of the model are judged by agreement, and have no drop to allow', async () => {
  const data = await standInData(60, ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'sunday']);
  const quantizer = new StandInQuantizer([0.1, 0.2, 20, 0.4]);
  const report = await run(quantizer, data);
  expect(report).toMatchObject({ agreement: 1, top1: null });
  expect(report.warnings).toEqual([expect.stringContaining("no labels of the model's")]);
  expect(quantizer.saved?.int8).toBe('1101');
  const all = await run(new StandInQuantizer([0.1, 0.2, 20, 0.4]), data, { minAgreement: 0 });
  expect(all.layers.every(({ int8 }) => int8)).toBe(true);
  await expectError(run(quantizer, data, { maxDrop: 1 }), 'ERR_INVALID_ARGUMENT', 'options.maxDrop', 'left out');
});

test('several labels a clip are none for a model of one class a clip', async () => {
  const data: ClipDataset = { ...(await standInData(60)), labelsOf: (index) => [index % 6, (index + 1) % 6] };
  const report = await run(new StandInQuantizer([0.1, 0.2, 20, 0.4]), data);
  expect(report).toMatchObject({ agreement: 1, top1: null });
  expect(report.warnings).toEqual([expect.stringContaining('several labels a clip')]);
  await expectError(run(new StandInQuantizer([0, 0, 0, 0]), data, { maxDrop: 1 }), 'ERR_INVALID_ARGUMENT', 'maxDrop');
});

test('labels that the model knows in part are a mistake', async () => {
  const data = await standInData(12, ['walk', 'runn']);
  await expectError(run(new StandInQuantizer([0, 0, 0, 0]), data), 'ERR_DATASET', 'runn');
});

test('nothing is written where every layer loses too much', async () => {
  const quantizer = new StandInQuantizer([20, 20, 20, 20]);
  await expectError(run(quantizer, await standInData(30)), 'ERR_UNSUPPORTED', 'maxDrop` (0.5)', '(95)');
  const unlabelled = await standInData(30, ['monday', 'tuesday']);
  await expectError(run(quantizer, unlabelled), 'ERR_UNSUPPORTED', 'within `minAgreement` (99.5)');
  expect(quantizer.saved).toBeNull();
});

test('the file says what was chosen', async () => {
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  await run(quantizer, await standInData(30));
  expect(quantizer.saved).toMatchObject({ path: 'a.pt', int8: '1111' });
  const { quantization, ...rest } = (quantizer.saved as NonNullable<StandInQuantizer['saved']>).metadata;
  expect(rest).toEqual(metadata);
  expect(quantization).toMatchObject({ version: 1, method: 'min-max', clips: 20 });
  expect(quantization?.layers.slice(0, 2)).toEqual([
    { layer: 'first', int8: true, input: [0, 1] },
    { layer: 'second', int8: true, input: [0, 2], residual: [-1, 2] },
  ]);
});

test('progress goes through the steps, each to its end', async () => {
  const last = new Map<string, string>();
  await run(new StandInQuantizer([0.1, 0.2, 20, 0.4]), await standInData(30), {
    onProgress: ({ step, done, total }) => {
      last.delete(step);
      last.set(step, `${done}/${total}`);
    },
  });
  expect([...last]).toEqual([
    ['read', '30/30'],
    ['ranges', '40/40'],
    ['layers', '4/4'],
    ['choice', '30/30'],
  ]);
});

test('an abort ends it, and nothing is written', async () => {
  const controller = new AbortController();
  const quantizer = new StandInQuantizer([0, 0, 0, 0]);
  const onProgress = ({ step }: { step: string }) => {
    if (step === 'layers') controller.abort();
  };
  await expectError(run(quantizer, await standInData(30), { onProgress }, controller.signal), 'ERR_ABORTED');
  expect(quantizer.saved).toBeNull();
});

test('clips that cannot be loaded are left out and listed, up to a share', async () => {
  const data = await standInData(60);
  const broken = (failing: number): ClipDataset => ({
    ...data,
    clip: async (index, request) => {
      if (index < failing) throw new Error('broken');
      return data.clip(index, request);
    },
  });
  const report = await run(new StandInQuantizer([0, 0, 0, 0]), broken(2));
  expect(report.skipped.map(({ index }) => index).sort()).toEqual([0, 1]);
  expect(report.clips).toEqual({ calibration: 39, measured: 19 });
  await expectError(run(new StandInQuantizer([0, 0, 0, 0]), broken(9)), 'ERR_DATASET', 'at most 5%');
  const none = broken(60);
  await expectError(
    run(new StandInQuantizer([0, 0, 0, 0]), none, { maxSkippedShare: 1 }),
    'ERR_DATASET',
    'at least one clip',
  );
});

test('a network that gives no numbers is refused', async () => {
  const quantizer = new StandInQuantizer([Number.NaN, 0, 0, 0]);
  await expectError(run(quantizer, await standInData(30)), 'ERR_MODEL_FORWARD', 'finite');
});
