import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from '../../../lib/server/createServer';
import type { RunningServer } from '../../../lib/server/runningServer';
import { smallArchive } from '../../support/models';
import { startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';

const folder = temporaryFolder();
const modelFolder = join(folder, 'models');
let served: TestServer;

beforeAll(async () => {
  mkdirSync(modelFolder);
  await (await smallArchive()).save(join(modelFolder, 'first.pt'));
  served = await startServer({ modelFolder, modelControl: true });
});
afterAll(() => served?.server.close());

const index = async (body?: object) => (await served.post('/v2/repository/index', body)).json;
const load = (name: string, body?: object) => served.post(`/v2/repository/models/${name}/load`, body);

test('the index has every model and its state', async () => {
  const ready = { name: 'first', version: '1', state: 'READY', reason: '' };
  expect(await index()).toEqual([ready]);
  expect(await index({ ready: true })).toEqual([ready]);
  const { status, json } = await served.post('/v2/repository/index', { ready: 1 });
  expect({ status, json }).toEqual({ status: 400, json: { error: expect.stringContaining('`request.ready`') } });
});

test('models are loaded and unloaded by name', async () => {
  copyFileSync(join(modelFolder, 'first.pt'), join(modelFolder, 'second.pt'));
  expect(await load('second')).toMatchObject({ status: 200, json: { name: 'second', load: true } });
  expect((await served.get('/v2/models/second/ready')).status).toBe(200);
  const unloaded = await served.post('/v2/repository/models/second/unload', {
    parameters: { unload_dependents: true },
  });
  expect(unloaded).toMatchObject({ status: 200, json: { name: 'second', unload: true } });
  expect(await served.get('/v2/models/second/ready')).toMatchObject({ status: 503, json: { ready: false } });
  expect((await served.get('/v2/models/second')).status).toBe(503);
  expect((await served.post('/v2/models/second/infer', { inputs: [] })).status).toBe(503);
  expect(await index()).toContainEqual({ name: 'second', state: 'UNAVAILABLE', reason: 'unloaded' });
  expect(await index({ ready: true })).toEqual([expect.objectContaining({ name: 'first' })]);
  expect((await load('second')).status).toBe(200);
});

test('of loading and unloading at the same time the last that was asked for stays', async () => {
  const unload = (name: string) => served.post(`/v2/repository/models/${name}/unload`);
  await unload('second');
  const loading = load('second');
  while (!(await index()).some(({ state }: { state: string }) => state === 'LOADING')) await delay(1);
  expect((await unload('second')).status).toBe(200);
  expect((await loading).status).toBe(200);
  expect(await index()).toContainEqual({ name: 'second', state: 'UNAVAILABLE', reason: 'unloaded' });
  expect((await served.get('/v2/health/ready')).status).toBe(200);
  expect((await load('second')).status).toBe(200);
});

test('a model that somebody still uses holds up no change of others', async () => {
  const { models } = (served.server as RunningServer).context;
  let leave = () => {};
  const using = models.get('second').use(() => new Promise<void>((resolve) => (leave = resolve)));
  const file = join(modelFolder, 'second.pt');
  renameSync(file, join(folder, 'second.pt'));
  expect(await served.server.reload()).toContainEqual({ name: 'second', outcome: 'unloaded' });
  expect((await load('first')).status).toBe(200);
  leave();
  await using;
});

test('a server that is closed while it loads loads no more', async () => {
  copyFileSync(join(modelFolder, 'first.pt'), join(modelFolder, 'then.pt'));
  const closed = await createServer({ port: 0, graceMs: 0, device: 'cpu', logLevel: 'silent', modelFolder });
  await closed.listen();
  const { models } = (closed as RunningServer).context;
  while (models.all[0]?.state !== 'LOADING') await delay(1);
  await closed.close();
  await delay(500);
  expect(models.all.map(({ name, state }) => [name, state])).toEqual([
    ['first', 'UNAVAILABLE'],
    ['then', 'UNAVAILABLE'],
  ]);
  await expect(models.load('first')).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
  rmSync(join(modelFolder, 'then.pt'));
});

test('a model that cannot be loaded leaves the one before', async () => {
  const file = join(modelFolder, 'first.pt');
  renameSync(file, join(folder, 'kept.pt'));
  writeFileSync(file, 'no model');
  const { status, json } = await load('first');
  expect({ status, json }).toEqual({ status: 400, json: { error: expect.stringContaining("failed to load 'first'") } });
  expect((await served.get('/v2/models/first/ready')).status).toBe(200);
  renameSync(join(folder, 'kept.pt'), file);
});

test('a model that is not there, and what is not done', async () => {
  expect((await load('none')).status).toBe(404);
  expect((await served.post('/v2/repository/models/none/unload')).status).toBe(404);
  const overridden = await load('first', { parameters: { config: '{}' } });
  expect(overridden).toMatchObject({ status: 501, json: { error: expect.stringContaining("'config'") } });
});

test('nobody loads models unless it was asked for', async () => {
  const closed = await startServer({ modelFolder });
  try {
    for (const act of ['load', 'unload']) {
      const answered = await closed.post(`/v2/repository/models/first/${act}`);
      expect(answered).toMatchObject({ status: 403, json: { error: expect.stringContaining('modelControl') } });
    }
    expect((await closed.get('/v2/models/first/ready')).status).toBe(200);
  } finally {
    await closed.server.close();
  }
});
