/**
 * The process of one stream or camera. It may use the network, and so is no decoder of files, which may not; it opens what
 * it is told to, by the protocols that it is told, and is killed when nobody watches any more.
 */
import { createWriteStream } from 'node:fs';
import { KinetorchError } from '../../base/errors';
import { encodeMessage, MessageParser } from '../../base/messages';
import { systemReason } from '../../base/systemReason';
import { loadAv } from '../decoder/av';
import { liveFrames } from './liveFrames';
import type { LiveCommand, LiveReply } from './liveMessages';

/** Native destructors may crash while FFmpeg holds buffers: a signal runs none. */
const leave = () => process.kill(process.pid, 'SIGKILL');
/** Bytes that wait for a reader that is late; more frames are dropped. */
const mostUnread = 2 ** 26;

const replies = createWriteStream('', { fd: 3 });
const send = (reply: LiveReply, payload?: Uint8Array) => {
  replies.write(encodeMessage(reply, payload?.length ?? 0));
  if (payload !== undefined) replies.write(payload);
};

async function watch({ source, form }: LiveCommand): Promise<void> {
  try {
    for await (const frame of liveFrames(await loadAv(), source, form, () => send({ type: 'opened' }))) {
      if (replies.writableLength > mostUnread) continue;
      const { data, ...picture } = frame();
      send({ type: 'picture', ...picture }, data);
    }
    send({ type: 'failed', code: 'ERR_VIDEO_OPEN', message: 'it has ended' });
  } catch (error) {
    const code = error instanceof KinetorchError ? error.code : 'ERR_VIDEO_DECODE';
    send({ type: 'failed', code, message: systemReason(error) });
  }
}

const parser = new MessageParser<LiveCommand>({ onMessage: (command) => void watch(command), onPayload: () => {} });
process.stdin.on('data', (chunk) => parser.push(chunk));
for (const pipe of [process.stdin, replies]) pipe.on('error', leave).on('close', leave).on('end', leave);
