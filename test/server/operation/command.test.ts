import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { noiseClip, smallArchive } from '../../support/models';
import { jsonLines, kinetorch } from '../../support/runCli';
import { ServingProcess } from '../../support/servingProcess';
import { temporaryFolder } from '../../support/temporaryFolder';
import { call, inferCall, startServer, until } from './support';

const folder = temporaryFolder();
const models = join(folder, 'models');
const ask = inferCall(noiseClip().data, [4, 40, 56, 3]);

beforeAll(async () => {
  mkdirSync(models);
  await (await smallArchive()).save(join(models, 'moves.pt'));
});

it('serves a folder, writes a line of JSON a request, loads anew at SIGHUP, and ends at SIGTERM', async () => {
  const running = new ServingProcess([models, '--grace-ms', '0', '--model-control']);
  const url = await running.ready();
  const headers = { ...ask.headers, 'x-request-id': 'job-1', authorization: 'Bearer of-nobody-in-particular' };
  expect((await call(`${url}/v2/models/moves/infer?secret=x`, { ...ask, headers })).status).toBe(200);
  const hangUp = (request: ClientRequest) => {
    request.on('socket', (socket) => socket.on('connect', () => request.write('a', () => request.destroy())));
  };
  const left = { method: 'POST', headers: { 'x-request-id': 'job-2', 'content-length': 9 }, onRequest: hangUp };
  await expect(call(`${url}/v1/videos:classify`, left)).rejects.toThrow();
  copyFileSync(join(models, 'moves.pt'), join(models, 'more.pt'));
  writeFileSync(join(models, 'no.pt'), '');
  running.kill('SIGHUP');
  await until(() => running.stderr.includes('no: stays as it was: '));
  expect(running.stderr).toMatch(/more: loaded/);
  expect(running.stderr).toMatch(/moves: kept/);
  rmSync(join(models, 'no.pt'));
  expect((await call(`${url}/v2/repository/models/more/unload`, { method: 'POST' })).status).toBe(200);
  running.kill('SIGTERM');
  expect(await running.ended).toBe(0);

  const lines = jsonLines(running.stdout);
  expect(lines.find(({ id }) => id === 'job-1')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    id: 'job-1',
    method: 'POST',
    path: '/v2/models/moves/infer',
    status: 200,
    ms: expect.any(Number),
    model: 'moves',
    receiveMs: expect.any(Number),
    queueMs: expect.any(Number),
    runMs: expect.any(Number),
    bytesIn: (ask.body as Buffer).length,
    bytesOut: expect.any(Number),
    caller: '127.0.0.1',
    msg: 'request',
  });
  expect(lines.find(({ id }) => id === 'job-2')).toMatchObject({ path: '/v1/videos:classify', status: 499 });
  expect(lines.find(({ msg }) => msg === 'model unloaded')).toMatchObject({ id: expect.any(String), model: 'more' });
  expect(running.stdout).not.toMatch(/secret|of-nobody/);
  expect(lines.some(({ path }) => path === '/v2/health/ready')).toBe(false);
});

it('ends at once at a second signal', async () => {
  const running = new ServingProcess([join(models, 'moves.pt'), '--grace-ms', '60000', '--log-level', 'silent']);
  await running.ready();
  running.kill('SIGTERM');
  await until(() => running.stderr.includes('again ends at once'));
  running.kill('SIGTERM');
  expect(await running.ended).toBe(143);
  expect(running.stdout).toBe('');
});

