import { throwIfAborted } from '../base/abort';
import { invalidArgument, KinetorchError } from '../base/errors';
import type { FileDecoder } from './fileDecoder';
import { videoLimits } from './limits';
import type { DecoderCommand } from './protocol';
import type { ClipWindow, FrameSize, SlideWindows, VideoClip, VideoInfo, VideoReader, WindowFrames } from './types';

/** Clips the decoder may be ahead of its reader. */
const clipsAhead = 2;

/** An open video. Made by `openVideo`. */
export class DecodedVideo implements VideoReader {
  private isBusy = false;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly decoder: FileDecoder,
    readonly info: VideoInfo,
  ) {}

  get warnings(): readonly string[] {
    return this.decoder.warnings;
  }

  /** Of the clips that it brings. */
  get frameSize(): FrameSize {
    return this.decoder.frameSize ?? this.info;
  }

  /** Waits for work on clips of this video: meanwhile it keeps its decoder, see Note [Decoder admission]. */
  keepFor<T>(work: Promise<T>): Promise<T> {
    return this.decoder.keepFor(work);
  }

  async *readClips(
    windows: readonly ClipWindow[],
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<VideoClip, void> {
    for (const { startSeconds, ...frames } of windows) {
      if (!Number.isFinite(startSeconds)) throw invalidArgument('startSeconds', 'a finite number', startSeconds);
      this.checkFrames(frames);
    }
    if (windows.length === 0) return;
    const all = [...windows];
    yield* this.operate((from) => ({ type: 'read', windows: all.slice(from), credit: clipsAhead }), signal);
  }

  async *slide({ signal, ...windows }: SlideWindows & { signal?: AbortSignal }): AsyncGenerator<VideoClip, void> {
    checkPositive('strideSeconds', windows.strideSeconds);
    this.checkFrames(windows);
    yield* this.operate((from) => ({ type: 'slide', windows, from, credit: clipsAhead }), signal);
  }

  close(): Promise<void> {
    this.closing ??= this.decoder.close();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The clips of an operation; `command` begins it, or, where the decoder was given back, goes on from clip `from`. */
  private async *operate(
    command: (from: number) => DecoderCommand,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<VideoClip, void> {
    throwIfAborted(signal);
    this.decoder.throwIfClosed();
    if (this.isBusy) {
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        'expected one iteration of a video at a time but one is under way',
      );
    }
    this.isBusy = true;
    try {
      await this.decoder.stop();
      for (let from = 0; ; from++) {
        this.decoder.throwIfClosed();
        const clip = await this.decoder.next(() => command(from), signal);
        this.decoder.throwIfClosed();
        if (clip === null) return;
        yield clip;
      }
    } catch (error) {
      this.decoder.throwIfClosed();
      throw error;
    } finally {
      void this.decoder.stop();
      this.isBusy = false;
    }
  }

  private checkFrames({ frames, frameRate, offsets }: WindowFrames): void {
    const { width, height } = this.frameSize;
    const most = Math.floor(videoLimits.maxClipBytes / (width * height * 3));
    if (!Number.isInteger(frames) || frames < 1 || frames > most) {
      throw invalidArgument('frames', `an integer between 1 and ${most} at ${width}×${height}`, frames);
    }
    checkPositive('frameRate', frameRate);
    if (offsets === undefined) return;
    const isRising = offsets.every((offset, i) => Number.isFinite(offset) && offset >= (offsets[i - 1] ?? 0));
    if (offsets.length !== frames || !isRising) {
      throw invalidArgument('offsets', `${frames} finite numbers from 0 on, none below the one before,`, offsets);
    }
  }
}

function checkPositive(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw invalidArgument(name, 'a finite number above 0', value);
}
