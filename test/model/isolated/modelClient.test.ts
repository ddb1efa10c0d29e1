/** What a process that was taken over says is not believed, and one that says nothing is ended. */
import { encodeMessage } from '../../../lib/base/messages';
import { IsolatedModel } from '../../../lib/model/isolated/isolatedModel';
import { ModelClient } from '../../../lib/model/isolated/modelClient';
import { expectError, noiseClip } from '../../support/models';

/** What the process sends, in place of the real one. */
let sent: Buffer;

jest.mock('../../../lib/base/childProgram', () => ({
  childProgram: () => {
    const program = `fs.writeSync(3, Buffer.from('${sent.toString('hex')}', 'hex')); setInterval(() => {}, 1000)`;
    return { command: process.execPath, args: ['-e', program], env: process.env };
  },
}));

const histogram = { bounds: [1], counts: [0, 0], sum: 0, count: 0 };
const counts = { requests: 0, completed: 0, failed: 0, cancelled: 0, batches: 0, queued: 0, running: 0 };
const stats = {
  ...counts,
  queueTimes: histogram,
  preprocessTimes: histogram,
  runTimes: histogram,
  maxQueueMs: 0,
  maxRunMs: 0,
};
const floats = { $array: 'Float32Array', length: 2 };
const labels = { $array: 'Int32Array', length: 2 };
const result = { indices: labels, scores: floats, outputs: {}, map: null, queueMs: 0, runMs: 0, batchSize: 1 };
const answer = (value: unknown, payload = Buffer.alloc(16)) =>
  Buffer.concat([encodeMessage({ id: 0, stats, result: value }, payload.length), payload]);
const outside = Buffer.alloc(16);
outside.writeInt32LE(7);

async function ask(): Promise<unknown> {
  const client = new ModelClient(30_000);
  const loaded = { devices: ['cpu'], precision: 'float32', outputs: [], output: 'logits', warnings: [] };
  const model = new IsolatedModel({ client, loaded, stats }, () => Promise.reject(new Error('again')), 3);
  const data = noiseClip().data as Uint8Array;
  try {
    return await model.run(1, { data, frames: 4, height: 16, width: 16, cropX: 0, cropY: 0 }, ['logits'], 2, null);
  } finally {
    client.kill('is no longer needed');
  }
}

test('what a network gives is taken', async () => {
  sent = answer([{ ...result, outputs: { logits: { data: floats, shape: [2] } } }], Buffer.alloc(24));
  expect(await ask()).toMatchObject([{ outputs: { logits: { shape: [2] } } }]);
});

test.each([
  ['no message', Buffer.alloc(64, 'x')],
  ['an answer to nothing', encodeMessage({ id: 5, stats, result: null })],
  ['no result for a clip', answer([], Buffer.alloc(0))],
  ['not what was asked for', answer([result])],
  [
    'a tensor of another shape',
    answer([{ ...result, outputs: { logits: { data: floats, shape: [3] } } }], Buffer.alloc(24)),
  ],
  [
    'a label that there is not',
    answer(
      [{ ...result, outputs: { logits: { data: floats, shape: [2] } } }],
      Buffer.concat([outside, Buffer.alloc(8)]),
    ),
  ],
  ['fewer bytes than its arrays', answer([result], Buffer.alloc(8))],
  ['more bytes than its arrays', answer([result], Buffer.alloc(64))],
  ['an array of no kind', answer([{ ...result, indices: { $array: '__proto__', length: 2 } }])],
  ['too large an answer', encodeMessage({ id: 0, stats, result: null }, 2 ** 31)],
  ['an answer of too many parts', Buffer.from(new Uint32Array([2 ** 21, 0]).buffer)],
  ['other statistics', encodeMessage({ id: 0, stats: { ...stats, requests: 'many' }, result: null })],
])('%s is not', async (_, bytes) => {
  sent = bytes as Buffer;
  await expectError(ask(), 'ERR_MODEL_PROCESS', 'was stopped because it');
});

test('its errors are Kinetorch errors, whatever it calls them', async () => {
  sent = encodeMessage({ id: 0, stats, failure: { code: 'ERR_QUEUE_FULL', message: 'full' } });
  await expectError(ask(), 'ERR_QUEUE_FULL', 'full');
  for (const code of ['constructor', 'ERR_FILE_NOT_FOUND']) {
    sent = encodeMessage({ id: 0, stats, failure: { code, message: 'x\u001b[2J' } });
    await expectError(ask(), 'ERR_MODEL_PROCESS', /failed: x \[2J$/);
  }
});

test('one that answers nothing is ended, however often it is asked', async () => {
  sent = Buffer.alloc(0);
  const busy = new ModelClient(300);
  const began = performance.now();
  const asked = setInterval(() => busy.call('dispose', {}, 0).catch(() => {}), 50);
  await expectError(busy.call('dispose', {}, 0), 'ERR_MODEL_PROCESS', 'did not answer for 0.3 s');
  expect(performance.now() - began).toBeLessThan(3000);
  clearInterval(asked);
  const client = new ModelClient(300);
  await expectError(client.call('dispose', {}, 0), 'ERR_MODEL_PROCESS', 'did not answer for 0.3 s');
  await expectError(client.call('dispose', {}, 0), 'ERR_MODEL_PROCESS', 'did not answer for 0.3 s');
});
