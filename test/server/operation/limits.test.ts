import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fastify from 'fastify';
import { createServer } from '../../../lib/server/createServer';
import { limitSendTime } from '../../../lib/server/http/limitSendTime';
import { ModelRepository } from '../../../lib/server/models/modelRepository';
import type { ServerOptions } from '../../../lib/server/options';
import type { VideoServer } from '../../../lib/server/videoServer';
import { expectError, noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { call, inferCall, metric, quiet, startServer, until } from './support';

const folder = temporaryFolder();
const model = join(folder, 'moves.pt');
const clip = noiseClip();
const ask = inferCall(clip.data, [4, 40, 56, 3]);
const none = join(folder, 'models');
const running: VideoServer[] = [];

beforeAll(() => mkdirSync(none));
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(options: ServerOptions): Promise<string> {
  const { server, url } = await startServer({ modelFolder: none, modelControl: true, ...options });
  running.push(server);
  return url;
}

/** Sends text as it is, and gives what comes back until the connection is closed. */
function raw(
  url: string,
  text: string,
  onConnected: (write: (more: string) => void) => void = () => {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      onConnected((more) => socket.writable && socket.write(more));
    });
    socket.setEncoding('latin1').on('data', (piece) => {
      answer += piece;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

describe('keys', () => {
  const apiKeys = ['first-key-of-some-length', 'second-key-of-some-length'];

  it('let in who has any of them, and nobody else, but for health', async () => {
    const url = await start({ apiKeys });
    const status = async (authorization: string | null, path = '/v2') =>
      (await call(url + path, { headers: authorization === null ? {} : { authorization } })).status;
    expect(await status(null)).toBe(401);
    expect(await status('Bearer ')).toBe(401);
    expect(await status('Bearer first-key-of-some-lengtH')).toBe(401);
    expect(await status('Basic first-key-of-some-length')).toBe(401);
    expect(await status('Bearer first-key-of-some-length')).toBe(200);
    expect(await status('bearer second-key-of-some-length')).toBe(200);
    expect(await status(null, '/no/such/path')).toBe(401);
    expect(await status(null, '/metrics')).toBe(401);
    expect(await status(null, '/v2/health/live')).toBe(200);
    expect(await status(null, '/v2/health/ready')).toBe(200);
    const refused = await call(`${url}/v2/models/moves/infer`, ask);
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(JSON.parse(refused.text)).toEqual({ error: expect.stringMatching(/expected a key/) });
  });

  it('are read again when their file changes, and stay where it cannot be read', async () => {
    const file = join(folder, 'keys.txt');
    writeFileSync(file, '# of the camera\nfirst-key-of-some-length\n');
    const url = await start({ apiKeysFile: file, openMetrics: true });
    const status = async (key: string) =>
      (await call(`${url}/v2`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await status('first-key-of-some-length')).toBe(200);
    expect(await status('second-key-of-some-length')).toBe(401);
    expect((await call(`${url}/metrics`)).status).toBe(200);
    writeFileSync(file, 'second-key-of-some-length\n\n');
    await until(async () => (await status('second-key-of-some-length')) === 200);
    expect(await status('first-key-of-some-length')).toBe(401);
    writeFileSync(file, 'short\n');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await status('second-key-of-some-length')).toBe(200);
  });

  it('are read again for a server though another, with the same file, has ended', async () => {
    const file = join(folder, 'shared.txt');
    writeFileSync(file, 'first-key-of-some-length\n');
    const url = await start({ apiKeysFile: file });
    const other = await createServer({ ...quiet, apiKeysFile: file });
    await other.listen();
    await other.close();
    writeFileSync(file, 'second-key-of-some-length\n');
    const headers = { authorization: 'Bearer second-key-of-some-length' };
    await until(async () => (await call(`${url}/v2`, { headers })).status === 200, 5000);
  });

  it('that no file has, or that are too short, are told of before anything is served', async () => {
    const file = join(folder, 'bad.txt');
    await expectError(() => createServer({ ...quiet, apiKeysFile: join(folder, 'none') }), 'ERR_FILE_NOT_FOUND');
    writeFileSync(file, '# none yet\n');
    await expectError(() => createServer({ ...quiet, apiKeysFile: file }), 'ERR_INVALID_ARGUMENT', /at least one key/);
    writeFileSync(file, 'long-enough-to-be-a-key\ntooshort-secret\n');
    const attempt = createServer({ ...quiet, apiKeysFile: file });
    await expectError(attempt, 'ERR_INVALID_ARGUMENT', /16 characters/, /line 2/, /^(?!.*secret)/);
    await expectError(() => createServer({ ...quiet, host: '0.0.0.0' }), 'ERR_INVALID_ARGUMENT', /noAuth/);
    const none = { ...quiet, host: '0.0.0.0', apiKeys: [] };
    await expectError(() => createServer(none), 'ERR_INVALID_ARGUMENT', /noAuth/);
  });
});

describe('pages of other sites', () => {
  const evil = { origin: 'http://evil.example' };

  it('send nothing to a server that asks for no keys, and read nothing by a name of their own', async () => {
    const url = await start({});
    const { host } = new URL(url);
    expect((await call(`${url}/v2`, { headers: { origin: url } })).status).toBe(200);
    expect((await call(`${url}/v2`, { headers: { host: host.replace('127.0.0.1', 'localhost') } })).status).toBe(200);
    expect((await call(`${url}/v2/repository/index`, { method: 'POST', headers: evil })).status).toBe(403);
    expect((await call(`${url}/v1/models`, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await call(`${url}/v2`, { headers: { host: '127.0.0.1.evil.example' } })).status).toBe(403);
  });

  it('are callers as others are where the operator has said who may call', async () => {
    const url = await start({ noAuth: true });
    expect((await call(`${url}/v2`, { headers: { ...evil, host: 'video.example' } })).status).toBe(200);
  });
});

test('a connection that its caller leaves open is closed in time', async () => {
  const app = fastify({ keepAliveTimeout: 200 });
  app.get('/', () => 'here');
  limitSendTime(app, 60_000);
  const url = await app.listen({ port: 0 });
  const began = Date.now();
  expect(await raw(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
  expect(Date.now() - began).toBeLessThan(10_000);
  await app.close();
});

describe('bodies', () => {
  it('that are too large are refused before they are read, in an answer that arrives', async () => {
    const url = await start({ maxBodyBytes: 50_000 });
    for (let i = 0; i < 5; i++) {
      const answer = await call(`${url}/v2/models/moves/infer`, { body: Buffer.alloc(4_000_000) });
      expect(answer.status).toBe(413);
      expect(answer.text).toMatch(/at most 50000 bytes .* received 4000000/);
    }
    const length = await raw(
      url,
      'POST /v2/models/moves/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999\r\n\r\n',
    );
    expect(length).toMatch(/^HTTP\/1.1 413/);
  });

  it('are not asked for where they would be refused', async () => {
    const url = await start({ maxBodyBytes: 50_000, apiKeys: ['first-key-of-some-length'] });
    const head = (length: number, key: string) =>
      `POST /v2/models/moves/infer HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
    expect(await raw(url, head(30_000, 'of-nobody-at-all'))).toMatch(/^HTTP\/1.1 401/);
    expect(await raw(url, head(60_000, 'first-key-of-some-length'))).toMatch(/^HTTP\/1.1 413/);
    const asked = raw(url, head(4, 'first-key-of-some-length'), (write) => setTimeout(() => write('{"a"'), 300));
    expect(await asked).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 404/);
  });

  it('have a bound for all together, beyond which there is 503', async () => {
    await (await smallArchive()).save(model);
    const url = await start({ models: { moves: model }, maxPendingBytes: 30_000 });
    const head = 'POST /v2/models/moves/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26000\r\n\r\n';
    let goOn = (_: string) => {};
    const first = raw(url, head, (write) => {
      goOn = write;
    });
    await until(async () => /kinetorch_pending_bytes 26000/.test((await call(`${url}/metrics`)).text));
    const refused = await call(`${url}/v2/models/moves/infer`, ask);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.text).toMatch(/maxPendingBytes/);
    goOn(`${'x'.repeat(26_000)}GET /v2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await first).toMatch(/^HTTP\/1.1 400/);
    expect((await call(`${url}/v2/models/moves/infer`, ask)).status).toBe(200);
    expect((await call(`${url}/metrics`)).text).toMatch(/kinetorch_pending_bytes 0\n/);
  });

  it('are counted no longer when their caller hangs up, also while they are unpacked', async () => {
    const url = await start({});
    const path = '/v2/repository/index';
    const packed = { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(32 * 2 ** 20)) };
    const hungUp = call(url + path, { ...packed, onRequest: (sent) => sent.once('finish', () => sent.destroy()) });
    await expect(hungUp).rejects.toThrow();
    // As much work, begun later.
    expect((await call(url + path, packed)).status).toBe(400);
    await delay(100);
    expect(await metric(url, 'kinetorch_pending_bytes')).toBe(0);
  });

  it('are counted no longer when their caller hangs up, also behind another on the same connection', async () => {
    const url = await start({});
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const head = (headers: string) => `POST /v2/repository/index HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`;
    const packed = gzipSync(Buffer.alloc(32 * 2 ** 20));
    // The first takes a while to unpack, and the second, which never comes whole, is not answered before it.
    socket.write(head(`Content-Encoding: gzip\r\nContent-Length: ${packed.length}`));
    socket.write(packed);
    socket.write(head('Content-Length: 1000'));
    const pending = () => metric(url, 'kinetorch_pending_bytes');
    await until(async () => (await pending()) === 64 * 2 ** 20 + 1000);
    socket.destroy();
    await until(async () => (await pending()) === 0, 5000);
    // The one that asks.
    expect(await metric(url, 'kinetorch_requests_in_work')).toBe(1);
  });

  it('that are empty have come, however long their answer takes', async () => {
    const url = await start({ modelControl: true, receiveTimeoutMs: 200 });
    const load = jest.spyOn(ModelRepository.prototype, 'load').mockImplementation(() => delay(1000));
    const answer = await call(`${url}/v2/repository/models/moves/load`, { method: 'POST' });
    load.mockRestore();
    expect(answer.status).toBe(200);
  });

  it('that nobody needs for the answer are not waited for', async () => {
    const url = await start({});
    const began = Date.now();
    const head = 'GET /v2 HTTP/1.1\r\nHost: localhost\r\n';
    for (const never of [
      `${head}Content-Length: 5\r\n\r\n1`,
      `${head}Transfer-Encoding: chunked\r\n\r\nffffffff\r\n1`,
    ]) {
      expect(await raw(url, never)).toMatch(/^HTTP\/1.1 200/);
    }
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('and heads that come too slowly are ended', async () => {
    const url = await start({ receiveTimeoutMs: 300 });
    const began = Date.now();
    const drip = (write: (more: string) => void) => {
      const timer = setInterval(() => write('x'), 50);
      setTimeout(() => clearInterval(timer), 5000);
    };
    const body = raw(
      url,
      'POST /v2/models/moves/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n',
      drip,
    );
    const head = raw(url, 'GET /v2 HTTP/1.1\r\nHost: localhost\r\nX-Long: ', drip);
    expect(await body).toMatch(/^HTTP\/1.1 408[\s\S]*receiveTimeoutMs/);
    expect(await head).toMatch(/^HTTP\/1.1 408[\s\S]*receiveTimeoutMs/);
    expect(Date.now() - began).toBeLessThan(4500);
    expect((await call(`${url}/v2`)).status).toBe(200);
  });
});

it('answers heads that are too long, and what is no HTTP, by a document with an id', async () => {
  const url = await start({});
  const long = await raw(url, `GET /v2 HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`);
  expect(long).toMatch(/^HTTP\/1.1 431[\s\S]*X-Request-Id: [\da-f-]{36}[\s\S]*\{"error":/);
  expect(await raw(url, 'no HTTP at all\r\n\r\n')).toMatch(/^HTTP\/1.1 400[\s\S]*\{"error":/);
  expect(await raw(url, 'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1.1 400[\s\S]*a method of HTTP/);
  expect(await raw(url, 'GET /v2?a=\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1.1 400[\s\S]*ASCII/);
  const length = `POST /v2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${'9'.repeat(24)}\r\n\r\n`;
  expect(await raw(url, length)).toMatch(/^HTTP\/1.1 400[\s\S]*Content-Length/);
});

describe('heads that the router or Node would answer themselves', () => {
  const key = 'Authorization: Bearer first-key-of-some-length\r\n';
  const common = 'Connection: close\r\nX-Request-Id: mine\r\n';
  const host = `${common}Host: localhost\r\n`;
  let url: string;
  beforeEach(async () => {
    url = await start({ apiKeys: ['first-key-of-some-length'] });
  });

  it.each([
    ['a path that cannot be decoded', '/v2/models/%zz/ready', host, 400, { error: expect.stringMatching(/%XX/) }],
    [
      'and elsewhere',
      '/%?key=secret',
      host,
      400,
      { error: { code: 'BAD_REQUEST', message: expect.not.stringMatching('secret') } },
    ],
    [
      'a name that is too long',
      `/v2/models/${'x'.repeat(300)}`,
      host,
      404,
      { error: expect.stringMatching(/name of a model/) },
    ],
    ['an expectation', '/v2', `${host}Expect: wonders\r\n`, 417, { error: expect.stringMatching(/100-continue/) }],
    ['no host', '/v2', common, 400, { error: expect.stringMatching(/`Host`/) }],
  ])('%s: are asked for a key, named and answered as all are', async (_, path, headers, status, body) => {
    const head = `GET ${path} HTTP/1.1\r\n${headers}`;
    expect(await raw(url, `${head}\r\n`)).toMatch(/^HTTP\/1.1 401[\s\S]*x-request-id: mine[\s\S]*expected a key/);
    const answer = await raw(url, `${head}${key}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}[\\s\\S]*x-request-id: mine`));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual(body);
  });
});

it('answers 429 to who asks more often than he may, by key or address, and lets health through', async () => {
  const url = await start({ maxRate: 5, apiKeys: ['first-key-of-some-length', 'second-key-of-some-length'] });
  const headers = { authorization: 'Bearer first-key-of-some-length' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(`${url}/v2`, { headers })));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThanOrEqual(5);
  expect(answers.filter(({ status }) => status === 200).length).toBe(20 - limited.length);
  expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(JSON.parse(limited[0]?.text as string)).toEqual({
    error: expect.stringMatching(/at most 5 requests a second/),
  });
  const other = await call(`${url}/v2`, { headers: { authorization: 'Bearer second-key-of-some-length' } });
  expect(other.status).toBe(200);
  const health = await Promise.all(Array.from({ length: 20 }, () => call(`${url}/v2/health/live`)));
  expect(health.every(({ status }) => status === 200)).toBe(true);
});

it('limits who has no key by his address, on paths without a route too, and takes nothing from those who have one', async () => {
  const url = await start({ maxRate: 5, apiKeys: ['first-key-of-some-length'] });
  const ask = (path: string, headers = {}) => call(url + path, { headers });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => ask(i % 2 === 0 ? '/v2' : '/none', { authorization: `Bearer guess-${i}` })),
  );
  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
  expect((await ask('/v2', { authorization: 'Bearer first-key-of-some-length' })).status).toBe(200);
});

it('closes connections beyond their number', async () => {
  const url = await start({ maxConnections: 2 });
  const { hostname, port } = new URL(url);
  const sockets = [1, 2].map(() => connect(Number(port), hostname));
  await until(() => sockets.every(({ readyState }) => readyState === 'open'));
  await expect(call(`${url}/v2`)).rejects.toThrow(/hang up|ECONNRESET/);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await call(`${url}/v2`).catch(() => ({ status: 0 }))).status === 200);
});

it("gives back a request's id, or makes one", async () => {
  const url = await start({});
  const idOf = async (id: string) =>
    (await call(`${url}/v2`, { headers: { 'x-request-id': id } })).headers['x-request-id'];
  expect(await idOf('job-17:3')).toBe('job-17:3');
  expect(await idOf('a b')).toMatch(/^[\da-f-]{36}$/);
});
