import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { loadModel } from '../../../lib/model/loadModel';
import type { VideoModel } from '../../../lib/model/videoModel';
import { binaryInput, binaryRequest, clip, clipShape, modelsToServe, outputsOf } from '../../support/inference';
import { maxDifference, noiseClip, onCpu } from '../../support/models';
import { rawRequest, startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';
import { makeVideos } from '../../support/videos';

const folder = temporaryFolder();
const video = join(folder, 'moving.mkv');
const infer = '/v2/models/tiny/infer';
const values = Array.from(clip.data);
const frames = { name: 'frames', datatype: 'UINT8', shape: clipShape };

let served: TestServer;
/** The same model in this process. */
let model: VideoModel;
let probabilities: Float32Array;

beforeAll(async () => {
  const modelFolder = await modelsToServe(folder);
  model = await loadModel(join(modelFolder, 'tiny.pt'), onCpu);
  served = await startServer({ modelFolder });
  probabilities = await model.probabilities(clip);
  const greys = Array.from({ length: 20 }, (_, i) => ({ pts: i * 100, y: 20 + i * 10, u: 128, v: 128 }));
  makeVideos([{ path: video, format: 'matroska', codec: 'ffv1', width: 48, height: 40, frames: greys }]);
});

afterAll(async () => {
  await served?.server.close();
  await model?.dispose();
});

/** As the shape has it. */
function nested(data: readonly number[], [size = 0, ...inner]: readonly number[]): unknown[] {
  if (inner.length === 0) return [...data];
  const step = data.length / size;
  return Array.from({ length: size }, (_, at) => nested(data.slice(at * step, (at + 1) * step), inner));
}

function expectProbabilities(answered: Awaited<ReturnType<TestServer['post']>>, expected = probabilities, rows = 1) {
  expect(answered.json ?? '').not.toHaveProperty('error');
  const { shape, data } = outputsOf(answered).probabilities as { shape: number[]; data: number[] };
  expect(shape).toEqual([rows, model.labels.length]);
  expect(maxDifference(data.slice(0, expected.length), expected)).toBeLessThan(1e-5);
}

describe('frames', () => {
  test('as flat JSON, with the usual outputs', async () => {
    const answered = await served.post(infer, { id: 'eins', inputs: [{ ...frames, data: values }] });
    expect(answered.json).toMatchObject({ model_name: 'tiny', model_version: '1', id: 'eins' });
    expect(Object.keys(outputsOf(answered))).toEqual(['probabilities', 'labels']);
    expectProbabilities(answered);
    const { predictions } = await model.classifyClip(clip);
    expect(outputsOf(answered).labels).toEqual({ shape: [1, 5], data: predictions.map(({ label }) => label) });
  });

  test('as nested JSON, without an id', async () => {
    const answered = await served.post(infer, { inputs: [{ ...frames, data: nested(values, clipShape) }] });
    expectProbabilities(answered);
    expect(answered.json).not.toHaveProperty('id');
  });

  test('as bytes, in and out', async () => {
    const request = {
      inputs: [binaryInput('frames', 'UINT8', clipShape, clip.data.length)],
      outputs: [
        { name: 'probabilities', parameters: { binary_data: true } },
        { name: 'labels', parameters: { binary_data: true, top_k: 2 } },
        { name: 'logits' },
      ],
    };
    const answered = await served.post(infer, ...binaryRequest(request, clip.data));
    expect(answered.headers.get('content-type')).toBe('application/octet-stream');
    expectProbabilities(answered);
    const { labels, logits } = outputsOf(answered);
    expect(labels?.shape).toEqual([1, 2]);
    expect(maxDifference(logits?.data as number[], await model.logits(clip))).toBeLessThan(1e-4);
  });

  test('binary by the request, but for an output that says otherwise', async () => {
    const answered = await served.post(infer, {
      parameters: { binary_data_output: true },
      inputs: [{ ...frames, data: values }],
      outputs: [{ name: 'embedding' }, { name: 'probabilities', parameters: { binary_data: false } }],
    });
    expectProbabilities(answered);
    const { embedding } = outputsOf(answered);
    expect(maxDifference(embedding?.data as number[], await model.embedClip(clip))).toBeLessThan(1e-4);
  });

  test('several clips at once', async () => {
    const other = noiseClip({ frames: 6, height: 40, width: 56, seed: 9 });
    const shape = [2, ...clipShape];
    const request = { inputs: [binaryInput('frames', 'UINT8', shape, 2 * clip.data.length)] };
    const answered = await served.post(infer, ...binaryRequest(request, clip.data, other.data));
    const both = new Float32Array([...probabilities, ...(await model.probabilities(other))]);
    expectProbabilities(answered, both, 2);
    expect(outputsOf(answered).labels?.shape).toEqual([2, 5]);
  });

  test('in a body of chunks, of any type or none, with a name in percents', async () => {
    const [body, headers] = binaryRequest(
      { inputs: [binaryInput('frames', 'UINT8', clipShape, clip.data.length)] },
      clip.data,
    );
    const pieces = Array.from({ length: 10 }, (_, i) =>
      body.subarray((i * body.length) / 10, ((i + 1) * body.length) / 10),
    );
    for (const type of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'what is this' }]) {
      const { status } = await rawRequest(`${served.url}/v2/models/%74iny/infer`, {
        headers: { ...headers, ...type, 'transfer-encoding': 'chunked' },
        pieces,
      });
      expect(status).toBe(200);
    }
  });

  test('in chunks as small as there are', async () => {
    const json = Buffer.from(JSON.stringify({ inputs: [{ ...frames, data: values }] }));
    expect(json.length).toBeGreaterThan(65_536);
    const pieces = Array.from(json, (_, i) => json.subarray(i, i + 1));
    const headers = { 'transfer-encoding': 'chunked' };
    const { status, body } = await rawRequest(`${served.url}/v2/models/tiny/infer`, { headers, pieces });
    expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining('probabilities') });
  });

  test('at any place in memory', async () => {
    const { frames: f, height, width } = model.input;
    const tensor = new Float32Array(3 * f * height * width).fill(0.25);
    const bytes = new Uint8Array(tensor.buffer);
    const expected = (await model.probabilities({ data: tensor, shape: [3, f, height, width] }))[0] as Float32Array;
    for (let padding = 0; padding < 8; padding++) {
      const request = {
        id: 'x'.repeat(padding),
        inputs: [binaryInput('tensor', 'FP32', [3, f, height, width], bytes.length)],
      };
      expectProbabilities(await served.post(infer, ...binaryRequest(request, bytes)), expected);
    }
  });
});

