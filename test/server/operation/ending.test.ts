import { Agent } from 'node:http';
import { join } from 'node:path';
import type { RunningServer } from '../../../lib/server/runningServer';
import type { VideoServer } from '../../../lib/server/videoServer';
import { noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { type Answer, call, inferCall, metric, startServer, until } from './support';

const model = join(temporaryFolder(), 'moves.pt');
const ask = inferCall(noiseClip().data, [4, 40, 56, 3]);
// Of which two clips run at a time.
const options = { models: { moves: model }, maxBatchSize: 1 };
const infer = (url: string, agent?: Agent) => call(`${url}/v2/models/moves/infer`, { ...ask, agent });
const many = (url: string, count: number) => Array.from({ length: count }, () => infer(url));
const queueOf = (server: VideoServer) => (server as RunningServer).context.models.get('moves').queue;

/** Takes the places of clips that run, until the function it gives back is called: all others wait. */
function hold(server: VideoServer): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  for (let i = 0; i < 2; i++) void queueOf(server).run({ timeoutMs: 60_000 }, () => held);
  return release;
}

beforeAll(async () => (await smallArchive()).save(model));

it('says that it is not ready, takes work for a while, refuses it then, and ends what it has', async () => {
  const { server, url } = await startServer({ ...options, graceMs: 3000 });
  const agent = new Agent({ keepAlive: true });
  expect((await infer(url, agent)).headers.connection).toBe('keep-alive');
  const closing = server.close();
  expect(server.close()).toBe(closing);

  expect((await call(`${url}/v2/health/ready`)).status).toBe(503);
  expect((await call(`${url}/v2/health/live`)).status).toBe(200);
  expect(await infer(url, agent)).toMatchObject({ status: 200, headers: { connection: 'close' } });
  const release = hold(server);
  const accepted = many(url, 12);
  await until(() => queueOf(server).waiting === 12);

  let refused: Answer | null = null;
  await until(async () => {
    const answer = await call(`${url}/v2`);
    if (answer.status === 503) refused = answer;
    return refused !== null;
  });
  expect(refused).toMatchObject({ headers: { 'retry-after': '1', connection: 'close' } });
  expect((await infer(url)).status).toBe(503);
  release();
  expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual(new Array(12).fill(200));
  await closing;
  await expect(call(`${url}/v2`)).rejects.toThrow(/ECONNREFUSED/);
  agent.destroy();
});

it('gives up, with 503, what takes longer than it waits, and half a request', async () => {
  const { server, url } = await startServer({ ...options, drainMs: 500 });
  const release = hold(server);
  const answers = many(url, 5);
  let halfEnded = false;
  call(`${url}/v2/models/moves/infer`, {
    method: 'POST',
    headers: { 'content-length': 10_000 },
    onRequest: (request) => {
      request.end = () => request;
      request.flushHeaders();
    },
  }).catch(() => {
    halfEnded = true;
  });
  await until(async () => (await metric(url, 'kinetorch_requests_in_work')) === 7);
  const closing = server.close();
  for (const { status, text } of await Promise.all(answers)) {
    expect(status).toBe(503);
    expect(text).toMatch(/drainMs/);
  }
  await until(() => halfEnded);
  release();
  await closing;
});

it('frees the place of a caller that hangs up at once', async () => {
  const { server, url } = await startServer(options);
  const release = hold(server);
  const { statistics } = (server as RunningServer).context.models.get('moves');
  const times: number[] = [];
  for (let gone = 1; gone <= 5; gone++) {
    let hangUp = () => {};
    const asked = call(`${url}/v2/models/moves/infer`, {
      ...ask,
      onRequest: (request) => {
        hangUp = () => request.destroy();
      },
    });
    asked.catch(() => {});
    await until(() => queueOf(server).waiting === 1);
    const began = performance.now();
    hangUp();
    await until(() => queueOf(server).waiting === 0);
    times.push(performance.now() - began);
    await until(() => statistics.failures.CANCELED === gone);
  }
  // On a machine that does other things as well some may be late.
  expect(Math.min(...times)).toBeLessThan(50);
  release();
  expect((await infer(url)).status).toBe(200);
  const of = '{model="moves",version="1"';
  expect(await metric(url, `nv_inference_pending_request_count${of}}`)).toBe(0);
  expect(await metric(url, `nv_inference_request_failure${of},reason="CANCELED"}`)).toBe(5);
  await until(async () => (await metric(url, 'kinetorch_requests_in_work')) === 1);
  await server.close();
});

it('answers each of more clients than it has room for once, with 200 or 503, while the event loop goes on', async () => {
  const { server, url } = await startServer({ ...options, maxQueue: 16 });
  const seconds = Number(process.env.KINETORCH_OVERLOAD_SECONDS ?? 4);
  const counts = new Map<number, number>();
  const end = Date.now() + seconds * 1000;
  const client = async () => {
    const agent = new Agent({ keepAlive: true });
    while (Date.now() < end) {
      const { status } = await infer(url, agent);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    agent.destroy();
  };
  // However slow the clients of this process are, the queue is full once.
  const release = hold(server);
  const clients = Array.from({ length: 64 }, client);
  await until(() => (counts.get(503) ?? 0) > 0);
  release();
  await Promise.all(clients);
  expect(new Set(counts.keys())).toEqual(new Set([200, 503]));
  const counted = async (status: number) =>
    metric(url, `kinetorch_http_requests_total{route="POST /v2/models/:model/infer",status="${status}"}`);
  for (const [status, count] of counts) expect(await counted(status)).toBe(count);
  expect(queueOf(server).waiting).toBe(0);
  await server.close();
});
