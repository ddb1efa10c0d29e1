import { createReadStream } from 'node:fs';
import { type HeldFile, spoolFile } from './spooledFile';

/**
 * A video that has come as bytes and lies in a temporary file: a source that can be opened any number of times, and is
 * gone when its owner closes it, or the process ends.
 */
export class SpooledVideo implements AsyncIterable<Uint8Array>, AsyncDisposable {
  private constructor(
    private readonly file: HeldFile,
    /** What errors call it. */
    readonly name: string,
  ) {}

  /** Resolves when the last byte is there. Rejects as `spoolFile` does. */
  static async receive(
    chunks: AsyncIterable<Uint8Array>,
    name: string,
    { signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
  ): Promise<SpooledVideo> {
    return new SpooledVideo(await spoolFile(chunks, name, signal, maxBytes), name);
  }

  /** By which another process of this machine can open it. */
  get path(): string {
    return this.file.path;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return createReadStream(this.path)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }
}