describe('packed', () => {
  const [body, headers] = binaryRequest(
    { inputs: [binaryInput('frames', 'UINT8', clipShape, clip.data.length)] },
    clip.data,
  );

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('requests by %s', async (encoding, pack) => {
    expectProbabilities(await served.post(infer, pack(body), { ...headers, 'Content-Encoding': encoding }));
  });

  test.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ])('answers by %s, where they are asked for', async (encoding, unpack) => {
    const ask = (accepted: string) =>
      new Promise<{ encoding?: string; body: Buffer }>((resolve, reject) => {
        const { request } = require('node:http') as typeof import('node:http');
        const sent = request(served.url + infer, {
          method: 'POST',
          headers: { ...headers, 'accept-encoding': accepted },
        });
        sent.on('response', async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) });
        });
        sent.on('error', reject);
        sent.end(asking);
      });
    const request = {
      inputs: [binaryInput('frames', 'UINT8', clipShape, clip.data.length)],
      outputs: [{ name: 'features' }],
    };
    const [asking, { 'Inference-Header-Content-Length': length }] = binaryRequest(request, clip.data);
    headers['Inference-Header-Content-Length'] = length;
    const plain = await ask(`${encoding};q=0`);
    expect(plain.encoding).toBeUndefined();
    const packed = await ask(`br, ${encoding};q=0.5`);
    expect(packed.encoding).toBe(encoding);
    expect(unpack(packed.body).equals(plain.body)).toBe(true);
  });
});

