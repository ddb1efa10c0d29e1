import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { callSignal, throwIfAborted } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { DecoderClient } from './decoderClient';
import { DecoderOperation } from './decoderOperation';
import { acquireDecoder, type Borrower, releaseDecoder } from './decoderPool';
import { handFile } from './handFile';
import { videoLimits } from './limits';
import { PictureFolder } from './pictureFolder';
import type { DecoderCommand } from './protocol';
import type { FrameForm, FrameSize, VideoClip, VideoInfo } from './types';
import type { VideoFile } from './videoSource';

let ranks = 0;

/** A place in the line for decoders, behind all that were taken before. */
export const takeRank = () => ranks++;

/** A file and the process that decodes it, while it has one: see Note [Decoder admission]. */
export class FileDecoder implements Borrower {
  /** What was said of the file so far. */
  readonly warnings: string[] = [];
  lastAsked = 0;
  /** Of the frames it brings; null until the file has been opened. */
  frameSize: FrameSize | null = null;
  private info: VideoInfo | null = null;
  /** What is in it, where it is one. */
  private folder: PictureFolder | null = null;
  private client: DecoderClient | null = null;
  private operation: DecoderOperation | null = null;
  /** Settles when the operation before has ended. */
  private stopped: Promise<void> = Promise.resolve();
  private uses = 0;
  private isClosed = false;
  private cancelOpening = () => {};

  /** `pictureRate` is null for a video file, frames a second for a folder of pictures. */
  constructor(
    private readonly file: VideoFile,
    private readonly pictureRate: number | null,
    private readonly form: FrameForm,
    readonly rank: number,
  ) {}

  get canSpare(): boolean {
    if (this.client === null || this.uses > 0) return false;
    return this.operation === null || performance.now() - this.lastAsked > videoLimits.patienceMs;
  }

  /** Opens the file. Rejects as `openVideo` does. `onDecoder` is told of each process that it is given. */
  async open(signal: AbortSignal | undefined, onDecoder?: () => void): Promise<VideoInfo> {
    await this.keepFor(this.ready(signal, onDecoder));
    return this.info as VideoInfo;
  }

  /**
   * The next clip of the operation under way; where there is none, or where the decoder had to be given back amid it, of
   * the one that `command` begins. Null at its end.
   */
  next(command: () => DecoderCommand, signal: AbortSignal | undefined): Promise<VideoClip | null> {
    return this.keepFor(this.nextClip(command, signal));
  }

  /** Counts as asked while `work` lasts, so that the decoder stays though others wait for one. */
  async keepFor<T>(work: Promise<T>): Promise<T> {
    this.uses++;
    try {
      return await work;
    } finally {
      this.uses--;
      this.lastAsked = performance.now();
    }
  }

  /** Ends the operation under way; settles when it has ended. */
  stop(): Promise<void> {
    const { operation } = this;
    this.operation = null;
    if (operation !== null) this.stopped = operation.stop().then(() => this.note(operation.warnings));
    return this.stopped;
  }

  async giveBack(): Promise<void> {
    const { client } = this;
    this.client = null;
    const stopped = this.stop();
    await (client === null ? stopped : releaseDecoder(client, stopped));
  }

  /** Gives the decoder back, or leaves the line for one, and lets go of the file. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelOpening();
    await this.giveBack();
    await this.file.close();
  }

  throwIfClosed(): void {
    if (this.isClosed) {
      throw new KinetorchError('ERR_DISPOSED', `expected an open video but "${this.file.name}" was closed`);
    }
  }

  private async nextClip(command: () => DecoderCommand, signal: AbortSignal | undefined): Promise<VideoClip | null> {
    // Looked at again after the wait: by then it may have been given back, with the operation on it.
    while (this.client === null) await this.ready(signal);
    this.operation ??= new DecoderOperation(this.client, this.file.name, this.frameSize, this.folder, command());
    const { operation } = this;
    try {
      return await operation.next(signal);
    } finally {
      this.note(operation.warnings);
    }
  }

  /** Takes a process and opens the file in it. Rejects with `ERR_DISPOSED` once closed. */
  private async ready(signal: AbortSignal | undefined, onDecoder?: () => void): Promise<void> {
    this.throwIfClosed();
    // A signal of its own, as closing the video ends the waiting too.
    const opening = callSignal({ signal });
    this.cancelOpening = opening.end;
    try {
      while (this.client === null) await this.openIn(opening.signal, onDecoder);
    } catch (error) {
      throw opening.cause(error);
    } finally {
      opening.end();
    }
  }

  /** Opens the file in a process, which is `client` then; there is none where an idle one was found to be dead. */
  private async openIn(signal: AbortSignal, onDecoder?: () => void): Promise<void> {
    const { name } = this.file;
    const client = await acquireDecoder(this, signal);
    onDecoder?.();
    let operation: DecoderOperation | null = null;
    try {
      const command = await this.handTo(client);
      operation = new DecoderOperation(client, name, null, this.folder, command);
      await operation.next(signal);
      // The answer may have been there just before the video was closed.
      throwIfAborted(signal);
      if (operation.opened === null) {
        throw new KinetorchError('ERR_VIDEO_DECODE', `the decoder of "${name}" gave no answer`);
      }
      this.note(operation.warnings);
      this.learn({ path: name, ...operation.opened.info });
      this.frameSize = operation.opened.frameSize;
      this.client = client;
    } catch (error) {
      // An idle decoder may have been ended from outside just before; that says nothing about this file.
      if (client.used && client.diedByItself && !signal.aborted) return;
      void releaseDecoder(client, operation?.stop() ?? Promise.resolve());
      throw error;
    }
  }

  /** Lays the file before a process; gives the command that opens it. */
  private async handTo(client: DecoderClient): Promise<DecoderCommand> {
    const { pictureRate, form } = this;
    const { path, name } = this.file;
    if (pictureRate === null) {
      await handFile(client, path, 'a video file');
      return { type: 'open', path: resolve(path), name, pictures: null, form };
    }
    this.folder = await PictureFolder.read(path);
    return { type: 'open', path: resolve(path), name, pictures: { files: this.folder.files, rate: pictureRate }, form };
  }

  private learn(info: VideoInfo): void {
    this.info ??= info;
    if (isDeepStrictEqual(info, this.info)) return;
    throw new KinetorchError(
      'ERR_VIDEO_OPEN',
      `expected "${this.file.name}" to stay as it was while open but it has changed`,
    );
  }

  private note(warnings: readonly string[]): void {
    for (const warning of warnings) if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
