import { resolve } from 'node:path';
import { onAbort, throwIfAborted } from '../base/abort';
import { KinetorchError } from '../base/errors';
import { DecoderClient, type ReplyListener } from './decoderClient';
import type { DecoderReply } from './protocol';

/** What a {@link VideoWriter} makes of its pictures. */
export interface VideoForm {
  /** Even numbers of pixels. */
  width: number;
  height: number;
  frameRate: number;
}

/**
 * Writes pictures into an MP4 as fast as they are encoded, in a process of its own: FFmpeg is loaded into no other. It is
 * not one of those that decoders are admitted to, as a video that is decoded may be waiting for what is written of it.
 */
export class VideoWriter implements ReplyListener {
  private readonly client: DecoderClient;
  private readonly leave: () => void;
  private answers = 0;
  private failure: KinetorchError | null = null;
  private wake = () => {};

  private constructor(
    private readonly path: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.client = new DecoderClient(() => {}, resolve(path));
    // A picture that is being handed over waits for the process, however long that takes.
    this.leave = onAbort(signal, () => {
      this.client.kill('was stopped');
      this.wake();
    });
  }

  /**
   * Begins the file at `path`, which is written to in place.
   *
   * @throws KinetorchError `ERR_FILE_ACCESS`, `ERR_VIDEO_DECODER`, `ERR_UNSUPPORTED`, `ERR_ABORTED`
   */
  static async open(path: string, form: VideoForm, signal?: AbortSignal): Promise<VideoWriter> {
    throwIfAborted(signal);
    const writer = new VideoWriter(path, signal);
    try {
      writer.client.listen(writer);
      writer.client.send({ type: 'encode', path, ...form });
      await writer.answered(1);
      return writer;
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  /** A picture, H×W×3, RGB. Resolves when there is room for the next. */
  async add(picture: Uint8Array): Promise<void> {
    this.throwIfOver();
    await this.client.sendWith({ type: 'picture' }, picture);
    this.throwIfOver();
  }

  /** Resolves when the file is whole. */
  async finish(): Promise<void> {
    this.throwIfOver();
    this.client.send({ type: 'finish' });
    await this.answered(2);
  }

  /** Ends the process, whatever it is at. May be called again. */
  close(): void {
    this.leave();
    this.client.listen(null);
    this.client.kill('was stopped');
  }

  onReply(reply: DecoderReply): void {
    if (reply.type === 'failed') this.failure ??= new KinetorchError(reply.code, reply.message);
    if (reply.type === 'done') this.answers++;
    this.wake();
  }

  onPayload(): void {}

  onDeath(reason: string): void {
    this.failure ??=
      this.client.startFailure ??
      new KinetorchError('ERR_VIDEO_DECODER', `the process that writes ${this.path} ${reason}`);
    this.wake();
  }

  private throwIfOver(): void {
    throwIfAborted(this.signal);
    if (this.failure !== null) throw this.failure;
  }

  private async answered(count: number): Promise<void> {
    this.client.hold(true);
    try {
      while (this.answers < count) {
        this.throwIfOver();
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    } finally {
      this.client.hold(false);
    }
  }
}
