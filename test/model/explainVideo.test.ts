import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { loadModel } from '../../lib/model/loadModel';
import type { VideoModel } from '../../lib/model/videoModel';
import { openVideo } from '../../lib/video/openVideo';
import { expectError, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { makeVideos } from '../support/videos';

const folder = temporaryFolder();
const video = join(folder, 'video.mkv');
const input = { frames: 4, height: 64, width: 64, resize: [72, 96] as [number, number], frameRate: 10 };

let model: VideoModel;
beforeAll(async () => {
  // 1.4 s: three windows of 0.4 s, and half of a fourth.
  const frames = Array.from({ length: 14 }, (_, i) => ({ pts: i * 100, number: i * 37 }));
  makeVideos([{ path: video, format: 'matroska', codec: 'ffv1', width: 96, height: 72, rate: [10, 1], frames }]);
  // Its windows wait for room in the queue.
  model = await loadModel(await smallArchive({ input }), { ...onCpu, batching: { maxQueue: 1, maxBatchSize: 1 } });
});
afterAll(() => model.dispose());

const out = (name: string) => join(folder, name);

test('an MP4 has every frame that the network saw, above a line with the scale', async () => {
  const seen: string[] = [];
  const {
    segments,
    video: info,
    warnings,
  } = await model.explainVideo(video, out('heat.mp4'), {
    onSegment: ({ label }) => seen.push(label),
  });
  expect(segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 0.4, 0.8, expect.closeTo(1.2, 6)]);
  expect(seen).toEqual(segments.map(({ label }) => label));
  expect(info).toMatchObject({ width: 96, height: 72 });
  expect(warnings).toEqual([]);
  await using written = await openVideo(out('heat.mp4'));
  expect(written.info).toMatchObject({ codec: 'h264', width: 320, height: 240 + 26, frameRate: 10 });
  expect(written.info.durationSeconds).toBeCloseTo(1.4, 2);
});

test('scores are those of the windows', async () => {
  const { segments } = await model.explainVideo(video, out('scores.mp4'), { label: 'run' });
  const windows = [];
  for await (const { predictions } of model.classifyStream(video, { topK: 6 })) windows.push(predictions);
  const scores = windows.map((predictions) => predictions.find(({ label }) => label === 'run')?.score);
  segments.forEach(({ label, score }, place) => {
    expect(label).toBe('run');
    expect(score).toBeCloseTo(scores[place] as number, 5);
  });
});

test('an SVG has the moments with the highest scores, in the order of time, and the scale', async () => {
  const { segments } = await model.explainVideo(video, out('heat.svg'), { label: 'sit', moments: 2, layer: 'layer2' });
  const svg = readFileSync(out('heat.svg'), 'utf8');
  const best = [...segments].sort((a, b) => b.score - a.score).slice(0, 2);
  const times = best.map(({ startSeconds }) => startSeconds.toFixed(1)).sort();
  expect([...svg.matchAll(/>(\d\.\d)-\d\.\d s</g)].map(([, start]) => start)).toEqual(times);
  expect(svg).toContain('0 to 1');
  expect(svg.match(/<image /g)?.length).toBeGreaterThan(4);
});

test('a PNG has the same moments', async () => {
  await model.explainVideo(video, out('heat.png'), { moments: 2, colormap: 'gray', alpha: 1 });
  const { width, height } = PNG.sync.read(readFileSync(out('heat.png')));
  expect({ width, height }).toEqual({ width: 4 * 320, height: 26 + 2 * (240 + 26) });
});

test('refuses a file of another kind before it opens anything', async () => {
  const attempt = model.explainVideo(join(folder, 'missing.mp4'), out('heat.avi'));
  await expectError(attempt, 'ERR_INVALID_ARGUMENT', 'ends in .mp4, .svg, .png', 'heat.avi');
});

test('refuses moments of an MP4, which has all', async () => {
  const attempt = model.explainVideo(join(folder, 'missing.mp4'), out('few.mp4'), { moments: 2 });
  await expectError(attempt, 'ERR_INVALID_ARGUMENT', '`options.moments` to be left out of an .mp4');
});

test('nothing is left of a file that could not be finished', async () => {
  await expectError(model.explainVideo(join(folder, 'missing.mkv'), out('a.mp4')), 'ERR_FILE_NOT_FOUND');
  await expectError(model.explainVideo(video, out('b.mp4'), { label: 'fly' }), 'ERR_INVALID_ARGUMENT', 'fly');
  const controller = new AbortController();
  const onSegment = () => controller.abort();
  await expectError(model.explainVideo(video, out('c.mp4'), { onSegment, signal: controller.signal }), 'ERR_ABORTED');
  await expectError(model.explainVideo(video, join(folder, 'no', 'd.mp4')), 'ERR_FILE_ACCESS', 'd.mp4');
  expect(readdirSync(folder).filter((name) => /^[abc]\.mp4/.test(name))).toEqual([]);
  expect(existsSync(join(folder, 'no'))).toBe(false);
  expect(model.stats().videos).toMatchObject({ waiting: 0, running: 0 });
});
