import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openVideo } from '../../../lib/index';
import { loadModel } from '../../../lib/model/loadModel';
import { maxDifference, onCpu } from '../../support/models';
import { post, sampleVideo, videoServers } from '../../support/videoServer';

const { path, start } = videoServers();
const bytes = readFileSync(sampleVideo);
let address: string;

beforeAll(async () => {
  address = await start();
});

const answerOf = async (call: string) => {
  const response = await post(`${address}/v1/videos:${call}`, bytes);
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  return { status: response.status, body: (await response.json()) as any };
};

test('embeddings are those of the windows, with their mean', async () => {
  const { body } = await answerOf('embed?clips=2');
  await using model = await loadModel(path, onCpu);
  expect(body).toMatchObject({ model: 'small', dims: body.mean.length, warnings: [] });
  const [first, second] = body.segments.map(({ embedding }: { embedding: number[] }) => embedding);
  expect(
    maxDifference(
      body.mean,
      first.map((value: number, i: number) => (value + second[i]) / 2),
    ),
  ).toBeLessThan(1e-5);
  await using video = await openVideo(sampleVideo);
  const { frames, frameRate } = model.input;
  for await (const clip of video.readClips([{ startSeconds: body.segments[0].startSeconds, frames, frameRate }])) {
    expect(maxDifference(await model.embedClip(clip), first)).toBeLessThan(1e-3);
  }
});

test('a map of one moment, and the part of the frame that it covers', async () => {
  const { body } = await answerOf('explain?atSeconds=3&label=jump');
  const { map, area, startSeconds, endSeconds } = body;
  expect(body).toMatchObject({ label: 'jump', score: expect.any(Number), atSeconds: 3, version: '1' });
  expect(startSeconds).toBeLessThanOrEqual(3);
  expect(endSeconds).toBeGreaterThanOrEqual(3);
  expect(map).toMatchObject({ height: 32, width: 32 });
  expect(map.data).toHaveLength(32 * 32);
  expect(Math.min(...map.data)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...map.data)).toBeLessThanOrEqual(1);
  // 32 of 36 rows and of 48 columns, in the middle.
  expect(area).toEqual({ top: 2 / 36, left: 8 / 48, height: 32 / 36, width: 32 / 48 });
});

test.each([
  ['explain?label=jump', 400, 'atSeconds'],
  ['explain?atSeconds=1&label=fly', 400, 'label'],
  ['embed?topK=3', 400, 'topK'],
])('%s is refused', async (call, status, message) => {
  expect(await answerOf(call)).toMatchObject({
    status,
    body: { error: { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) } },
  });
});

test('a moment past the end is that of the last window', async () => {
  const { body } = await answerOf('explain?atSeconds=1000');
  expect(body.endSeconds).toBeLessThan(1000);
});

test('models are listed with what a page needs to know', async () => {
  const response = await fetch(`${address}/v1/models`);
  expect(await response.json()).toEqual({
    models: [
      expect.objectContaining({
        name: 'small',
        version: '1',
        state: 'READY',
        task: 'multiclass',
        labels: ['walk', 'run', 'jump', 'sit', 'fall', 'wave'],
        input: expect.objectContaining({ frames: 4 }),
        canExplain: true,
      }),
    ],
  });
});

test('the URL of a video, where its host is allowed, and not elsewhere', async () => {
  const body = JSON.stringify({ url: 'http://127.0.0.1:1/a.mp4', topK: 2 });
  const headers = { 'content-type': 'application/json' };
  const refused = await post(`${address}/v1/videos:classify`, body, headers);
  expect(refused.status).toBe(403);

  let fetched = 0;
  const host = createServer((_, response) => {
    fetched++;
    response.end(bytes);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => host.once('listening', resolve));
  const { port } = host.address() as AddressInfo;
  const open = await start({ urlHosts: [`127.0.0.1:${port}`] });
  const url = `http://127.0.0.1:${port}/a.mp4`;
  for (const wrong of [{ topK: 0 }, { topk: 1 }, { model: 'other' }, { clips: 1, strideSeconds: 1 }]) {
    const { status } = await post(`${open}/v1/videos:classify`, JSON.stringify({ url, ...wrong }), headers);
    expect(status).toBe('model' in wrong ? 404 : 400);
  }
  // What is wrong with the options is told before the video is fetched.
  expect(fetched).toBe(0);
  const asked = JSON.stringify({ url, topK: 2, clips: 1 });
  const response = await post(`${open}/v1/videos:classify`, asked, headers);
  host.close().closeAllConnections();
  expect(await response.json()).toMatchObject({ predictions: [{}, {}], segments: [{}] });
});

test('the calls stand in the OpenAPI document, by the paths that callers use', async () => {
  const { paths } = (await (await fetch(`${address}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { parameters: { name: string; required: boolean }[] } }>;
  };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/videos:classify', '/v1/videos:embed', '/v1/videos:explain']),
  );
  const required = paths['/v1/videos:explain']?.post?.parameters.filter((one) => one.required);
  expect(required).toEqual([expect.objectContaining({ name: 'atSeconds' })]);
});
