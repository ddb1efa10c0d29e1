import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { binaryInput, binaryRequest } from '../../support/inference';
import { noiseClip, slowArchive, smallArchive } from '../../support/models';
import { startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';

const folder = temporaryFolder();
let served: TestServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'models'));
  await (await smallArchive()).save(join(folder, 'models', 'tiny.pt'));
  await (await slowArchive()).save(join(folder, 'models', 'slow.pt'));
  served = await startServer({ modelFolder: join(folder, 'models'), maxBatchSize: 1, maxQueue: 4 });
});
afterAll(() => served?.server.close());

const statistics = async (model: string) => (await served.get(`/v2/models/${model}/stats`)).json.model_stats[0];

const clip = noiseClip({ frames: 8, height: 64, width: 64 });
const input = binaryInput('frames', 'UINT8', [8, 64, 64, 3], clip.data.length);
const [body, headers] = binaryRequest({ inputs: [input] }, clip.data);
const infer = (model: string, signal?: AbortSignal, parameters: object = {}) => {
  const [asked, length] = binaryRequest({ parameters, inputs: [input] }, clip.data);
  return served.get(`/v2/models/${model}/infer`, { method: 'POST', body: asked, headers: length, signal });
};

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('count what was answered and what failed', async () => {
  const before = Date.now();
  const twice = binaryInput('frames', 'UINT8', [2, 8, 64, 64, 3], 2 * clip.data.length);
  expect((await served.post('/v2/models/tiny/infer', body, headers)).status).toBe(200);
  expect(
    (await served.post('/v2/models/tiny/infer', ...binaryRequest({ inputs: [twice] }, clip.data, clip.data))).status,
  ).toBe(200);
  expect((await served.post('/v2/models/tiny/infer', '{}')).status).toBe(400);
  const stats = await statistics('tiny');
  expect(stats).toMatchObject({ name: 'tiny', version: '1', inference_count: 3, execution_count: 3 });
  expect(stats.last_inference).toBeGreaterThanOrEqual(before);
  const { success, fail, queue, compute_input, compute_infer, compute_output, cache_hit } = stats.inference_stats;
  for (const part of [success, queue, compute_input, compute_infer, compute_output]) expect(part.count).toBe(2);
  expect(fail.count).toBe(1);
  expect(cache_hit).toEqual({ count: 0, ns: 0 });
  expect(success.ns).toBeGreaterThan(compute_infer.ns);
  expect(stats.batch_stats).toEqual([
    expect.objectContaining({ batch_size: 1, compute_infer: { count: 3, ns: expect.any(Number) } }),
  ]);
  const all = (await served.get('/v2/models/stats')).json.model_stats;
  expect(all.map(({ name }: { name: string }) => name)).toEqual(['slow', 'tiny']);
});

test('a caller who hangs up frees his place at once', async () => {
  const running = [infer('slow'), infer('slow')];
  const callers = Array.from({ length: 4 }, () => new AbortController());
  const waiting = callers.map(({ signal }) => infer('slow', signal).catch((error: Error) => error.name));
  await until(async () => (await infer('slow')).status === 503);
  for (const caller of callers) caller.abort();
  await until(async () => (await statistics('slow')).inference_stats.cancelled.count === 4);
  // Long before their turn would have come: not even those before them are done.
  expect((await statistics('slow')).inference_stats.success.count).toBeLessThan(2);
  expect(await Promise.all(waiting)).toEqual(new Array(4).fill('AbortError'));
  expect((await Promise.all([...running, infer('slow')])).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a request waits as long as it says, and no longer', async () => {
  const running = [infer('slow'), infer('slow')];
  const late = await infer('slow', undefined, { timeout: 1000 });
  expect(late).toMatchObject({ status: 503, json: { error: expect.stringContaining('within 1 ms') } });
  expect(late.headers.get('retry-after')).toBe('1');
  await Promise.all(running);
});

test('who has a higher priority comes first', async () => {
  const order: string[] = [];
  const running = [infer('slow'), infer('slow')];
  const before = (await statistics('slow')).inference_stats.success.count;
  const named = (name: string, priority: number) => infer('slow', undefined, { priority }).then(() => order.push(name));
  const waiting = [named('usual', 0), named('second', 2), named('first', 1)];
  await Promise.all([...running, ...waiting]);
  expect((await statistics('slow')).inference_stats.success.count).toBe(before + 5);
  expect(order).toEqual(['first', 'second', 'usual']);
});
