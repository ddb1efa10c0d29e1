import { encodeMessage, MessageParser } from '../../lib/base/messages';

function parserLog() {
  const log: string[] = [];
  const parser = new MessageParser<{ type: string }>({
    onMessage: (message, payloadBytes) => log.push(`${message.type}:${payloadBytes}`),
    onPayload: (chunk) => {
      const last = log.at(-1) as string;
      if (last.startsWith('bytes ')) log[log.length - 1] = last + chunk.toString();
      else log.push(`bytes ${chunk.toString()}`);
    },
  });
  return { log, parser };
}

test('messages and payloads survive being cut anywhere', () => {
  const stream = Buffer.concat([
    encodeMessage({ type: 'progress' }),
    encodeMessage({ type: 'frame' }, 5),
    Buffer.from('abcde'),
    encodeMessage({ type: 'frame' }, 1),
    Buffer.from('f'),
    encodeMessage({ type: 'done', warnings: ['später'] }),
  ]);
  for (const step of [1, 2, 3, 7, 8, 9, 50, stream.length]) {
    const { log, parser } = parserLog();
    for (let at = 0; at < stream.length; at += step) parser.push(stream.subarray(at, at + step));
    expect(log).toEqual(['progress:0', 'frame:5', 'bytes abcde', 'frame:1', 'bytes f', 'done:0']);
  }
});

test('a large header that comes in small pieces costs its bytes once', () => {
  const stream = encodeMessage({ type: 'x'.repeat(2 ** 23) });
  const { log, parser } = parserLog();
  const began = performance.now();
  for (let at = 0; at < stream.length; at += 512) parser.push(stream.subarray(at, at + 512));
  expect(log).toHaveLength(1);
  // Gathered anew with each piece it would be 64 GB.
  expect(performance.now() - began).toBeLessThan(5000);
});

test('bytes that are no message are refused', () => {
  expect(() => parserLog().parser.push(Buffer.alloc(64, 255))).toThrow(/header of 4294967295 bytes/);
});
