import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ErrorCode, KinetorchError } from '../../base/errors';
import { systemReason } from '../../base/systemReason';
import { decoderProgram } from '../decoderProgram';
import { videoLimits } from '../limits';
import { encodeMessage, MessageParser } from '../protocol';
import type { FrameForm, TimedPicture } from '../types';
import type { LiveReply } from './liveMessages';
import type { LiveSource } from './liveSource';

/** Hears what comes of a stream. */
export interface LiveListener {
  onOpen(): void;
  onPicture(picture: TimedPicture): void;
  /** Once, and the last; not where it was closed. */
  onEnd(error: KinetorchError): void;
}

const alive = new Set<LiveClient>();
process.on('exit', () => {
  for (const client of alive) client.close();
});

/** The process of one stream, seen from its parent. */
export class LiveClient {
  private readonly child: ChildProcess;
  private filling: { picture: TimedPicture & { data: Uint8Array }; filled: number } | null = null;
  private isOver = false;

  /** Throws `ERR_VIDEO_DECODER` where none can be started. */
  constructor(
    private readonly source: LiveSource,
    form: FrameForm,
    private readonly listener: LiveListener,
  ) {
    try {
      const { command, args, env } = decoderProgram('live/liveProcess.js');
      this.child = spawn(command, args, { env, stdio: ['pipe', 'ignore', 'ignore', 'pipe'], windowsHide: true });
    } catch (cause) {
      const reason = `the process of a stream could not be started: ${systemReason(cause)}`;
      throw new KinetorchError('ERR_VIDEO_DECODER', reason, { cause });
    }
    alive.add(this);
    const parser = new MessageParser<LiveReply>({
      onMessage: (reply, payloadBytes) => this.hear(reply, payloadBytes),
      onPayload: (chunk) => this.fill(chunk),
    });
    const replies = this.child.stdio[3] as Readable | null;
    replies?.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        this.end('ERR_VIDEO_DECODE', `its process sent ${(error as Error).message}`);
      }
    });
    for (const pipe of [this.child.stdin, replies]) pipe?.on('error', () => {});
    this.child.on('error', (error) => this.end('ERR_VIDEO_DECODER', systemReason(error)));
    this.child.on('close', (code, signal) => this.end('ERR_VIDEO_DECODE', `its process ended (${signal ?? code})`));
    this.child.stdin?.write(encodeMessage({ type: 'watch', source, form }));
  }

  /** Ends the process; the listener hears no more. May be called again. */
  close(): void {
    this.isOver = true;
    alive.delete(this);
    this.child.kill('SIGKILL');
  }

  private hear(reply: LiveReply, payloadBytes: number): void {
    if (this.isOver) return;
    if (reply.type === 'opened') this.listener.onOpen();
    else if (reply.type === 'failed') this.end(reply.code, reply.message);
    else this.begin(reply, payloadBytes);
  }

  private begin({ timeSeconds, width, height }: LiveReply & { type: 'picture' }, payloadBytes: number): void {
    // The process reads what strangers send: it may have been taken over.
    if (!(width > 0) || payloadBytes !== width * height * 3 || width * height > videoLimits.maxPixels) {
      throw new Error(`a picture of ${width}×${height} in ${payloadBytes} bytes`);
    }
    this.filling = { picture: { data: new Uint8Array(width * height * 3), width, height, timeSeconds }, filled: 0 };
  }

  private fill(chunk: Buffer): void {
    const { filling } = this;
    if (filling === null || this.isOver) return;
    filling.picture.data.set(chunk, filling.filled);
    filling.filled += chunk.length;
    if (filling.filled < filling.picture.data.length) return;
    this.filling = null;
    this.listener.onPicture(filling.picture);
  }

  private end(code: ErrorCode, reason: string): void {
    if (this.isOver) return;
    this.close();
    const name = `"${this.source.shown}"`;
    this.listener.onEnd(new KinetorchError(code, reason.includes(name) ? reason : `${name}: ${reason}`));
  }
}
