import { encodeMessage } from '../../lib/base/messages';
import { LiveClient } from '../../lib/video/live/liveClient';
import { liveSource } from '../../lib/video/live/liveSource';

/** What the process of a stream sends, in place of the real one. */
let sent: Buffer;

jest.mock('../../lib/base/childProgram', () => ({
  childProgram: () => {
    const program = `fs.writeSync(3, Buffer.from('${sent.toString('hex')}', 'hex')); setInterval(() => {}, 1000)`;
    return { command: process.execPath, args: ['-e', program], env: process.env };
  },
}));

const picture = (width: number, height: number) => ({ type: 'picture', timeSeconds: 0, width, height });

test.each([
  ['no message', Buffer.alloc(64, 'x')],
  ['a picture that is larger than its bytes', Buffer.concat([encodeMessage(picture(2, 2), 3), Buffer.alloc(3)])],
  ['a picture that is smaller than its bytes', Buffer.concat([encodeMessage(picture(1, 1), 12), Buffer.alloc(12)])],
  ['a picture of no size', encodeMessage(picture(-1, 2), 6)],
  ['a picture that is too large', encodeMessage(picture(20_000, 20_000), 1_200_000_000)],
])('a process that sends %s ends its stream and nothing else', async (_, bytes) => {
  sent = bytes as Buffer;
  const error = await new Promise((resolve, reject) => {
    const onPicture = () => reject(new Error('a picture'));
    new LiveClient(liveSource('http://127.0.0.1:1/', 'door'), {} as never, { onOpen() {}, onPicture, onEnd: resolve });
  });
  expect(error).toMatchObject({
    code: 'ERR_VIDEO_DECODE',
    message: expect.stringMatching(/^"door": its process was stopped because it sent /),
  });
});
