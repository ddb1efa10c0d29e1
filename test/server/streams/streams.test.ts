import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClipClassifier } from '../../../lib/model/clipClassifier';
import { type WatchEvent, watchStream } from '../../../lib/model/watchStream';
import { liveLimits } from '../../../lib/video/live/liveRuns';
import { liveSource } from '../../../lib/video/live/liveSource';
import { LiveServer, transportStream } from '../../support/liveServers';
import { inputOf } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { videoServers } from '../../support/videoServer';

liveLimits.retryMs = { first: 200, most: 400 };
liveLimits.stallMs = 5000;

const seconds = 60;
const folder = temporaryFolder();
const { start, closeLast } = videoServers();
let bytes: Buffer;
let live: LiveServer;
let address: string;

beforeAll(async () => {
  bytes = transportStream(join(folder, 'live.ts'), seconds);
  live = await LiveServer.http(bytes, seconds);
  address = await start({ maxVideos: 1, streams: { door: `http://127.0.0.1:${live.port}/live.ts?key=secret` } });
});

afterAll(() => live.close());

/** A classifier that takes so long for a clip of a quarter of a second. */
const classifier = (ms = 0): ClipClassifier => ({
  labels: ['a', 'b'],
  inputs: [inputOf({ frames: 4, height: 32, width: 32, frameRate: 16 })],
  probabilities: async () => {
    await delay(ms);
    return Float32Array.of(0.75, 0.25);
  },
});

/** Reads events until one is as wanted; gives all. */
async function until(
  events: AsyncGenerator<WatchEvent>,
  isLast: (event: WatchEvent) => boolean,
): Promise<WatchEvent[]> {
  const all: WatchEvent[] = [];
  for await (const event of events) {
    all.push(event);
    if (isLast(event)) return all;
  }
  throw new Error('the events have ended');
}

const isSegment = (event: WatchEvent) => 'segment' in event;
const isState = (state: string) => (event: WatchEvent) => 'notice' in event && event.notice.state === state;

/** Watches until the end of `work`. */
async function watching(url: string, work: (events: AsyncGenerator<WatchEvent>) => Promise<void>, ms = 0) {
  const controller = new AbortController();
  const events = watchStream(classifier(ms), liveSource(url), { signal: controller.signal, topK: 1 });
  // Read by hand: leaving a loop would end it.
  const kept = { next: () => events.next(), [Symbol.asyncIterator]: () => kept } as unknown as typeof events;
  try {
    await work(kept);
  } finally {
    controller.abort();
    await expect(events.next())
      .rejects.toMatchObject({ code: 'ERR_ABORTED' })
      .catch(() => {});
    await events.return();
  }
}

test('what happens in a stream that the operator has named, as it happens', async () => {
  expect(await (await fetch(`${address}/v1/streams`)).json()).toEqual({ streams: [{ name: 'door' }] });
  const caller = new AbortController();
  const url = `${address}/v1/streams/door?topK=1&strideSeconds=0.5`;
  const response = await fetch(url, { signal: caller.signal, headers: { accept: 'text/event-stream' } });
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (text.split('event: segment').length > 3) break;
  }
  caller.abort();
  const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  expect(names.slice(0, 3)).toEqual(['notice', 'notice', 'segment']);
  expect(text).not.toContain('secret');
  const [first, second] = [...text.matchAll(/"startSeconds":([\d.]+)/g)].map(([, at]) => Number(at));
  expect((second as number) - (first as number)).toBeCloseTo(0.5, 5);
});

test('who watches while the server ends is told so, and holds it up no longer', async () => {
  const other = await start({ streams: { door: `http://127.0.0.1:${live.port}/` } });
  const response = await fetch(`${other}/v1/streams/door`);
  const began = performance.now();
  const closed = closeLast();
  const text = await response.text();
  await closed;
  expect(JSON.parse(text.trim().split('\n').at(-1) as string)).toMatchObject({ error: { code: 'ERR_DISPOSED' } });
  expect(performance.now() - began).toBeLessThan(20_000);
});

test('is watched for longer than a request may take to come, also by one with a body', async () => {
  const patient = await start({ receiveTimeoutMs: 1000, streams: { door: `http://127.0.0.1:${live.port}/` } });
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-length': 9 };
    const asked = request(`${patient}/v1/streams/door`, { headers }, async (response) => {
      let read = '';
      response.on('data', (piece) => {
        read += piece;
      });
      response.on('error', reject);
      await delay(2500);
      response.off('error', reject);
      asked.destroy();
      resolve(read);
    });
    asked.on('error', () => {}).flushHeaders();
  });
  expect(text).toContain('"opening"');
  await closeLast();
});

