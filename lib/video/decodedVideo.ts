import { throwIfAborted } from '../base/abort';
import { invalidArgument, KinetorchError } from '../base/errors';
import type { DecoderClient } from './decoderClient';
import { DecoderOperation } from './decoderOperation';
import { releaseDecoder } from './decoderPool';
import { videoLimits } from './limits';
import type { DecoderCommand } from './protocol';
import type { ClipWindow, SlideWindows, VideoClip, VideoInfo, VideoReader } from './types';

/** Clips the decoder may be ahead of its reader. */
const clipsAhead = 2;

/** An open video: drives the decoder process that holds it. Made by `openVideo`. */
export class DecodedVideo implements VideoReader {
  readonly warnings: string[];
  private isBusy = false;
  private operation: DecoderOperation | null = null;
  /** Settles when the operation before has ended. */
  private settled: Promise<void> = Promise.resolve();
  private closing: Promise<void> | null = null;

  constructor(
    private readonly client: DecoderClient,
    readonly info: VideoInfo,
    warnings: string[],
  ) {
    this.warnings = [...warnings];
  }

  async *readClips(
    windows: readonly ClipWindow[],
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<VideoClip, void> {
    for (const { startSeconds, frames, frameRate } of windows) {
      if (!Number.isFinite(startSeconds)) throw invalidArgument('startSeconds', 'a finite number', startSeconds);
      this.checkWindow(frames, frameRate);
    }
    if (windows.length === 0) return;
    yield* this.operate({ type: 'read', windows: [...windows], credit: clipsAhead }, signal);
  }

  async *slide({ signal, ...windows }: SlideWindows & { signal?: AbortSignal }): AsyncGenerator<VideoClip, void> {
    checkPositive('strideSeconds', windows.strideSeconds);
    this.checkWindow(windows.frames, windows.frameRate);
    yield* this.operate({ type: 'slide', windows, credit: clipsAhead }, signal);
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async finish(): Promise<void> {
    if (this.operation !== null) this.settled = this.operation.stop();
    await this.settled;
    releaseDecoder(this.client);
  }

  private async *operate(command: DecoderCommand, signal: AbortSignal | undefined): AsyncGenerator<VideoClip, void> {
    throwIfAborted(signal);
    this.throwIfClosed();
    if (this.isBusy) {
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        'expected one iteration of a video at a time but one is under way',
      );
    }
    this.isBusy = true;
    try {
      await this.settled;
      this.throwIfClosed();
      const operation = new DecoderOperation(this.client, this.info.path, this.info, command);
      this.operation = operation;
      for (;;) {
        const clip = await operation.next(signal);
        this.throwIfClosed();
        this.note(operation.warnings);
        if (clip === null) return;
        yield clip;
        this.throwIfClosed();
      }
    } finally {
      if (this.operation !== null) {
        this.note(this.operation.warnings);
        this.settled = this.operation.stop();
        this.operation = null;
      }
      this.isBusy = false;
    }
  }

  private note(warnings: string[]): void {
    for (const warning of warnings) if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }

  private throwIfClosed(): void {
    if (this.closing !== null) {
      throw new KinetorchError('ERR_DISPOSED', `expected an open video but "${this.info.path}" was closed`);
    }
  }

  private checkWindow(frames: number, frameRate: number): void {
    const most = Math.floor(videoLimits.maxClipBytes / (this.info.width * this.info.height * 3));
    if (!Number.isInteger(frames) || frames < 1 || frames > most) {
      throw invalidArgument(
        'frames',
        `an integer between 1 and ${most} at ${this.info.width}×${this.info.height}`,
        frames,
      );
    }
    checkPositive('frameRate', frameRate);
  }
}

function checkPositive(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw invalidArgument(name, 'a finite number above 0', value);
}
