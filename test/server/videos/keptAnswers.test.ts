import { readFileSync } from 'node:fs';
import { jsonLines } from '../../support/runCli';
import { form, post, sampleVideo, videoServers } from '../../support/videoServer';
import { metric } from '../operation/support';

const { start } = videoServers();
const bytes = readFileSync(sampleVideo);
const other = Buffer.concat([bytes, Buffer.from('one more box')]);

/** How many answers came out of the cache, and how many videos were run. */
async function counts(address: string) {
  const of = '{model="small",version="1"}';
  return {
    hits: await metric(address, `nv_cache_num_hits_per_model${of}`),
    run: await metric(address, `nv_inference_count${of}`),
  };
}

const text = async (url: string, body: Buffer | FormData, headers = {}) => (await post(url, body, headers)).text();

test('what was told of a video is told again to who asks the same of it, however he wants it', async () => {
  const address = await start({ cacheBytes: 2 ** 24 });
  const classify = `${address}/v1/videos:classify?topK=2`;
  const first = await text(classify, bytes);
  expect(await text(classify, bytes)).toBe(first);
  expect(await counts(address)).toEqual({ hits: 1, run: 1 });
  const lines = jsonLines(await text(classify, bytes, { accept: 'application/x-ndjson' }));
  const { segments, ...rest } = JSON.parse(first);
  expect(lines).toEqual([...segments.map((segment: object) => ({ segment })), { done: true, ...rest }]);
  expect(await counts(address)).toEqual({ hits: 2, run: 1 });

  const embed = `${address}/v1/videos:embed`;
  const vectors = await text(embed, bytes);
  expect(await text(embed, bytes)).toBe(vectors);
  expect(await counts(address)).toEqual({ hits: 3, run: 2 });
  // Others: of options, of the video's bytes, and of its name, which is told.
  for (const [url, body] of [
    [`${address}/v1/videos:classify?topK=3`, bytes],
    [classify, other],
    [classify, form({ file: new Blob([bytes]) })],
  ] as const) {
    expect(JSON.parse(await text(url, body))).toMatchObject({ model: 'small' });
  }
  expect(await counts(address)).toEqual({ hits: 3, run: 5 });
  const named = JSON.parse(await text(classify, form({ file: new Blob([bytes]) })));
  expect(named).toMatchObject({ segments: segments.map(roughly), video: { path: 'file.mp4' } });
  expect(await counts(address)).toEqual({ hits: 4, run: 5 });
});

test('what has no room, or was not told to its end, is not kept', async () => {
  const address = await start({ cacheBytes: 500 });
  for (let i = 0; i < 2; i++) await text(`${address}/v1/videos:classify`, bytes);
  expect((await post(`${address}/v1/videos:classify`, Buffer.from('no video'))).status).toBe(422);
  expect(await counts(address)).toEqual({ hits: 0, run: 2 });
  expect(await metric(address, 'kinetorch_cache_bytes')).toBe(0);
});

/** Of a run of its own: other batches, and so other last digits. */
const roughly = (segment: { predictions: { score: number }[] }) => ({
  ...segment,
  predictions: segment.predictions.map((each) => ({ ...each, score: expect.closeTo(each.score, 5) })),
});
