import { type ErrorCode, KinetorchError } from '../../base/errors';
import { PipedProcess } from '../../base/pipedProcess';
import { systemReason } from '../../base/systemReason';
import { videoLimits } from '../limits';
import type { FrameForm, TimedPicture } from '../types';
import type { LiveCommand, LiveReply } from './liveMessages';
import type { LiveSource } from './liveSource';

/** Hears what comes of a stream. */
export interface LiveListener {
  onOpen(): void;
  onPicture(picture: TimedPicture): void;
  /** Once, and the last; not where it was closed. */
  onEnd(error: KinetorchError): void;
}

/** The process of one stream, seen from its parent. */
export class LiveClient {
  private readonly process: PipedProcess<LiveCommand, LiveReply>;
  private filling: { picture: TimedPicture & { data: Uint8Array }; filled: number } | null = null;
  private isOver = false;

  /** Throws `ERR_VIDEO_DECODER` where none can be started. */
  constructor(
    private readonly source: LiveSource,
    form: FrameForm,
    private readonly listener: LiveListener,
  ) {
    try {
      this.process = new PipedProcess(
        'video/live/liveProcess.js',
        {},
        {
          onMessage: (reply, payloadBytes) => this.hear(reply, payloadBytes),
          onPayload: (chunk) => this.fill(chunk),
          onEnd: ({ reason, hasStarted }) =>
            this.end(hasStarted ? 'ERR_VIDEO_DECODE' : 'ERR_VIDEO_DECODER', `its process ${reason}`),
        },
      );
    } catch (cause) {
      const reason = `the process of a stream could not be started: ${systemReason(cause)}`;
      throw new KinetorchError('ERR_VIDEO_DECODER', reason, { cause });
    }
    // Not as an argument, which all who are on this machine can see: it may have a password.
    void this.process.send({ type: 'watch', source, form });
  }

  /** Ends the process; the listener hears no more. May be called again. */
  close(): void {
    this.isOver = true;
    this.process.kill('is no longer needed');
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
