import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { type context, propagation, trace } from '@opentelemetry/api';
import { expose } from '../../../lib/server/operation/metrics/exposition';
import { noiseClip, smallArchive } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { sampleVideo } from '../../support/videoServer';
import { call, inferCall, metric, startServer, until } from './support';

const model = join(temporaryFolder(), 'moves.pt');
const ask = inferCall(noiseClip().data, [4, 40, 56, 3]);

beforeAll(async () => (await smallArchive()).save(model));

it('writes metrics as Prometheus reads them', () => {
  const labels = { model: 'a "b"\\\n' };
  expect(
    expose([
      {
        name: 'requests',
        help: 'All.',
        type: 'counter',
        samples: [
          { labels, value: 3 },
          { labels: {}, value: 0.5 },
        ],
      },
      { name: 'none', help: 'Without samples.', type: 'gauge', samples: [] },
      {
        name: 'seconds',
        help: 'Times.',
        type: 'histogram',
        samples: [{ labels: { at: 1 }, value: { bounds: [0.1, 1], counts: [2, 0, 1], sum: 7 } }],
      },
    ]),
  ).toBe(
    [
      '# HELP requests All.',
      '# TYPE requests counter',
      'requests{model="a \\"b\\"\\\\\\n"} 3',
      'requests 0.5',
      '# HELP seconds Times.',
      '# TYPE seconds histogram',
      'seconds_bucket{at="1",le="0.1"} 2',
      'seconds_bucket{at="1",le="1"} 2',
      'seconds_bucket{at="1",le="+Inf"} 3',
      'seconds_sum{at="1"} 7',
      'seconds_count{at="1"} 3',
      '',
    ].join('\n'),
  );
});

it('tells of models, requests and the machine, and a cache of answers by its hits', async () => {
  const { server, url } = await startServer({ models: { moves: model }, cacheBytes: 1_000_000 });
  const answers = [];
  for (const id of ['1', '2', '3']) {
    answers.push(await call(`${url}/v2/models/moves/infer`, inferCall(noiseClip().data, [4, 40, 56, 3], id)));
  }
  await call(`${url}/v2/models/moves/infer`, inferCall(noiseClip({ seed: 2 }).data, [4, 40, 56, 3]));
  expect((await call(`${url}/v2/models/moves/infer`, { body: '{' })).status).toBe(400);
  const [first, second] = answers.map(({ text }) => JSON.parse(text));
  expect(second).toEqual({ ...first, id: '2' });

  const of = '{model="moves",version="1"';
  expect(await metric(url, `nv_inference_request_success${of}}`)).toBe(4);
  expect(await metric(url, `nv_inference_request_failure${of},reason="OTHER"}`)).toBe(1);
  expect(await metric(url, `nv_inference_count${of}}`)).toBe(2);
  expect(await metric(url, `nv_inference_exec_count${of}}`)).toBe(2);
  expect(await metric(url, `nv_cache_num_hits_per_model${of}}`)).toBe(2);
  expect(await metric(url, `nv_cache_num_misses_per_model${of}}`)).toBe(2);
  expect(await metric(url, `kinetorch_queue_duration_seconds_count${of}}`)).toBe(2);
  expect(await metric(url, `kinetorch_batch_duration_seconds_count${of}}`)).toBe(2);
  expect(await metric(url, `kinetorch_preprocess_duration_seconds_count${of}}`)).toBe(2);
  expect(await metric(url, `kinetorch_preprocess_duration_seconds_sum${of}}`)).toBeGreaterThan(0);
  expect(await metric(url, `kinetorch_batch_size_bucket${of},le="1"}`)).toBe(2);
  expect(await metric(url, `nv_inference_compute_infer_duration_us${of}}`)).toBeGreaterThan(0);
  expect(await metric(url, `nv_model_load_duration_secs${of}}`)).toBeGreaterThan(0);
  const loopDelay = (percentile: number) =>
    metric(url, `kinetorch_event_loop_delay_seconds{percentile="${percentile}"}`);
  // The server's event loop is that of this test. Between two ticks of its clock:
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const end = Date.now() + 100; Date.now() < end; );
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await loopDelay(100)).toBeGreaterThan(0.08);
  // Asked again, it waited for nothing, most of the time.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await loopDelay(50)).toBeLessThan(0.005);
  expect(await metric(url, 'kinetorch_decoder_deaths_total')).toBe(0);
  const route = '{route="POST /v2/models/:model/infer"';
  expect(await metric(url, `kinetorch_http_requests_total${route},status="400"}`)).toBe(1);
  expect(await metric(url, `kinetorch_http_request_duration_seconds_count${route}}`)).toBe(5);

  const { text, headers } = await call(`${url}/metrics`);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  // Where Prometheus is installed, by its own judgement, but for Triton's names, which are as they are.
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (checked.error === undefined) {
    const complaints = checked.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('nv_'));
    expect(complaints).toEqual([]);
  }
  await server.close();
});