describe('ends with a failure', () => {
  const inFolder = (name: string, ...files: string[]) => {
    mkdirSync(join(folder, name));
    for (const file of files) writeFileSync(join(folder, name, file), '');
    return join(folder, name);
  };
  const moves = join(models, 'moves.pt');

  it.each([
    ['a file that is not there', () => [join(folder, 'none.pt')], 1, /none\.pt.*ERR_FILE_NOT_FOUND/],
    ['a folder without models', () => [inFolder('empty', 'notes.txt')], 1, /empty.*there are none.*ERR_FILE_NOT_FOUND/],
    [
      'two models of one name',
      () => [moves, inFolder('others', 'moves.pt')].map((it, at) => (at ? join(it, 'moves.pt') : it)),
      2,
      /both called moves/,
    ],
    ['two models of one name in a folder', () => [inFolder('twice', 'a.pt', 'a.json')], 1, /one model 'a'.*a\.json/],
    ['two folders', () => [models, folder], 2, /one folder/],
    ['no name', () => ['=a.pt'], 2, /no name of letters/],
    ['a name that is none', () => ['a@b=/a.pt'], 2, /no name of letters/],
    ['no file', () => ['a='], 2, /no file/],
  ] as const)('of %s, before it listens', async (_, args, code, message) => {
    const running = new ServingProcess(args());
    expect(await running.ended).toBe(code);
    expect(running.stderr).toMatch(message);
    expect(running.url).toBe('');
    expect(running.stdout).not.toMatch(/error/);
  });

  it('of a file that is no model, of which the log tells without where it arose', async () => {
    const running = new ServingProcess([join(inFolder('broken', 'a.pt'), 'a.pt')]);
    expect(await running.ended).toBe(1);
    expect(running.stderr).toMatch(/a\.pt.*ERR_MODEL_FORMAT/);
    expect(running.stdout).toMatch(/ERR_MODEL_FORMAT/);
    expect(running.stdout).not.toMatch(/stack/);
  });

  it('not of one of a folder, whose others are served, and which is ready as soon as that is right', async () => {
    const some = inFolder('some', 'a.pt');
    copyFileSync(moves, join(some, 'b.pt'));
    const running = new ServingProcess([some, '--grace-ms', '0']);
    await until(() => running.stderr.includes('b: ready'));
    expect(running.stderr).toMatch(/a: not loaded: .*a\.pt/);
    const status = async (path: string) => (await call(running.url + path)).status;
    expect(await status('/v2/models/b/ready')).toBe(200);
    expect(await status('/v2/models/a/ready')).toBe(503);
    expect(await status('/v2/health/ready')).toBe(503);
    copyFileSync(moves, join(some, 'a.pt'));
    running.kill('SIGHUP');
    await running.ready();
    running.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  it('of a port that another has', async () => {
    const { server, url } = await startServer({ models: { moves } });
    const running = new ServingProcess([moves, '--port', new URL(url).port]);
    expect(await running.ended).toBe(1);
    expect(running.stderr).toMatch(/--port to be a port that is free but received \d+.*ERR_INVALID_ARGUMENT/);
    await server.close();
  });
});

describe('config', () => {
  const file = join(folder, 'server.json');
  const resolved = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout, stderr } = await kinetorch(['serve', ...args, '--print-config'], { env });
    return { code, stderr, ...(code === 0 && { config: JSON.parse(stdout) }) };
  };

  it('is of flags, variables and a file, in this order, and shows no keys', async () => {
    const apiKeys = ['a-key-that-nobody-sees'];
    writeFileSync(file, JSON.stringify({ maxQueue: 1, maxVideos: 1, maxBatchSize: 1, apiKeys, models: { a: 'a.pt' } }));
    const env = {
      KINETORCH_SERVE_MAX_QUEUE: '2',
      KINETORCH_SERVE_MAX_VIDEOS: '2',
      KINETORCH_SERVE_MODEL_CONTROL: 'true',
    };
    const { config } = await resolved(['--config', file, '--max-queue', '3'], env);
    expect(config).toMatchObject({
      maxQueue: 3,
      maxVideos: 2,
      maxBatchSize: 1,
      modelControl: true,
      models: { a: 'a.pt' },
    });
    expect(config.apiKeys).toEqual(['…']);
  });

  it.each([
    ['{"maxQeue": 3}', /maxQeue.*maxQueue/],
    ['{"maxQueue": 0}', /server\.json\.maxQueue.*between 1/],
    ['{"maxQueue": 3', /server\.json.*JSON/],
    ['[]', /server\.json.*an object/],
    ['null', /server\.json.*an object/],
    ['{"port": "8101"}', /`\/\S+server\.json\.port`.*integer.*"8101"/],
    ['{"models": "a.pt"}', /an object of names and model files but received "a\.pt"/],
    ['{"models": {"a": {"pth": "a.pt"}}}', /models\.a`.*path of a model file.*pth/],
    ['{"models": {"=a": "a.pt"}}', /models` to be an object whose every key is a name of letters.*but received "=a"/],
    ['{"apiKeys": "short"}', /apiKeys` to be a list of keys but received something else, which stays secret/],
    ['{"streams": {"door": ""}}', /streams\.door` to be the address.*stays secret/],
  ])('of %s is refused', async (text, message) => {
    writeFileSync(file, text);
    const { code, stderr } = await resolved(['--config', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('of a variable that there is not, or is wrong, is refused', async () => {
    expect((await resolved([], { KINETORCH_SERVE_MAX_QEUE: '3' })).stderr).toMatch(/KINETORCH_SERVE_MAX_QEUE/);
    expect((await resolved([], { KINETORCH_SERVE_MAX_QUEUE: 'x' })).stderr).toMatch(
      /KINETORCH_SERVE_MAX_QUEUE.*integer.*"x"/,
    );
    const { stderr } = await resolved([], { KINETORCH_SERVE_API_KEYS: 'long-enough-to-be-one,b' });
    expect(stderr).toMatch(
      /`KINETORCH_SERVE_API_KEYS\.1` to be a key of 16 characters or more but received something else/,
    );
  });

  it('is not what Kubernetes says of a Service called so', async () => {
    const { config } = await resolved([], {
      KINETORCH_SERVE_SERVICE_HOST: '10.0.0.7',
      KINETORCH_SERVE_SERVICE_PORT_HTTP: '80',
      KINETORCH_SERVE_PORT: 'tcp://10.0.0.7:80',
      KINETORCH_SERVE_PORT_80_TCP_ADDR: '10.0.0.7',
    });
    expect(config).toMatchObject({ port: 8000 });
  });

  it('that opens a server without keys is refused by the names of flags', async () => {
    const { code, stderr } = await kinetorch(['serve', '--host', '0.0.0.0'], { env: {} });
    expect(code).toBe(1);
    expect(stderr).toMatch(/--host .*unless there are keys \(--api-keys-file\) or --no-auth/);
  });
});
