import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { callSignal } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { DecoderClient } from './decoderClient';
import { DecoderOperation } from './decoderOperation';
import { acquireDecoder, type Borrower, releaseDecoder } from './decoderPool';
import { videoLimits } from './limits';
import type { DecoderCommand } from './protocol';
import type { VideoClip, VideoInfo } from './types';

let made = 0;

/** A file and the process that decodes it, while it has one: see Note [Decoder admission]. */
export class FileDecoder implements Borrower {
  /** What was said of the file so far. */
  readonly warnings: string[] = [];
  readonly rank = made++;
  lastAsked = 0;
  private info: VideoInfo | null = null;
  private client: DecoderClient | null = null;
  private operation: DecoderOperation | null = null;
  /** Settles when the operation before has ended. */
  private stopped: Promise<void> = Promise.resolve();
  private uses = 0;
  private cancelOpening = () => {};

  /** `pictureRate` is null for a video file, frames a second for a folder of pictures. */
  constructor(
    private readonly path: string,
    private readonly pictureRate: number | null,
  ) {}

  get canSpare(): boolean {
    if (this.client === null || this.uses > 0) return false;
    return this.operation === null || performance.now() - this.lastAsked > videoLimits.patienceMs;
  }

  /** Opens the file. Rejects as `openVideo` does. */
  async open(signal: AbortSignal | undefined): Promise<VideoInfo> {
    await this.keepFor(this.ready(signal));
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
    await this.stop();
    if (client !== null) releaseDecoder(client);
  }

  /** Gives the decoder back, or leaves the line for one. */
  close(): Promise<void> {
    this.cancelOpening();
    return this.giveBack();
  }

  private async nextClip(command: () => DecoderCommand, signal: AbortSignal | undefined): Promise<VideoClip | null> {
    const client = await this.ready(signal);
    this.operation ??= new DecoderOperation(client, this.path, this.info, command());
    const { operation } = this;
    try {
      return await operation.next(signal);
    } finally {
      this.note(operation.warnings);
    }
  }

  /** A process that has the file open. */
  private async ready(signal: AbortSignal | undefined): Promise<DecoderClient> {
    if (this.client !== null) return this.client;
    // A signal of its own, as closing the video ends the waiting too.
    const opening = callSignal({ signal });
    this.cancelOpening = opening.end;
    try {
      while (this.client === null) this.client = await this.openedIn(opening.signal);
      return this.client;
    } catch (error) {
      throw opening.cause(error);
    } finally {
      opening.end();
    }
  }

  /** A process that has opened the file; null where an idle one was found to be dead. */
  private async openedIn(signal: AbortSignal): Promise<DecoderClient | null> {
    const { path, pictureRate } = this;
    const client = await acquireDecoder(this, signal);
    const command = { type: 'open', path: resolve(path), name: path, pictureRate } as const;
    const operation = new DecoderOperation(client, path, null, command);
    try {
      await operation.next(signal);
      if (operation.opened === null) {
        throw new KinetorchError('ERR_VIDEO_DECODE', `the decoder of "${path}" gave no answer`);
      }
      this.note(operation.warnings);
      this.learn({ path, ...operation.opened });
      return client;
    } catch (error) {
      // An idle decoder may have been ended from outside just before; that says nothing about this file.
      if (client.used && client.diedByItself && !signal.aborted) return null;
      void operation.stop().then(() => releaseDecoder(client));
      throw error;
    }
  }

  private learn(info: VideoInfo): void {
    this.info ??= info;
    if (isDeepStrictEqual(info, this.info)) return;
    throw new KinetorchError(
      'ERR_VIDEO_OPEN',
      `expected "${this.path}" to stay as it was while open but it has changed`,
    );
  }

  private note(warnings: readonly string[]): void {
    for (const warning of warnings) if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
