import { deflateSync, gzipSync } from 'node:zlib';

/* What may stand in a request where something else belongs. */

const nul = '\u0000';
export const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'CONNECT',
  'get',
  'X',
  '',
];
export const versions = ['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.9', 'HTTP/11.1', 'http/1.1', '', 'HTTP/1.1 '];
export const targetParts = [
  ...[
    '/',
    '//',
    '/../',
    '/%2e%2e/',
    '/%2f',
    '%00',
    '%',
    '%zz',
    '%ff',
    '%c0%af',
    '\u00e9',
    nul,
    '\t',
    ' ',
    '#',
    '?',
    '\\',
  ],
  ...['?topK=1e400', '?topK=-1', '?topK=1&topK=2', '?topk=1', '?__proto__=1', '?constructor[prototype]=1', '?model=no'],
  ...[
    '?windowSeconds=1e-300',
    '?windowSeconds=1e9',
    '?strideSeconds=1e-9&windowSeconds=0.1',
    '?clips=1000000',
    '?clips=0x1',
  ],
  ...[
    '?crops=9',
    '?atSeconds=1e7',
    '?atSeconds=NaN',
    '?label=',
    `?a=${'b'.repeat(9000)}`,
    `/${'a'.repeat(200)}`,
    ':',
    ';a=b',
  ],
  ...['/versions/2', '/versions/-1', '/versions/1/infer', '/infer', '/load', '/unload', '*', '/v2/models/nobody'],
];
export const wholeTargets = [
  '*',
  'http://127.0.0.1/v2',
  'https://a.example/v2',
  '127.0.0.1:80',
  '',
  '/v2/models/',
  '/v1/videos:',
  '?',
];
export const headers: [string, string][] = [
  ...(['gzip', 'deflate', 'br', 'gzip, gzip', 'GZIP', 'identity', '', nul] as const).map((value): [string, string] => [
    'Content-Encoding',
    value,
  ]),
  ...['0', '1', '-1', '99999', '1e1', '0x10', '9'.repeat(40), 'NaN', '', '8, 8', ' 5', 'Infinity'].map(
    (value): [string, string] => ['Inference-Header-Content-Length', value],
  ),
  ...[
    ...[
      'application/json',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=edge',
    ],
    ...[
      'multipart/form-data; boundary="',
      `multipart/form-data; boundary=${'x'.repeat(300)}`,
      'text/plain',
      ';;;',
      'a/b/c',
    ],
    ...['application/json; charset=utf-16', 'application/x-www-form-urlencoded', '*/*', ''],
  ].map((value): [string, string] => ['Content-Type', value]),
  ...['application/x-ndjson', 'text/event-stream', 'image/png;q=0', '*/*;q=\u00e9', 'x'.repeat(8000)].map(
    (value): [string, string] => ['Accept', value],
  ),
  ...['evil.example', '', 'localhost, localhost', '127.0.0.1:1', '[::1', 'a'.repeat(1000)].map(
    (value): [string, string] => ['Host', value],
  ),
  ['Origin', 'null'],
  ['Origin', 'http://evil.example'],
  ['Expect', '100-continue'],
  ['Expect', '200-ok'],
  ['Connection', 'upgrade'],
  ['Upgrade', 'h2c'],
  ['Upgrade', 'websocket'],
  ['Connection', 'close'],
  ['Connection', 'keep-alive, x, close'],
  ['Accept-Encoding', 'gzip;q=x, deflate;q=9, *;q=0'],
  ['Accept-Encoding', 'gzip'],
  ['X-Request-Id', 'a b'],
  ['X-Request-Id', 'x'.repeat(2000)],
  ['Authorization', `Bearer ${'y'.repeat(3000)}`],
  ['Range', 'bytes=0-0,-1,5-2'],
  ['Traceparent', '00-zz-zz-zz'],
  ['__proto__', 'polluted'],
  ['X-Long', 'x'.repeat(20_000)],
  ['X-Nul', `a${nul}b`],
  ['X-Split', 'a\r\nX-Second: b'],
  ['X-Fold', 'a\r\n  folded'],
  ['X-Feed', 'a\nX-Second: b'],
  ['No colon\r\nX', 'y'],
  ['Bad Name', 'x'],
  ['', 'no name'],
];
export const lengths = [
  '0',
  '1',
  '-1',
  '+5',
  '5 ',
  ' 5',
  '5,5',
  '0x5',
  '1e2',
  '99999999999999',
  '9'.repeat(30),
  '',
  'x',
  '5\r\nContent-Length: 6',
];
export const transferEncodings = [
  'chunked',
  'gzip, chunked',
  'chunked, chunked',
  'identity',
  'Chunked ',
  'xchunked',
  'chunked\r\nContent-Length: 5',
];

const chunked = (body: Buffer, size = 7) => {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

/** What may be wrong with the way a body is cut into chunks. */
export const chunkings: ((body: Buffer) => Buffer)[] = [
  (body) => chunked(body),
  (body) => chunked(body, 1),
  (body) =>
    Buffer.concat([chunked(body, 4096).subarray(0, -5), Buffer.from(`0\r\nX-Trailer: ${'t'.repeat(100)}\r\n\r\n`)]),
  (body) => Buffer.concat([Buffer.from('ffffffffffffffff\r\n'), body]),
  (body) => Buffer.concat([Buffer.from('-1\r\n'), body]),
  (body) => Buffer.concat([Buffer.from(`5;${'e'.repeat(20_000)}\r\n`), body]),
  (body) => Buffer.concat([Buffer.from('5;a="\r\n'), body.subarray(0, 5), Buffer.from('\r\n0\r\n\r\n')]),
  (body) => Buffer.concat([Buffer.from('3\n'), body.subarray(0, 3), Buffer.from('\n0\n\n')]),
  (body) => Buffer.concat([Buffer.from('0x3\r\n'), body.subarray(0, 3), Buffer.from('\r\n0\r\n\r\n')]),
  (body) => Buffer.concat([Buffer.from('3\r\n'), body, Buffer.from('\r\n0\r\n\r\n')]),
  (body) => Buffer.concat([chunked(body).subarray(0, -5), Buffer.from(`0\r\nX: ${'t'.repeat(20_000)}\r\n\r\n`)]),
  (body) => body,
];

const bomb = gzipSync(Buffer.alloc(2 ** 24));
export const packings: [encoding: string, pack: (body: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['gzip', () => bomb],
  ['deflate', () => deflateSync(Buffer.alloc(2 ** 24))],
  ['gzip', (body) => gzipSync(gzipSync(body))],
  ['gzip', (body) => Buffer.concat([gzipSync(body), gzipSync(body)])],
  ['gzip', (body) => Buffer.concat([gzipSync(body), Buffer.from('more')])],
  ['gzip', (body) => gzipSync(body).subarray(0, -4)],
  ['deflate', (body) => gzipSync(body)],
];
