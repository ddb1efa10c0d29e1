import { abortError, onAbort, throwIfAborted } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { DecoderClient, ReplyListener } from './decoderClient';
import { DecoderDeath } from './decoderDeath';
import { videoLimits } from './limits';
import type { PictureFolder } from './pictureFolder';
import type { DecoderCommand, DecoderReply } from './protocol';
import type { FrameSize, VideoClip, VideoInfo } from './types';

/**
 * One `open`, `read` or `slide` in a decoder process: gathers its replies, watches that it gets on, and turns its end,
 * a crash or a hang into a result or a typed error. See Note [Decoder protocol].
 */
export class DecoderOperation implements ReplyListener {
  opened: { info: Omit<VideoInfo, 'path'>; frameSize: FrameSize } | null = null;
  warnings: string[] = [];
  private readonly clips: VideoClip[] = [];
  private filling: VideoClip | null = null;
  private filled = 0;
  private isDiscarding = false;
  private isOver = false;
  private error: KinetorchError | null = null;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly client: DecoderClient,
    private readonly name: string,
    /** Of the frames it brings; null while opening. */
    private readonly size: FrameSize | null,
    /** Where the pictures are that it may ask for. */
    private readonly folder: PictureFolder | null,
    command: DecoderCommand,
  ) {
    client.listen(this);
    client.send(command);
  }

  /** The next clip, null after the last. Rejects with the operation's error, or `ERR_ABORTED`. */
  async next(signal: AbortSignal | undefined): Promise<VideoClip | null> {
    await this.until(() => this.clips.length > 0 || this.isOver, signal);
    const clip = this.clips.shift();
    if (clip !== undefined) {
      this.client.send({ type: 'credit' });
      return clip;
    }
    if (this.error !== null) throw this.error;
    return null;
  }

  /** Ends the operation, asking first and killing the process where it doesn't heed. Never rejects. */
  async stop(): Promise<void> {
    this.isDiscarding = true;
    this.clips.length = 0;
    if (this.isOver) return;
    this.client.send({ type: 'cancel' });
    const timer = setTimeout(() => this.client.kill('did not stop when asked to'), videoLimits.stopMs);
    await this.until(() => this.isOver, undefined);
    clearTimeout(timer);
  }

  onReply(reply: DecoderReply, payloadBytes: number): void {
    switch (reply.type) {
      case 'opened':
        this.opened = reply;
        return;
      case 'want':
        if (this.folder === null) throw new Error('a wish for a picture of no folder');
        this.folder.give(this.client, reply.picture);
        return;
      case 'clip':
        this.begin(reply);
        return;
      case 'frame':
        if (this.filling === null || payloadBytes !== this.frameBytes) throw new Error('a frame of a wrong size');
        return;
      case 'done':
        this.end(reply.warnings, null);
        return;
      case 'failed':
        this.end(reply.warnings, new KinetorchError(reply.code, reply.message));
    }
  }

  onPayload(chunk: Buffer): void {
    const clip = this.filling;
    if (clip === null) throw new Error('a frame without a clip');
    clip.data.set(chunk, this.filled);
    this.filled += chunk.length;
    if (this.filled < clip.data.length) return;
    this.filling = null;
    if (!this.isDiscarding) this.clips.push(clip);
    this.wake();
  }

  onDeath(reason: string): void {
    const error =
      this.client.startFailure ??
      new DecoderDeath(`the decoder process of "${this.name}" ${reason}; it serves this video no more`);
    this.end(this.warnings, error);
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  private get frameBytes(): number {
    return this.size === null ? 0 : this.size.width * this.size.height * 3;
  }

  private begin(reply: DecoderReply & { type: 'clip' }): void {
    const { startSeconds, endSeconds, paddedSeconds, frames } = reply;
    const bytes = frames * this.frameBytes;
    if (this.size === null || this.filling !== null || !(bytes > 0 && bytes <= videoLimits.maxClipBytes)) {
      throw new Error('a clip of a wrong size');
    }
    // Not zeroed: every byte is written before the clip is handed out.
    const data = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
    const { height, width } = this.size;
    this.filling = { data, frames, height, width, startSeconds, endSeconds, paddedSeconds };
    this.filled = 0;
  }

  private end(warnings: string[], error: KinetorchError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.warnings = warnings;
    this.error = error;
    this.filling = null;
    this.client.listen(null);
    this.wake();
  }

  /** Waits, holding the process open, for as long as the decoder gets on. */
  private async until(isReady: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    if (isReady()) return;
    const { client } = this;
    const begun = performance.now();
    const watch = () => {
      const now = performance.now();
      if (now - Math.max(begun, client.lastHeard) > videoLimits.noProgressMs) {
        client.kill(`made no progress for ${videoLimits.noProgressMs / 1000} s and was stopped`);
      } else if (now - begun > videoLimits.maxCallMs) {
        client.kill(`took more than ${videoLimits.maxCallMs / 1000} s for one clip and was stopped`);
      }
    };
    const timer = setInterval(watch, videoLimits.noProgressMs / 4);
    const leave = onAbort(signal, () => this.wake());
    client.hold(true);
    try {
      while (!isReady() && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          this.waiters.push(resolve);
        });
      }
    } finally {
      client.hold(false);
      clearInterval(timer);
      leave();
    }
    if (signal?.aborted) throw abortError(signal);
  }
}
