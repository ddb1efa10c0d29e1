import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '../../lib/evaluation/evaluate';
import { fitAnomalyThreshold } from '../../lib/model/anomaly/fitAnomalyThreshold';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { readMetadata } from '../../lib/model/modelFile';
import type { VideoModel } from '../../lib/model/videoModel';
import { native } from '../../lib/native';
import type { VideoSource } from '../../lib/video/videoSource';
import { expectError, fixture, fixtureInput, fixtureLabels, noiseClip, onCpu, smallArchive } from '../support/models';
import { errorOf, halvesArchive, halvesOptions, makeGreys } from '../support/reconstruction';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const camera = join(folder, 'camera.mkv');
const greys = Array.from({ length: 41 }, (_, i) => (i >= 20 && i < 25 ? 200 + i : 20));

let model: VideoModel;
beforeAll(async () => {
  makeGreys(camera, greys);
  model = await loadModel(fixture('halves.pt'), halvesOptions);
});
afterAll(() => model.dispose());

test('every frame of a video has a score, whatever windows see it', async () => {
  const expected = greys.map((grey) => expect.closeTo(errorOf(grey), 6));
  for (const stride of [undefined, 1, 2, 3]) {
    const { scores, frameRate, threshold, segments, score, video } = await model.anomalyScore(camera, { stride });
    expect(scores).toEqual(stride === 3 ? expected.slice(0, scores.length) : expected);
    expect({ frameRate, threshold, segments, score }).toEqual({
      frameRate: 10,
      threshold: null,
      segments: [],
      score: 'mse',
    });
    expect(video.durationSeconds).toBeCloseTo(4.1, 3);
  }
  const decibels = await model.anomalyScore(camera, { score: 'psnr' });
  expect(decibels.scores[24]).toBeCloseTo(10 * Math.log10(errorOf(224)), 4);
  const cells = await model.anomalyScore(camera, { score: 'topCells' });
  expect(cells.scores[24]).toBeCloseTo(errorOf(224), 6);
});

