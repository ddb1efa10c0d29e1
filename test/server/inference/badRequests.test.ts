import { deflateSync, gzipSync } from 'node:zlib';
import { binaryInput, binaryRequest, modelsToServe } from '../../support/inference';
import { rawRequest, startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';

// What Triton's own HTTP tests send (qa/L0_http/http_test.py and others), written anew, and more of the kind.

const folder = temporaryFolder();
const infer = '/v2/models/tiny/infer';
const maxBodyBytes = 2 ** 20;
let served: TestServer;

beforeAll(async () => {
  served = await startServer({ modelFolder: await modelsToServe(folder), maxBodyBytes, maxQueue: 8 });
});

// Whatever came before, the server goes on.
afterEach(async () => expect((await served.post(infer, { inputs: [frames()] })).status).toBe(200));
afterAll(() => served?.server.close());

const shape = [1, 2, 2, 3];
const data = new Array(12).fill(7);
const frames = (changes: object = {}) => ({ name: 'frames', datatype: 'UINT8', shape, data, ...changes });
const tensor = (changes: object = {}) => ({ name: 'tensor', datatype: 'FP32', shape: [4, 32, 32], ...changes });
const floats = Buffer.alloc(4 * 4 * 32 * 32);

async function expectRefused(
  [body, headers = {}]: [body: unknown, headers?: Record<string, string>],
  part: string | RegExp,
  status = 400,
) {
  const answered = await served.post(infer, body, headers);
  expect({ status: answered.status, json: answered.json }).toEqual({
    status,
    json: { error: expect.stringMatching(part) },
  });
}

const header = (length: string) => ({ 'Inference-Header-Content-Length': length });

describe('JSON', () => {
  test.each<[string, unknown, string | RegExp]>([
    ['no body', '', 'JSON'],
    ['none', 'what', 'JSON'],
    ['another document', '[]', '`request` to be an object'],
    ['null', 'null', '`request` to be an object'],
    ['half of it', '{"inputs":[{"name":"frames","data":[1,2', 'does not end'],
    ['half a text', '{"inputs":[{"name":"fra', 'does not end'],
    ['half a text among data', '{"inputs":[{"data":["\\\\\\"', 'does not end'],
    ['much beside tensors', { id: 'x'.repeat(65_536), inputs: [frames()] }, /at most 65536 bytes of JSON beside/],
    ['no inputs', {}, '`request.inputs` to be an array'],
    ['empty inputs', { inputs: [] }, /one input of frames, tensor, video but received 0/],
    ['two inputs', { inputs: [frames(), { ...frames(), name: 'video' }] }, /one input .* received 2/],
    ['an input twice', { inputs: [frames(), frames()] }, /'frames' .*twice/],
    ['an output twice', { inputs: [frames()], outputs: [{ name: 'logits' }, { name: 'logits' }] }, /'logits' .*twice/],
    ['another input', { inputs: [frames({ name: 'pixels' })] }, /frames, tensor, video.*'pixels'/],
    ['another output', { inputs: [frames()], outputs: [{ name: 'logit' }] }, /logits.*'logit'/],
    ['another datatype', { inputs: [frames({ datatype: 'INT64' })] }, 'datatype UINT8 of input .*INT64'],
    ['no datatype', { inputs: [frames({ datatype: undefined })] }, 'datatype'],
    ['no shape', { inputs: [frames({ shape: undefined })] }, 'inputs.0.shape'],
    ['a side below 0', { inputs: [frames({ shape: [2, -5] })] }, /shape\.1.*-5/],
    ['a side of 0', { inputs: [frames({ shape: [0, 2, 2, 3] })] }, /shape\.0.*0/],
    ['half a side', { inputs: [frames({ shape: [1.5, 2, 2, 3] })] }, /shape\.0.*1\.5/],
    [
      'other channels',
      { inputs: [frames({ shape: [1, 2, 3, 2] })] },
      /T×H×W×3 or N×T×H×W×3 but received \[1, 2, 3, 2\]/,
    ],
    ['a shape of one size', { inputs: [frames({ shape: [12] })] }, 'T×H×W×3'],
    ['a shape beyond whole numbers', { inputs: [frames({ shape: [2 ** 60, 2 ** 60, 2, 3] })] }, 'shape.0'],
    ['elements beyond all numbers', { inputs: [frames({ shape: [2 ** 30, 2 ** 40, 2 ** 40, 3] })] }, /maxBodyBytes/],
    ['a shape of more than a body', { inputs: [frames({ shape: [1, 1024, 1024, 3] })] }, /at most 1048576 bytes/],
    ['more clips than may wait', { inputs: [frames({ shape: [9, 1, 1, 1, 3] })] }, /at most 8 clips .* received 9/],
    ['too few numbers', { inputs: [frames({ data: data.slice(1) })] }, /12 numbers.*11/],
    ['far too few numbers', { inputs: [frames({ shape: [1, 100, 100, 3] })] }, /30000 numbers .*fewer/],
    ['too many numbers', { inputs: [frames({ data: [...data, 1] })] }, /12 numbers.*13/],
    ['no numbers', { inputs: [frames({ data: [] })] }, /12 numbers/],
    ['no array', { inputs: [frames({ data: 7 })] }, '`data` of an input to be an array'],
    ['texts', { inputs: [frames({ data: data.map(String) })] }, /integers from 0 to 255 but received "7"/],
    ['an object among numbers', { inputs: [frames({ data: [...data.slice(1), {}] })] }, /integers/],
    ['null among numbers', { inputs: [frames({ data: [...data.slice(1), null] })] }, /integers.*null/],
    ['no byte', { inputs: [frames({ data: [...data.slice(1), 256] })] }, /0 to 255 but received 256/],
    ['below a byte', { inputs: [frames({ data: [...data.slice(1), -1] })] }, /0 to 255 but received -1/],
    ['half a byte', { inputs: [frames({ data: [...data.slice(1), 0.5] })] }, /0 to 255 but received 0\.5/],
    [
      'lists of another shape',
      { inputs: [frames({ data: [[[data.slice(0, 6), data.slice(6)]]] })] },
      'nested as its shape',
    ],
    ['numbers beside lists', { inputs: [frames({ data: [1, data.slice(1)] })] }, 'nested as its shape'],
    ['both data and bytes', { inputs: [frames({ parameters: { binary_data_size: 12 } })] }, 'both'],
    ['neither', { inputs: [frames({ data: undefined })] }, 'neither'],
    ['a parameter that is a list', { inputs: [frames({ parameters: { key: [] } })] }, 'inputs.0.parameters.key'],
    [
      'a parameter that every object of JavaScript has, as a list',
      { inputs: [frames()], outputs: [{ name: 'logits', parameters: { constructor: [1] } }] },
      'outputs.0.parameters.constructor',
    ],
    ['an id that is a number', { id: 7, inputs: [frames()] }, '`request.id` to be a text'],
    ['a priority below 0', { parameters: { priority: -1 }, inputs: [frames()] }, 'parameters.priority'],
    ['a timeout of text', { parameters: { timeout: 'soon' }, inputs: [frames()] }, 'parameters.timeout'],
    [
      'classes of an embedding',
      { inputs: [frames()], outputs: [{ name: 'embedding', parameters: { classification: 1 } }] },
      'classification',
    ],
    [
      'no classes',
      { inputs: [frames()], outputs: [{ name: 'logits', parameters: { classification: 0 } }] },
      'classification',
    ],
    ['a video of two', { inputs: [{ name: 'video', datatype: 'BYTES', shape: [2], data: ['', ''] }] }, /\[1\].*\[2\]/],
    ['a video in no base64', { inputs: [{ name: 'video', datatype: 'BYTES', shape: [1], data: ['ä'] }] }, 'base64'],
    ['an empty video', { inputs: [{ name: 'video', datatype: 'BYTES', shape: [1], data: [''] }] }, 'empty'],
    [
      'logits of a video',
      { inputs: [{ name: 'video', datatype: 'BYTES', shape: [1], data: ['AAAA'] }], outputs: [{ name: 'logits' }] },
      /a video \(probabilities, labels\)/,
    ],
    ['a tensor of another size', { inputs: [tensor({ shape: [4, 32, 31], data: [0] })] }, /3×4×32×32.*\[4, 32, 31\]/],
  ])('%s', async (_, body, part) => expectRefused([body], part));

  const request = (numbers: string) =>
    `{"inputs":[{"name":"tensor","datatype":"FP32","shape":[4,32,32],"data":[${numbers}]}]}`;
  const zeros = new Array(4 * 32 * 32 - 1).fill(0).join();
  test.each(['NaN', 'Infinity', '1e39', '1e999', '01', '.5', '5.', '--1', '+1', '0x10', '1 2', ''])(
    'the number %s',
    async (number) => expectRefused([request(`${zeros},${number}`)], /input 'tensor' to be/),
  );
  test.each(['[1}', '[1,]', '[,1]', '[1]]', '{"a":[1]}'])('the array %s', async (text) => {
    await expectRefused([`{"inputs":[{"name":"frames","datatype":"UINT8","shape":[1,1,1,3],"data":${text}}]}`], /./);
  });

  test('nested a hundred deep at most', async () => {
    const deep = (levels: number) => `{"inputs":[],"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    await expectRefused([deep(99)], 'one input');
    await expectRefused([deep(100)], 'nested at most 100 deep');
    await expectRefused([`{"inputs":[{"name":"frames","data":${'['.repeat(500_000)}`], 'nested at most 100 deep');
  });

  test('no text at all', async () => expectRefused([Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])], 'UTF-8'));
});

describe('bytes', () => {
  const request = (bytes: number, input: object = binaryInput('frames', 'UINT8', shape, bytes)) => ({
    inputs: [input],
  });
  const bytes = Buffer.from(data);

  test.each<[string, ReturnType<typeof binaryRequest>, string | RegExp]>([
    ['fewer than said', binaryRequest(request(12), bytes.subarray(1)), /12 bytes of input 'frames'.*there are 11/],
    ['more than said', binaryRequest(request(12), bytes, bytes), /12 bytes of binary tensors .*received 24/],
    ['fewer than the shape has', binaryRequest(request(11), bytes.subarray(1)), /12 bytes of input .*received 11/],
    ['more than the shape has', binaryRequest(request(13), bytes, Buffer.alloc(1)), /12 bytes of input .*received 13/],
    ['fewer than none', binaryRequest(request(-1), bytes), 'binary_data_size'],
    ['more than any', binaryRequest(request(2 ** 60), bytes), 'binary_data_size'],
    ['a size that is text', binaryRequest(request('12' as never), bytes), 'binary_data_size'],
    [
      'a part of a float',
      binaryRequest({ inputs: [binaryInput('tensor', 'FP32', [4, 32, 32], 5)] }, bytes.subarray(0, 5)),
      /16384 bytes .*received 5/,
    ],
    [
      'a video without its length',
      binaryRequest({ inputs: [binaryInput('video', 'BYTES', [1], 3)] }, bytes.subarray(0, 3)),
      /4 bytes that say its length.*3 bytes/,
    ],
    [
      'a video with another length',
      binaryRequest({ inputs: [binaryInput('video', 'BYTES', [1], 12)] }, bytes),
      /a length of 117901063 and 8 bytes/,
    ],
  ])('%s', async (_, sent, part) => expectRefused(sent, part));

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('the float %d', async (value) => {
    const values = Buffer.from(floats);
    values.writeFloatLE(value, 400);
    const input = binaryInput('tensor', 'FP32', [4, 32, 32], values.length);
    await expectRefused(binaryRequest({ inputs: [input] }, values), /NaN|finite|Inf/i);
  });

  test.each(['Infinity', '-1', '1e3', 'x', '999999', '99999999999999999999', '1, 2', ''])(
    'the header length %s',
    async (length) => {
      await expectRefused([{ inputs: [frames()] }, header(length)], 'Inference-Header-Content-Length');
    },
  );
  test('a header length in the middle of the JSON', async () =>
    expectRefused([{ inputs: [frames()] }, header('5')], /JSON|end/));
  test('a raw request without bytes', async () => expectRefused(['', header('0')], 'empty'));
  test('a raw request to a model without videos', async () => {
    const { status, json } = await served.post('/v2/models/back/infer', Buffer.from('x'), header('0'));
    expect({ status, json }).toEqual({ status: 400, json: { error: expect.stringContaining("'video'") } });
  });
});

describe('bodies', () => {
  const large = Buffer.alloc(maxBodyBytes + 1, ' ');

  test('larger than allowed, as they say or as they come', async () => {
    await expectRefused([large], /1048576/, 413);
    const chunked = { headers: { 'transfer-encoding': 'chunked' }, pieces: [large] };
    expect((await rawRequest(served.url + infer, chunked)).status).toBe(413);
  });

  test('larger than allowed when they are unpacked', async () => {
    const bomb = Buffer.alloc(100 * maxBodyBytes);
    await expectRefused([gzipSync(bomb), { 'Content-Encoding': 'gzip' }], /1048576/, 413);
    await expectRefused([deflateSync(bomb), { 'Content-Encoding': 'deflate' }], /1048576/, 413);
  });

  test('packed badly, or otherwise', async () => {
    const packed = gzipSync('{}');
    await expectRefused([packed.subarray(0, 15), { 'Content-Encoding': 'gzip' }], 'gzip');
    await expectRefused([Buffer.from('{}'), { 'Content-Encoding': 'gzip' }], 'gzip');
    await expectRefused([packed, { 'Content-Encoding': 'br' }], /gzip or deflate.*'br'/, 415);
  });

  test('that end too soon', async () => {
    const { connect } = require('node:net') as typeof import('node:net');
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write(`POST ${infer} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"inputs`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
  });
});
