import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { loadModel } from '../../../lib/model/loadModel';
import { heartbeat } from '../../../lib/server/http/answerEvents';
import { onCpu } from '../../support/models';
import { jsonLines } from '../../support/runCli';
import { form, post, sampleVideo, videoServers } from '../../support/videoServer';
import { collect } from '../../support/videos';

const { path, start } = videoServers();
const bytes = readFileSync(sampleVideo);
const video = new Blob([bytes]);

let address: string;
let classify: string;

beforeAll(async () => {
  address = await start({ maxVideos: 2, maxVideoBytes: 2 ** 20 });
  classify = `${address}/v1/videos:classify`;
});

const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: { code: string; message: string } }).error,
});

test('a timeline as one document is what classifyStream gives', async () => {
  await using model = await loadModel(path, onCpu);
  const segments = await collect(model.classifyStream(sampleVideo, { windowSeconds: 2, strideSeconds: 1, topK: 2 }));
  const response = await post(`${classify}?windowSeconds=2&strideSeconds=1&topK=2`, bytes);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as object;
  expect(answer).toEqual({
    model: 'small',
    version: '1',
    segments: segments.map(({ predictions, ...segment }) => ({
      ...segment,
      predictions: predictions.map((one) => ({ ...one, score: expect.closeTo(one.score, 4) })),
    })),
    video: expect.objectContaining({ width: 320, durationSeconds: expect.any(Number) }),
    warnings: [],
  });
});

test('clips spread over a video, and their mean', async () => {
  const answer = (await (await post(`${classify}?clips=3&crops=3`, bytes)).json()) as Record<string, unknown[]>;
  expect(answer.segments).toHaveLength(3);
  expect(answer.predictions).toHaveLength(5);
});

test('what is too large for one document is told to be asked for line by line, which has no end', async () => {
  const small = await start({ maxBodyBytes: 50_000 });
  for (const call of ['classify', 'embed']) {
    const url = `${small}/v1/videos:${call}?strideSeconds=0.01`;
    expect(await errorOf(await post(url, bytes))).toEqual({
      status: 413,
      code: 'ANSWER_TOO_LARGE',
      message: expect.stringMatching(/at most 50000 bytes \(maxBodyBytes\).*application\/x-ndjson/),
    });
    const text = await (await post(url, bytes, { accept: 'application/x-ndjson' })).text();
    expect(text.length).toBeGreaterThan(50_000);
    expect(jsonLines(text).at(-1)).toMatchObject({ done: true });
  }
});

test('segments come one by one as NDJSON, the summary last', async () => {
  const response = await post(`${classify}?strideSeconds=2`, bytes, { accept: 'application/x-ndjson' });
  expect(response.headers.get('content-type')).toMatch('application/x-ndjson');
  const lines = jsonLines(await response.text());
  expect(lines.slice(0, -1).every((line) => 'segment' in line)).toBe(true);
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.at(-1)).toMatchObject({ done: true, model: 'small', video: { height: 240 }, warnings: [] });
});

test('server-sent events have names, and heartbeats where nothing comes', async () => {
  heartbeat.everyMs = 1;
  const response = await post(`${classify}?strideSeconds=4`, bytes, { accept: 'text/event-stream' });
  const text = await response.text();
  heartbeat.everyMs = 15_000;
  const events = text.split('\n\n').filter((event) => event !== '' && event !== ':');
  expect(events.map((event) => /^event: (\w+)\ndata: \{.*\}$/.exec(event)?.[1])).toEqual([
    ...Array.from({ length: events.length - 1 }, () => 'segment'),
    'done',
  ]);
  expect(text).toContain(':\n\n');
});