test('frames above a threshold are an alarm', async () => {
  const seen: number[] = [];
  const options = { threshold: errorOf(100), onProgress: ({ done }: { done: number }) => seen.push(done) };
  const { segments, threshold } = await model.anomalyScore(camera, options);
  expect(threshold).toBe(errorOf(100));
  expect(segments).toEqual([
    { startSeconds: 2, endSeconds: 2.5, peakScore: expect.closeTo(errorOf(224), 6), peakSeconds: 2.4 },
  ]);
  expect(seen.at(-1)).toBe(41);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('a clip comes back as pictures, with the error of each frame and pixel', async () => {
  const data = new Uint8Array(4 * 16 * 16 * 3).fill(100);
  const { clip, original, psnr, errors } = await model.reconstructClip({ data, frames: 4, height: 16, width: 16 });
  expect(clip).toEqual({ data: new Uint8Array(data.length).fill(50), frames: 4, height: 16, width: 16 });
  expect(original.data).toEqual(data);
  expect(psnr).toEqual(Array(4).fill(expect.closeTo(-10 * Math.log10(errorOf(100)), 4)));
  expect(errors).toMatchObject({ frames: 4, height: 16, width: 16 });
  expect(errors.data[7]).toBeCloseTo(errorOf(100), 6);
  const black = await model.reconstructClip({ data: new Uint8Array(data.length), frames: 4, height: 16, width: 16 });
  expect(black.psnr).toEqual([Infinity, Infinity, Infinity, Infinity]);
});

test('both outputs of one pass, also of tensors', async () => {
  const values = Float32Array.from({ length: 2 * 3 * 4 * 16 * 16 }, (_, i) => Math.sin(i));
  const [, second] = await model.run(
    { data: values, shape: [2, 3, 4, 16, 16] },
    { outputs: ['target', 'reconstruction'] },
  );
  const target = values.subarray(values.length / 2);
  expect(second?.target).toEqual({ data: target, shape: [3, 4, 16, 16] });
  expect(second?.reconstruction).toEqual({ data: target.map((value) => value * 0.5), shape: [3, 4, 16, 16] });
  expect(model.outputs).toEqual(['reconstruction', 'target']);
});

test('the threshold is fitted on normal video and travels in the file', async () => {
  const normal = join(folder, 'normal.mkv');
  // Of 100 frames one is as bright as 120, which a rate of 1% lets through.
  makeGreys(
    normal,
    Array.from({ length: 100 }, (_, i) => (i === 50 ? 120 : 20 + (i % 10))),
  );
  const archive = await halvesArchive();
  const fitted = await fitAnomalyThreshold(archive, [normal], { device: 'cpu', score: 'topCells', stride: 1 });
  const anomaly = {
    score: 'topCells',
    stride: 1,
    threshold: expect.closeTo(errorOf(29), 6),
    falseAlarmRate: 0.01,
    frames: 100,
  };
  expect(fitted.metadata.anomaly).toEqual(anomaly);
  const path = join(folder, 'fitted.pt');
  await fitted.save(path);
  expect(await readMetadata(path)).toEqual({ ...archive.metadata, anomaly });
  // Fitted anew, it is scored as it was.
  expect((await fitAnomalyThreshold(path, [normal], { device: 'cpu' })).metadata.anomaly).toEqual(anomaly);
  await using camera1 = await loadModel(path, onCpu);
  const found = await camera1.anomalyScore(camera);
  expect(found).toMatchObject({ score: 'topCells', threshold: fitted.metadata.anomaly?.threshold });
  expect(found.segments).toHaveLength(1);
  expect((await camera1.anomalyScore(normal)).segments).toMatchObject([{ startSeconds: 5, endSeconds: 5.1 }]);
  // It says nothing of other scores.
  expect(await camera1.anomalyScore(camera, { score: 'mse' })).toMatchObject({ threshold: null, segments: [] });
  await expectError(fitAnomalyThreshold(archive, [], { device: 'cpu' }), 'ERR_INVALID_ARGUMENT', /videos/);
});

test('too little normal video for a rate is refused before it is scored, where it can be counted', async () => {
  const archive = await halvesArchive();
  const scored: number[] = [];
  const fit = (videos: VideoSource[]) =>
    fitAnomalyThreshold(archive, videos, { device: 'cpu', onProgress: ({ done }) => scored.push(done) });
  await expectError(fit([camera, camera]), 'ERR_DATASET', /at least 100 frames .* but there are 82/);
  expect(scored).toEqual([]);
  await expectError(fit([camera, readFileSync(camera)]), 'ERR_DATASET', /at least 100 frames .* but there are 82/);
  expect(scored).toEqual([1, 2]);
});

test('a model that gives clips back does not classify, and one that classifies gives none back', async () => {
  const clip = noiseClip();
  const refused = [
    model.classifyClip(clip),
    model.classifyClip(clip, { topK: 1 }),
    model.classifyTensor({ data: new Float32Array(3 * 4 * 16 * 16), shape: [3, 4, 16, 16] }),
    model.logits(clip),
    model.embedClip(clip),
    model.run(clip, { outputs: ['features'] }),
    model.classifyVideo(camera),
    model.classifyStream(camera).next(),
    model.classifyFrames([]).next(),
  ];
  for (const call of refused) await expectError(call, 'ERR_UNSUPPORTED', /'reconstruct'.*train/s);
  await expectError(evaluate(model, folder), 'ERR_UNSUPPORTED', /evaluateAnomaly/);
  await using classifier = await loadModel(await smallArchive(), onCpu);
  for (const call of [
    classifier.reconstructClip(clip),
    classifier.anomalyScore(camera),
    classifier.run(clip, { outputs: ['target'] }),
    fitAnomalyThreshold(await smallArchive(), [camera], { device: 'cpu' }),
  ]) {
    await expectError(call, 'ERR_UNSUPPORTED', /with a decoder/);
  }
});

test("the catalogue's networks give clips back, and one that fills in what is hidden has no scores", async () => {
  const made = async (objective: 'masked' | 'plain') => {
    const metadata = { ...(await halvesArchive()).metadata, reconstruction: { objective } };
    const options = { architecture: 'r2plus1d_dw', seed: 1, metadata: JSON.stringify(metadata) };
    return native().createReconstruction({ ...options, masked: objective === 'masked' });
  };
  await using plain = await loadModel(await made('plain'), onCpu);
  expect({ warnings: plain.warnings, outputs: plain.outputs }).toEqual({ warnings: [], outputs: model.outputs });
  const { scores } = await plain.anomalyScore(camera);
  expect(scores).toHaveLength(41);
  expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  await using masked = await loadModel(await made('masked'), onCpu);
  await expectError(masked.reconstructClip(noiseClip()), 'ERR_UNSUPPORTED', /'plain'.*'masked'/);
  await expectError(masked.anomalyScore(camera), 'ERR_UNSUPPORTED', /'plain'/);
});

test('wrong options, and files that do not fit the task, are refused', async () => {
  await expectError(model.anomalyScore(camera, { stride: 5 }), 'ERR_INVALID_ARGUMENT', /stride.*at most 4/);
  await expectError(model.anomalyScore(camera, { score: 'ssim' as 'mse' }), 'ERR_INVALID_ARGUMENT', /'topCells'/);
  await expectError(model.anomalyScore(camera, { threshold: Number.NaN }), 'ERR_INVALID_ARGUMENT', /threshold/);
  await expectError(model.anomalyScore(camera, { signal: AbortSignal.abort() }), 'ERR_ABORTED');
  await expectError(model.anomalyScore(join(folder, 'none.mkv')), 'ERR_FILE_NOT_FOUND');
  const task = 'reconstruct' as const;
  await expectError(loadModel(fixture('halves.pt'), { task, ...onCpu }), 'ERR_MODEL_METADATA', /`input`/);
  const both = { task, input: fixtureInput, labels: fixtureLabels, ...onCpu };
  await expectError(loadModel(fixture('halves.pt'), both), 'ERR_INVALID_ARGUMENT', /labels/);
  await expectError(loadModel(fixture('scripted.pt'), halvesOptions), 'ERR_MODEL_FORWARD', /reconstruct method/);
  const classes = { labels: fixtureLabels, input: fixtureInput, ...onCpu };
  await expectError(loadModel(fixture('halves.pt'), classes), 'ERR_MODEL_FORWARD', /forward method/);
  const archive = await halvesArchive();
  expect(archive.metadata).toMatchObject({ task, labels: [], head: null, outputs: ['reconstruction', 'target'] });
  await expectError(loadModel(archive, { task: 'multiclass', ...onCpu }), 'ERR_INVALID_ARGUMENT', /labels/);
  expect(await inspectModel(archive.bytes)).toMatchObject({ parameters: 0, metadata: archive.metadata });
});