it('counts a video as one inference, and what became of it', async () => {
  const { server, url } = await startServer({ models: { moves: model } });
  const classify = `${url}/v1/videos:classify`;
  expect((await call(classify, { body: readFileSync(sampleVideo) })).status).toBe(200);
  expect((await call(classify, { body: 'no video' })).status).toBe(422);
  const leave = (request: ClientRequest) => request.once('response', () => request.destroy());
  const headers = { accept: 'application/x-ndjson' };
  await expect(
    call(`${classify}?strideSeconds=0.05`, { body: readFileSync(sampleVideo), headers, onRequest: leave }),
  ).rejects.toThrow();
  expect((await call(classify, { method: 'PUT' })).text).toContain('POST of /v1/videos:classify');

  const of = '{model="moves",version="1"';
  await until(async () => (await metric(url, `nv_inference_request_failure${of},reason="CANCELED"}`)) === 1);
  expect(await metric(url, 'kinetorch_http_requests_total{route="POST /v1/videos:classify",status="499"}')).toBe(1);
  expect(await metric(url, `nv_inference_request_success${of}}`)).toBe(1);
  expect(await metric(url, `nv_inference_count${of}}`)).toBe(1);
  expect(await metric(url, `nv_inference_compute_infer_duration_us${of}}`)).toBeGreaterThan(0);
  expect(await metric(url, `nv_inference_request_failure${of},reason="BACKEND"}`)).toBe(1);
  // It was opened, and then it has clips.
  expect(await metric(url, `kinetorch_decode_duration_seconds_count${of}}`)).toBeGreaterThan(4);
  expect(await metric(url, `kinetorch_decode_duration_seconds_sum${of}}`)).toBeGreaterThan(0);
  expect(await metric(url, 'kinetorch_http_requests_total{route="POST /v1/videos:classify",status="200"}')).toBe(1);
  await server.close();
});

it('gives OpenTelemetry the spans of a request, within the trace of its caller', async () => {
  const spans: Record<string, unknown>[] = [];
  const startSpan = (name: string, options: object, parent: ReturnType<typeof context.active>) => {
    const span = {
      name,
      ...options,
      parent: trace.getSpan(parent) as unknown as { name: string } | undefined,
      trace: parent.getValue(Symbol.for('test trace')),
      isRecording: () => true,
      setStatus: () => {},
      end: (endTime: unknown) => Object.assign(span, { endTime }),
    };
    spans.push(span);
    return span;
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) } as never);
  propagation.setGlobalPropagator({
    extract: (at: ReturnType<typeof context.active>, carrier: Record<string, string>) =>
      at.setValue(Symbol.for('test trace'), carrier.traceparent),
    inject: () => {},
    fields: () => ['traceparent'],
  } as never);
  const { server, url } = await startServer({ models: { moves: model } });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await call(`${url}/v2/models/moves/infer`, { ...ask, headers: { ...ask.headers, traceparent } });
  /** Of one request, which are made when it is over. */
  const taken = async () => {
    await until(() => spans.length > 0);
    return spans.splice(0);
  };
  const ofClip = await taken();
  await call(`${url}/v1/videos:classify`, { body: readFileSync(sampleVideo) });
  const ofVideo = await taken();
  const raw = { 'inference-header-content-length': 0 };
  await call(`${url}/v2/models/moves/infer`, { headers: raw, body: readFileSync(sampleVideo) });
  const ofInference = await taken();
  await server.close();
  trace.disable();
  propagation.disable();

  for (const video of [ofVideo, ofInference]) {
    expect(video.slice(1).map(({ name }) => name)).toEqual(['receive', 'queue', 'decode', 'run']);
  }
  const [whole, ...steps] = ofClip;
  expect(whole).toMatchObject({
    name: 'POST /v2/models/:model/infer',
    trace: traceparent,
    attributes: { 'http.response.status_code': 200, 'kinetorch.model': 'moves' },
  });
  expect(steps.map(({ name, parent }) => [name, (parent as { name: string }).name])).toEqual([
    ['receive', whole?.name],
    ['queue', whole?.name],
    ['run', whole?.name],
  ]);
  for (const { startTime, endTime } of steps as { startTime: number; endTime: number }[]) {
    expect(Math.abs(startTime - Date.now())).toBeLessThan(60_000);
    expect(endTime).toBeGreaterThanOrEqual(startTime);
  }
});