describe('tensors', () => {
  const input = () => [3, model.input.frames, model.input.height, model.input.width];
  const data = Array.from({ length: 3 * 4 * 32 * 32 }, (_, i) => Math.fround(Math.sin(i)));

  test('of one clip and of several, nested and flat', async () => {
    const tensor = Float32Array.from(data);
    const [expected] = (await model.probabilities({ data: tensor, shape: input() })) as [Float32Array];
    const one = { name: 'tensor', datatype: 'FP32', shape: input() };
    expectProbabilities(await served.post(infer, { inputs: [{ ...one, data }] }), expected);
    expectProbabilities(await served.post(infer, { inputs: [{ ...one, data: nested(data, input()) }] }), expected);
    const two = { ...one, shape: [2, ...input()], data: [...data, ...data] };
    expectProbabilities(await served.post(infer, { inputs: [two] }), new Float32Array([...expected, ...expected]), 2);
  });

  test('that an ensemble does not take', async () => {
    const inputs = [{ name: 'tensor', datatype: 'FP32', shape: input(), data }];
    const { status, json } = await served.post('/v2/models/both/infer', { inputs });
    expect({ status, json }).toEqual({
      status: 400,
      json: { error: expect.stringMatching(/frames, video.*'tensor'/) },
    });
  });
});

describe('videos', () => {
  test.each(['raw', 'binary', 'base64'])('%s', async (way) => {
    const bytes = readFileSync(video);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    const input = { name: 'video', datatype: 'BYTES', shape: [1] };
    const answered = await {
      raw: () => served.post(infer, bytes, { 'Inference-Header-Content-Length': '0' }),
      binary: () =>
        served.post(
          infer,
          ...binaryRequest({ inputs: [binaryInput('video', 'BYTES', [1], bytes.length + 4)] }, length, bytes),
        ),
      base64: () => served.post(infer, { inputs: [{ ...input, data: [bytes.toString('base64')] }] }),
    }[way as 'raw']();
    const { predictions } = await model.classifyVideo(video, { topK: 6 });
    const expected = new Float32Array(6);
    for (const { index, score } of predictions) expected[index] = score;
    expectProbabilities(answered, expected);
    expect(answered.headers.has('inference-header-content-length')).toBe(way === 'raw');
  });

  test('that are none', async () => {
    const { status, json } = await served.post(infer, Buffer.from('no video at all'), {
      'Inference-Header-Content-Length': '0',
    });
    expect({ status, json }).toEqual({ status: 422, json: { error: expect.stringContaining('<buffer>') } });
  });
});

describe('outputs', () => {
  test('as classes', async () => {
    const answered = await served.post(infer, {
      inputs: [{ ...frames, data: values }],
      outputs: [{ name: 'probabilities', parameters: { classification: 3 } }],
    });
    const { predictions } = await model.classifyClip(clip, { topK: 3 });
    const { shape, data } = outputsOf(answered).probabilities as { shape: number[]; data: string[] };
    expect(shape).toEqual([1, 3]);
    expect(data.map((text) => text.replace(/^[^:]+/, ''))).toEqual(
      predictions.map(({ index, label }) => `:${index}:${label}`),
    );
    expect(
      maxDifference(
        data.map(Number.parseFloat),
        predictions.map(({ score }) => score),
      ),
    ).toBeLessThan(1e-5);
  });

  test('of a model that gives clips back', async () => {
    const small = { frames: 4, height: 16, width: 16 };
    const data = new Array(4 * 16 * 16 * 3).fill(128);
    const inputs = [{ name: 'frames', datatype: 'UINT8', shape: [4, 16, 16, 3], data }];
    const answered = await served.post('/v2/models/back/infer', {
      inputs,
      outputs: [{ name: 'reconstruction' }, { name: 'target' }],
    });
    const { reconstruction, target } = outputsOf(answered);
    expect(reconstruction?.shape).toEqual([1, 3, small.frames, small.height, small.width]);
    expect(reconstruction?.data[0]).toBeCloseTo((target?.data[0] as number) / 2, 5);
  });
});

test('memory of bodies is used again, and everybody gets the answer to his own clip', async () => {
  const clips = Array.from({ length: 12 }, (_, i) => noiseClip({ frames: 6, height: 90 + i, width: 100, seed: i }));
  const expected = await Promise.all(clips.map((each) => model.probabilities(each)));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      clips.map(({ data, height, width }) => {
        const input = binaryInput('frames', 'UINT8', [6, height, width, 3], data.length);
        return served.post(infer, ...binaryRequest({ inputs: [input] }, data as Uint8Array));
      }),
    );
    for (const [i, answer] of answers.entries()) expectProbabilities(answer, expected[i]);
  }
});
