import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { allowedAddress } from '../../../lib/server/videos/allowedHost';
import { fetchVideo } from '../../../lib/server/videos/fetchVideo';
import { isPublicAddress } from '../../../lib/server/videos/publicAddress';

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;
const bounds = { maxVideoBytes: 10_000, receiveTimeoutMs: 300, urlTimeoutMs: 2000 };

const fetchFrom = (host: string, url = `http://${host}/video.mp4`, hosts = [host]) =>
  fetchVideo(url, { ...bounds, urlHosts: hosts }, never);

const content = Buffer.from('the bytes of a video');
const ok: RequestListener = (_, response) => void response.end(content);

test('a video is fetched from an address that is allowed, and nothing goes along but what is needed', async () => {
  let asked: IncomingMessage | undefined;
  const host = await serve((request, response) => {
    asked = request;
    response.end(content);
  });
  await using video = await fetchFrom(host);
  const chunks = [];
  for await (const chunk of video) chunks.push(chunk);
  expect(Buffer.concat(chunks)).toEqual(content);
  expect(Object.keys(asked?.headers ?? {}).sort()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
});

describe('refused', () => {
  test.each([
    ['an address that is not listed', 'http://127.0.0.1:1/', ['127.0.0.1:2']],
    ['one whose port is not', 'http://127.0.0.1:1/', ['127.0.0.1']],
    ['an address in other clothes', 'http://2130706433/', ['example.com', 'localhost']],
    ['and mapped', 'http://[::ffff:127.0.0.1]/', ['example.com', '127.0.0.1:80']],
    ['a user and a password', 'http://me:secret@example.com/', ['example.com']],
    ['a file', 'file:///etc/passwd', ['example.com']],
    ['ftp', 'ftp://example.com/', ['example.com']],
    ['another host', 'https://example.org/', ['example.com']],
    ['a host that only ends alike', 'https://badexample.com/', ['*.example.com']],
    ['an unusual port', 'https://example.com:8443/', ['example.com']],
    ['a name that leads to this machine', 'http://localhost/', ['localhost']],
  ])('%s', async (_, url, hosts) => {
    await expect(fetchVideo(url, { ...bounds, urlHosts: hosts }, never)).rejects.toMatchObject({
      statusCode: 403,
      code: 'URL_REFUSED',
    });
  });

  test('any, where no host is allowed', async () => {
    await expect(fetchVideo('http://example.com', { ...bounds }, never)).rejects.toMatchObject({ statusCode: 403 });
  });

  test.each([[undefined], [7], ['no url'], ['/etc/passwd']])('%p, which is no URL', async (url) => {
    await expect(fetchVideo(url, { ...bounds, urlHosts: ['a.b'] }, never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  test('a name with one private address among public ones', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.1'];
    await expect(allowedAddress(new URL('http://example.com'), ['example.com'], resolve)).rejects.toMatchObject({
      statusCode: 403,
    });
  });
});

test('a name is looked up once for each hop: what it means later changes nothing', async () => {
  const answers = [['93.184.216.34'], ['127.0.0.1']];
  const resolve = jest.fn(async () => answers.shift() ?? []);
  await expect(allowedAddress(new URL('https://a.example.com/'), ['*.example.com'], resolve)).resolves.toBe(
    '93.184.216.34',
  );
  expect(resolve).toHaveBeenCalledTimes(1);
  // The connection is pinned: a name that resolves to nothing elsewhere reaches the address that was checked.
  await expect(allowedAddress(new URL('https://a.example.com/'), ['*.example.com'], resolve)).rejects.toMatchObject({
    statusCode: 403,
  });
});

test('redirects are followed three times, each checked as the first', async () => {
  const other = await serve(ok);
  const listener: RequestListener = ({ url = '' }, response) => {
    const left = Number(url.slice(1));
    if (left === 0) ok(null as unknown as IncomingMessage, response as ServerResponse & { req: IncomingMessage });
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  };
  const host = await serve(listener);
  await (await fetchFrom(host, `http://${host}/3`))[Symbol.asyncDispose]();
  await expect(fetchFrom(host, `http://${host}/4`)).rejects.toMatchObject({ statusCode: 502 });
  for (const location of [`http://${other}/`, 'http://169.254.169.254/', 'file:///etc/passwd']) {
    const away = await serve((_, response) => void response.writeHead(302, { location }).end());
    await expect(fetchFrom(away)).rejects.toMatchObject({ statusCode: 403 });
  }
});

describe('bounds', () => {
  test.each<[string, number, RequestListener]>([
    [
      'one that says it is too large',
      413,
      (_, response) => void response.writeHead(200, { 'content-length': 1e6 }).write('a'),
    ],
    ['one that grows too large', 413, (_, response) => void response.end(Buffer.alloc(20_000))],
    [
      'one that is packed',
      502,
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content)),
    ],
    ['one that is not there', 422, (_, response) => void response.writeHead(404).end()],
    ['one that is asked for too often', 502, (_, response) => void response.writeHead(429).end()],
    ['one whose host fails', 502, (_, response) => void response.writeHead(500).end()],
    ['one that leads nowhere', 502, (_, response) => void response.writeHead(302, { location: 'http://' }).end()],
    ['one that stops coming', 504, (_, response) => void response.write('a')],
    [
      'one that breaks off',
      502,
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('a');
        setTimeout(() => request.socket.destroy(), 50);
      },
    ],
  ])('%s', async (_, statusCode, listener) => {
    await expect(fetchFrom(await serve(listener))).rejects.toMatchObject({ statusCode });
  });

  test('one whose host never answers', async () => {
    const host = await serve(() => {});
    await expect(
      fetchVideo(`http://${host}/`, { ...bounds, urlTimeoutMs: 100, urlHosts: [host] }, never),
    ).rejects.toMatchObject({
      statusCode: 504,
      code: 'URL_TIMEOUT',
    });
  });

  test('one whose host is not there', async () => {
    await expect(fetchFrom('127.0.0.1:1')).rejects.toMatchObject({ statusCode: 502, code: 'URL_FAILED' });
  });

  test('one whose name has no address', async () => {
    const missing = allowedAddress(new URL('http://example.com'), ['example.com'], async () => []);
    await expect(missing).rejects.toMatchObject({ statusCode: 502, code: 'URL_FAILED' });
  });

  test('a caller that goes away', async () => {
    const caller = new AbortController();
    const host = await serve(() => {});
    const fetched = fetchVideo(`http://${host}/`, { ...bounds, urlHosts: [host] }, caller.signal);
    await delay(50);
    caller.abort();
    await expect(fetched).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

test.each<[string, boolean]>([
  ['93.184.216.34', true],
  ['2606:4700::1111', true],
  ...[
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.0.1', '192.168.1.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', 'fc00::1', 'fe80::1'],
    ...['fec0::1', 'ff02::1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'not an address'],
  ].map((address): [string, boolean] => [address, false]),
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
