import { modelsToServe } from '../../support/inference';
import { rawRequest, startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';

const folder = temporaryFolder();
let served: TestServer;

beforeAll(async () => {
  served = await startServer({ modelFolder: await modelsToServe(folder), maxBatchSize: 4 });
});
afterAll(() => served?.server.close());

const json = async (path: string) => (await served.get(path)).json;

test('the server says that it lives, is ready, and what it can do', async () => {
  expect(await json('/v2/health/live')).toEqual({ live: true });
  expect(await json('/v2/health/ready')).toEqual({ ready: true });
  const about = { name: 'kinetorch', version: expect.stringMatching(/^\d+\.\d+\.\d+/), extensions: expect.any(Array) };
  expect(await json('/v2')).toEqual(about);
  expect(await json('/v2/')).toEqual(about);
  expect(await json('/v2/models')).toEqual({ models: ['back', 'both', 'tiny'] });
});

test('a model says what it takes and gives, in its version or the latest', async () => {
  const expected = {
    name: 'tiny',
    versions: ['1'],
    platform: 'pytorch_torchscript',
    inputs: [
      { name: 'frames', datatype: 'UINT8', shape: [-1, -1, -1, -1, 3] },
      { name: 'tensor', datatype: 'FP32', shape: [-1, 3, 4, 32, 32] },
      { name: 'video', datatype: 'BYTES', shape: [1] },
    ],
    outputs: expect.arrayContaining([
      { name: 'logits', datatype: 'FP32', shape: [-1, 6] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 6] },
      { name: 'labels', datatype: 'BYTES', shape: [-1, -1] },
    ]),
    properties: expect.objectContaining({ task: 'multiclass' }),
  };
  for (const path of ['/v2/models/tiny', '/v2/models/tiny/versions/1', '/v2/models/%74iny/']) {
    expect(await json(path)).toEqual(expected);
  }
  expect(await json('/v2/models/tiny/ready')).toEqual({ name: 'tiny', ready: true });
  expect(await json('/v2/models/tiny/versions/1/ready')).toEqual({ name: 'tiny', ready: true });
});

test('one that gives clips back, and an ensemble, say so', async () => {
  const names = (specs: { name: string }[]) => specs.map(({ name }) => name);
  const back = await json('/v2/models/back');
  expect([names(back.inputs), names(back.outputs)]).toEqual([
    ['frames', 'tensor'],
    ['reconstruction', 'target'],
  ]);
  const both = await json('/v2/models/both');
  expect([both.platform, names(both.inputs), names(both.outputs)]).toEqual([
    'ensemble',
    ['frames', 'video'],
    ['logits', 'probabilities', 'embedding', 'labels'],
  ]);
});

test('the configuration has the batches and the labels', async () => {
  const config = await json('/v2/models/tiny/config');
  expect(config).toMatchObject({ name: 'tiny', max_batch_size: 0, dynamic_batching: { preferred_batch_size: [4] } });
  expect(config.input[0]).toMatchObject({ name: 'frames', data_type: 'TYPE_UINT8', optional: true });
  expect(JSON.parse(config.parameters.labels.string_value)).toHaveLength(6);
});

test.each([
  ['/v2/models/none', 404, 'none'],
  ['/v2/models/none/ready', 404, 'none'],
  ['/v2/models/tiny/versions/2', 404, "'2'"],
  ['/v2/models/tiny/versions/2/stats', 404, "'2'"],
  ['/v2/other', 404, '/v2/other'],
  [`/v2/models/${'x'.repeat(128)}`, 404, 'xxx'],
])('%s: %i', async (path, status, part) => {
  const answered = await served.get(path);
  expect(answered).toMatchObject({ status, json: { error: expect.stringContaining(part) } });
});

test.each([
  ['PUT', '/v2/models'],
  ['POST', '/v2/health/live'],
  ['DELETE', '/v2/models/tiny/infer'],
  ['GET', '/v2/models/tiny/infer'],
  ['OPTIONS', '/v2/repository/index'],
])('%s %s: 405, with the methods that there are', async (method, path) => {
  const { status, headers, json } = await served.get(path, { method });
  expect({ status, json }).toEqual({ status: 405, json: { error: expect.stringContaining(method) } });
  expect(headers.get('allow')).toMatch(/GET|POST/);
});

test('HEAD is as GET', async () => {
  expect(await rawRequest(`${served.url}/v2/models/tiny`, { method: 'HEAD' })).toEqual({ status: 200, body: '' });
});

test('the OpenAPI document has every path', async () => {
  const { openapi, paths } = await json('/openapi.json');
  expect(openapi).toBe('3.1.0');
  const model = ['', '/ready', '/config', '/stats', '/infer'].flatMap((end) => [
    `/v2/models/{model}${end}`,
    `/v2/models/{model}/versions/{version}${end}`,
  ]);
  const repository = ['index', 'models/{model}/load', 'models/{model}/unload'].map((path) => `/v2/repository/${path}`);
  const server = ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models', '/v2/models/stats'];
  expect(Object.keys(paths)).toEqual(expect.arrayContaining([...server, ...model, ...repository]));
});