test('HEAD opens no stream', async () => {
  const head = await fetch(`${address}/v1/streams/door`, { method: 'HEAD' });
  expect({ status: head.status, allow: head.headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
  const caller = new AbortController();
  expect((await fetch(`${address}/v1/streams/door`, { signal: caller.signal })).status).toBe(200);
  caller.abort();
});

test('one that is not named, and one more than there are places', async () => {
  const unknown = await fetch(`${address}/v1/streams/window`);
  expect(unknown.status).toBe(404);
  expect(((await unknown.json()) as { error: object }).error).toMatchObject({
    message: expect.stringContaining('door'),
  });
  expect((await fetch(`${address}/v1/streams/door?speed=2`)).status).toBe(400);
  const caller = new AbortController();
  await fetch(`${address}/v1/streams/door`, { signal: caller.signal });
  expect((await fetch(`${address}/v1/streams/door`)).status).toBe(503);
  caller.abort();
});

test('a stream whose server dies is opened again when it is back', async () => {
  const server = await LiveServer.http(bytes, seconds);
  await watching(`http://127.0.0.1:${server.port}/`, async (events) => {
    await until(events, isSegment);
    await server.close();
    const lost = await until(events, isState('lost'));
    expect(lost.at(-1)).toMatchObject({ notice: { retryMs: 200 } });
    await until(events, isState('lost'));
    const back = await LiveServer.http(bytes, seconds, server.port);
    await until(events, isState('watching'));
    await until(events, isSegment);
    await back.close();
  });
});

test('a stream that stands still is opened again', async () => {
  const server = await LiveServer.http(bytes, seconds);
  await watching(`http://127.0.0.1:${server.port}/`, async (events) => {
    await until(events, isSegment);
    server.stall();
    const lost = await until(events, isState('lost'));
    expect(lost.at(-1)).toMatchObject({ notice: { reason: 'nothing came for 5 s' } });
    await until(events, isSegment);
    expect(server.connections).toBe(2);
  });
  await server.close();
});

test('of a stream that is faster than the model some is left out, and what is told is of now', async () => {
  const server = await LiveServer.http(bytes, seconds);
  // A clip of 0.25 s, four at once, takes 4 s.
  await watching(
    `http://127.0.0.1:${server.port}/`,
    async (events) => {
      const first = (await until(events, isSegment)).at(-1) as { segment: { startSeconds: number } };
      await until(events, isState('interrupted'));
      const began = performance.now();
      while (performance.now() - began < 12_000) await until(events, isSegment);
      const last = (await until(events, isSegment)).at(-1) as { segment: { startedAt: string; startSeconds: number } };
      expect(Date.now() - Date.parse(last.segment.startedAt)).toBeLessThan(12_000);
      expect(last.segment.startSeconds - first.segment.startSeconds).toBeGreaterThan(8);
    },
    4000,
  );
  await server.close();
});

test('RTSP over its own connection', async () => {
  const server = await LiveServer.rtsp(bytes, seconds);
  await watching(`rtsp://127.0.0.1:${server.port}/stream`, async (events) => {
    const all = await until(events, isSegment);
    expect(all.at(-1)).toMatchObject({ segment: { predictions: [{ label: 'a', score: 0.75 }] } });
  });
  await server.close();
});

describe('goes nowhere else', () => {
  test.each([
    ['a redirect', (other: number) => ({ status: 302, headers: { location: `http://127.0.0.1:${other}/` }, body: '' })],
    [
      'a playlist',
      (other: number) => ({
        status: 200,
        headers: { 'content-type': 'application/vnd.apple.mpegurl' },
        body: `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:${other}/a.ts\n`,
      }),
    ],
    ['a list of files', () => ({ status: 200, headers: {}, body: "ffconcat version 1.0\nfile '/etc/passwd'\n" })],
  ])('%s', async (_, answer) => {
    const other = await LiveServer.http(bytes, seconds);
    const server = createServer((_, response) => {
      const { status, headers, body } = answer(other.port);
      response.writeHead(status, headers).end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await watching(`http://127.0.0.1:${port}/`, async (events) => {
      const [, lost] = await until(events, isState('lost'));
      expect(lost).toMatchObject({ notice: { reason: expect.stringContaining('cannot be opened') } });
    });
    expect(other.connections).toBe(0);
    server.close().closeAllConnections();
    await other.close();
  });

  test.each([
    '/etc/passwd',
    'file:///etc/passwd',
    'concat:a|b',
    'udp://127.0.0.1:1',
    '/dev/sda',
    'rtsp://',
    '',
    'http:',
  ])('%p is no stream', (address) => {
    expect(() => liveSource(address)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  test('what is shown of an address is its host, or the name that it was given', () => {
    expect(liveSource('rtsp://me:pass@10.0.0.7:554/pass/live;pass?key=1').shown).toBe('rtsp://10.0.0.7:554');
    expect(liveSource('rtsp://me:pass@10.0.0.7:554/live', 'door').shown).toBe('door');
    expect(() => liveSource('rtmp://me:pass@10.0.0.7/live')).toThrow(/received "rtmp:"/);
  });
});

test('callers learn the name of a stream, and nothing of its address', async () => {
  const other = await start({ streams: { gone: 'rtsp://me:secret@127.0.0.1:1/secret;secret' } });
  const response = await fetch(`${other}/v1/streams/gone`);
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (text.includes('"lost"')) break;
  }
  expect(text).toContain('expected \\"gone\\" to be a stream');
  expect(text).not.toMatch(/secret|127\.0\.0\.1|rtsp:/);
  await closeLast();
});

test('an address that is none is told of before anything is served', async () => {
  await expect(start({ streams: { door: 'rtmp://me:secret@10.0.0.7/' } })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(/door.*rtmp:/),
  });
});

test('options are checked before anything is opened', async () => {
  const events = watchStream(classifier(), liveSource('http://127.0.0.1:1/'), { topK: 9 });
  await expect(events.next()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
