import type * as childProcess from 'node:child_process';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type * as os from 'node:os';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { embedCall } from '../../../lib/server/videos/embedCall';
import { VideoAdmission } from '../../../lib/server/videos/videoAdmission';
import { Decoders } from '../../support/decoders';
import { jsonLines } from '../../support/runCli';
import { temporaryFolder } from '../../support/temporaryFolder';
import { post, sampleVideo, videoServers } from '../../support/videoServer';

jest.mock('node:child_process', () => ({
  ...jest.requireActual<typeof childProcess>('node:child_process'),
  spawn: jest.fn(),
}));

jest.mock('node:os', () => ({
  ...jest.requireActual<typeof os>('node:os'),
  tmpdir: jest.fn(),
}));

const decoders = new Decoders(spawn as jest.MockedFunction<typeof spawn>);
(tmpdir as jest.Mock).mockReturnValue('/tmp');
const { start } = videoServers();
const folder = temporaryFolder();
const bytes = readFileSync(sampleVideo);
// Windows without end: a stride of a millisecond.
const long = 'strideSeconds=0.001';

let address: string;

beforeAll(async () => {
  (tmpdir as jest.Mock).mockReturnValue(folder);
  address = await start({ maxVideos: 1 });
});

/** A request that is under way, with what it takes to hang up. */
async function begun(path: string, headers: Record<string, string> = {}) {
  const asked = request(`${address}${path}`, { method: 'POST', headers });
  asked.on('error', () => {});
  return asked;
}

let segments = 0;
const { prepare } = embedCall;
jest.spyOn(embedCall, 'prepare').mockImplementation((...args) => {
  const run = prepare(...args);
  return async function* (...given) {
    for await (const event of run(...given)) {
      segments++;
      yield event;
    }
  };
});

const left: number[] = [];
const enter = VideoAdmission.prototype.enter;
jest.spyOn(VideoAdmission.prototype, 'enter').mockImplementation(function (this: VideoAdmission) {
  const leave = enter.call(this);
  return () => {
    leave();
    left.push(performance.now());
  };
});

/** Milliseconds from hanging up until the place is free. */
async function freed(asked: ClientRequest): Promise<number> {
  const [{ length }, began] = [left, performance.now()];
  asked.destroy();
  while (left.length === length) await delay(1);
  return (left.at(-1) as number) - began;
}

/** Neither a name nor, a moment later, an open file. */
async function nothingLeft(): Promise<void> {
  for (let i = 0; i < 40 && readdirSync(folder).length > 0; i++) await delay(50);
  expect(readdirSync(folder)).toEqual([]);
  await delay(200);
}

/** The best of a few: a busy machine may be late for reasons of its own. */
async function bestOf(times: number, attempt: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) best = Math.min(best, await attempt());
  return best;
}

test('one more than maxVideos is told to come again, while the first is still coming', async () => {
  const first = await begun('/v1/videos:classify', { 'content-length': String(bytes.length) });
  first.write(bytes.subarray(0, 1000));
  await delay(100);
  const second = await post(`${address}/v1/videos:classify`, bytes);
  expect(second.status).toBe(503);
  expect(second.headers.get('retry-after')).toBe('1');
  expect(((await second.json()) as { error: object }).error).toMatchObject({ code: 'ERR_QUEUE_FULL' });
  await freed(first);
  await nothingLeft();
});

test('who hangs up while a video comes frees the place', async () => {
  const took = await bestOf(5, async () => {
    const asked = await begun('/v1/videos:classify', { 'content-length': String(bytes.length) });
    asked.write(bytes.subarray(0, 1000));
    await delay(50);
    return freed(asked);
  });
  expect(took).toBeLessThan(50);
  await nothingLeft();
});

test('who hangs up in the middle of an answer ends the decoding and frees the place', async () => {
  let open = 0;
  const took = await bestOf(5, async () => {
    const asked = await begun(`/v1/videos:classify?${long}`, { accept: 'application/x-ndjson' });
    asked.end(bytes);
    const response = await responseTo(asked);
    // That of the one before is free, however long its decoder takes to end.
    expect(response.statusCode).toBe(200);
    await new Promise((resolve) => response.once('data', resolve));
    open = filesOfThisProcess();
    return freed(asked);
  });
  expect(took).toBeLessThan(50);
  await nothingLeft();
  expect(filesOfThisProcess()).toBeLessThan(open);
});

test('who does not read is waited for, and costs no memory', async () => {
  const asked = await begun(`/v1/videos:embed?${long}`, { accept: 'application/x-ndjson' });
  asked.end(bytes);
  (await responseTo(asked)).pause();
  // Until all that lies between is full.
  let written = -1;
  for (let before = -2; written !== before; ) {
    await delay(500);
    [before, written] = [written, segments];
  }
  expect(written).toBeLessThan(5000);
  await freed(asked);
});

test('who reads nothing for longer than sendTimeoutMs holds no place', async () => {
  const strict = await start({ maxVideos: 1, sendTimeoutMs: 500 });
  const headers = { accept: 'application/x-ndjson' };
  const asked = request(`${strict}/v1/videos:embed?${long}`, { method: 'POST', headers });
  asked.on('error', () => {});
  asked.end(bytes);
  const response = await responseTo(asked);
  const reset = new Promise((resolve) => response.once('error', resolve));
  // Who reads a little at a time is waited for.
  for (let i = 0; i < 10; i++) {
    response.read();
    await delay(200);
  }
  expect(response.errored).toBeNull();
  response.pause();
  // And is not busy by what he sends meanwhile.
  asked.socket?.write('GET /');
  const before = left.length;
  for (let i = 0; left.length === before && i < 100; i++) {
    asked.socket?.write('a');
    await delay(100);
  }
  const next = await post(`${strict}/v1/videos:classify`, bytes);
  expect(next.status).toBe(200);
  response.resume();
  expect(await reset).toMatchObject({ code: 'ECONNRESET' });
});

test('what goes wrong after the first segment is the last event', async () => {
  const response = await post(`${address}/v1/videos:classify?${long}`, bytes, { accept: 'application/x-ndjson' });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = Buffer.from((await reader.read()).value as Uint8Array).toString();
  for (const decoder of decoders.alive) decoder.kill('SIGKILL');
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  expect(jsonLines(text)[0]).toHaveProperty('segment');
  expect(jsonLines(text).at(-1)).toMatchObject({ error: { code: 'ERR_VIDEO_DECODE' } });
});

const responseTo = (asked: ClientRequest) => new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));

function filesOfThisProcess(): number {
  return readdirSync('/proc/self/fd').length;
}