describe('forms', () => {
  test.each([
    ['before its fields', { file: video, topK: '1', model: 'small' }],
    ['after its fields', { topK: '1', model: 'small', file: video }],
  ])('a file %s', async (_, parts) => {
    const answer = (await (await post(classify, form(parts))).json()) as { segments: { predictions: object[] }[] };
    expect(answer.segments[0]?.predictions).toHaveLength(1);
  });

  test.each([
    ['two files', { file: video, other: video }, 'one file'],
    ['no file', { topK: '1' }, 'a form with a file'],
    ['an unknown field', { topk: '1', file: video }, 'did you mean "topK"'],
    [
      'a number that is none',
      { topK: 'many', file: video },
      '`topK` to be an integer between 1 and 6 but received "many"',
    ],
    ['options that contradict each other', { clips: '2', windowSeconds: '1', file: video }, 'clips'],
  ])('%s', async (_, parts, message) => {
    const error = await errorOf(await post(classify, form(parts)));
    expect(error).toMatchObject({
      status: 400,
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('what is no form though it says so', async () => {
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await errorOf(await post(classify, 'nothing of the kind', type))).toMatchObject({ status: 400 });
    const { status } = await errorOf(await post(classify, bytes, { 'content-type': 'multipart/form-data' }));
    expect([400, 415]).toContain(status);
  });

  test('what ends within its file', async () => {
    const begun = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nand then';
    const error = await errorOf(await post(classify, begun, { 'content-type': 'multipart/form-data; boundary=x' }));
    expect(error).toMatchObject({ status: 400, code: 'BAD_FORM', message: expect.stringContaining('end of') });
  });

  test('an option in the query and in the form', async () => {
    const error = await errorOf(await post(`${classify}?topK=2`, form({ topK: '1', file: video })));
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining('given once') });
  });
});

describe('refused', () => {
  test('an unknown model, before the body is read', async () => {
    expect(await errorOf(await post(`${classify}?model=large`, bytes))).toMatchObject({
      status: 404,
      message: expect.stringContaining('small'),
    });
  });

  test('an empty body', async () => {
    expect(await errorOf(await post(classify, ''))).toMatchObject({ status: 400, code: 'ERR_INVALID_ARGUMENT' });
  });

  test('a body that is packed', async () => {
    const packed = await post(classify, gzipSync(bytes), { 'content-encoding': 'gzip' });
    expect(await errorOf(packed)).toMatchObject({ status: 415, message: expect.stringContaining('gzip') });
  });

  test('what is no video', async () => {
    const error = await errorOf(await post(classify, 'not a video at all'));
    expect(error).toMatchObject({ status: 422, code: 'ERR_VIDEO_OPEN', message: expect.stringContaining('"video"') });
  });

  test('a body that says it is too large, without being asked to send it', async () => {
    const { port } = new URL(address);
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      let received = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        received += chunk;
        if (received.includes('}}')) socket.destroy();
      });
      socket.on('close', () => resolve(received));
      socket.write(
        'POST /v1/videos:classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n',
      );
    });
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    expect(text).toContain('maxVideoBytes');
  });

  test('a body that grows too large', async () => {
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(2 ** 16));
    const response = await post(classify, Readable.from(chunks));
    expect(await errorOf(response)).toMatchObject({ status: 413, code: 'TOO_LARGE' });
  });
});

test('who asks before sending is told to go on', async () => {
  const { port } = new URL(address);
  const head = `POST /v1/videos:classify?clips=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\nExpect: 100-continue\r\n\r\n`;
  const text = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      if (received === '') socket.write(bytes);
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.write(head);
  });
  expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
});

test('a body that stops coming is given up, and so is one that drips', async () => {
  const slow = await start({ receiveTimeoutMs: 300 });
  async function* stalled() {
    yield Buffer.from('begins');
    await delay(5000, undefined, { ref: false });
  }
  const error = await errorOf(await post(`${slow}/v1/videos:classify`, Readable.from(stalled())));
  expect(error).toMatchObject({ status: 408, code: 'TOO_SLOW' });
  async function* dripping() {
    for (let i = 0; i < 50; i++) {
      yield Buffer.from('x');
      await delay(100);
    }
  }
  expect((await post(`${slow}/v1/videos:classify`, Readable.from(dripping()))).status).toBe(408);
});
