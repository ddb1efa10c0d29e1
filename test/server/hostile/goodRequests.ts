import { noiseClip } from '../../support/models';

/** A request before it is written. */
export interface Draft {
  method: string;
  target: string;
  version: string;
  headers: [name: string, value: string][];
  /** JSON, and what follows it. */
  document: object | null;
  body: Buffer;
}

const json = (document: object, tail = Buffer.alloc(0)): Pick<Draft, 'document' | 'body'> => ({ document, body: tail });
const none = { document: null, body: Buffer.alloc(0) };

const draft = (
  method: string,
  target: string,
  content: Pick<Draft, 'document' | 'body'> = none,
  headers: Draft['headers'] = [],
): Draft => ({ method, target, version: 'HTTP/1.1', headers, ...content });

const clip = noiseClip({ frames: 2, height: 4, width: 4 });
const shape = [2, 4, 4, 3];
const data = Array.from(clip.data);
const nested = (values: number[], sizes: readonly number[]): unknown[] =>
  sizes.reduceRight<unknown[]>(
    (flat, size) => Array.from({ length: flat.length / size }, (_, i) => flat.slice(i * size, (i + 1) * size)),
    values,
  )[0] as unknown[];
const frames = { name: 'frames', datatype: 'UINT8', shape, data };
const logits = [{ name: 'logits' }];
const binary = {
  inputs: [{ name: 'frames', datatype: 'UINT8', shape, parameters: { binary_data_size: data.length } }],
};
const lengthOf = (document: object): [string, string] => [
  'Inference-Header-Content-Length',
  String(Buffer.byteLength(JSON.stringify(document))),
];
const infer = '/v2/models/tiny/infer';

const form = (video: Buffer) =>
  Buffer.concat([
    Buffer.from(
      '--edge\r\nContent-Disposition: form-data; name="topK"\r\n\r\n2\r\n' +
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n',
    ),
    video,
    Buffer.from('\r\n--edge--\r\n'),
  ]);

/**
 * Sound requests of every route, to models `tiny` and, for loading and unloading, `spare`; what is asked for most often stands
 * there most often.
 */
export function goodRequests(video: Buffer): Draft[] {
  const raw = { document: null, body: video };
  const encoded = { name: 'video', datatype: 'BYTES', shape: [1], data: [video.toString('base64')] };
  return [
    draft('POST', infer, json({ id: '7', inputs: [frames], outputs: logits })),
    draft('POST', infer, json({ inputs: [{ ...frames, data: nested(data, shape) }], outputs: logits })),
    draft('POST', infer, json({ parameters: { priority: 2, timeout: 5_000_000 }, inputs: [frames] })),
    draft('POST', infer, json({ inputs: [frames], outputs: [{ name: 'labels', parameters: { top_k: 2 } }] })),
    draft(
      'POST',
      infer,
      json({ inputs: [frames], outputs: [{ name: 'logits', parameters: { binary_data: true, classification: 2 } }] }),
    ),
    draft('POST', infer, json(binary, Buffer.from(clip.data)), [lengthOf(binary)]),
    draft('POST', `/v2/models/tiny/versions/1/infer`, json(binary, Buffer.from(clip.data)), [lengthOf(binary)]),
    draft('POST', infer, json({ inputs: [encoded] })),
    draft('POST', infer, raw, [['Inference-Header-Content-Length', '0']]),
    draft('POST', '/v1/videos:classify?topK=2', raw),
    draft('POST', '/v1/videos:classify?clips=2', raw, [['Accept', 'application/x-ndjson']]),
    draft('POST', '/v1/videos:classify', { document: null, body: form(video) }, [
      ['Content-Type', 'multipart/form-data; boundary=edge'],
    ]),
    draft('POST', '/v1/videos:embed?windowSeconds=1', raw, [['Accept', 'text/event-stream']]),
    draft('POST', '/v1/videos:explain?atSeconds=0.2', raw),
    draft('POST', '/v1/videos:classify', json({ url: 'http://127.0.0.1:9/a.mp4', topK: 1 }), [
      ['Content-Type', 'application/json'],
    ]),
    draft('POST', '/v2/repository/index', json({ ready: true })),
    draft('POST', '/v2/repository/models/spare/load', json({ parameters: {} })),
    draft('POST', '/v2/repository/models/spare/unload', json({ parameters: { unload_dependents: true } })),
    ...['/v2', '/v2/', '/v2/models', '/v2/models/tiny', '/v2/models/tiny/ready', '/v2/models/tiny/config'].map((path) =>
      draft('GET', path),
    ),
    ...['/v2/models/tiny/stats', '/v2/models/stats', '/v2/health/live', '/v2/health/ready', '/metrics'].map((path) =>
      draft('GET', path),
    ),
    ...['/v1/models', '/v1/streams', '/v1/streams/door', '/openapi.json', '/', '/v2/models/tiny/versions/1'].map(
      (path) => draft('GET', path),
    ),
  ];
}
