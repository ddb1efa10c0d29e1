import { createHash, webcrypto } from 'node:crypto';
import type { VideoModel } from '../../model/videoModel';

/** Beyond so many bytes a digest is taken off the event loop. */
const hashedAtOnce = 2 ** 16;
/** What an entry takes beside its value. */
const overhead = 200;

interface Entry {
  value: unknown;
  bytes: number;
}

/**
 * Answers that were given, by what they depend on: the model, as it was loaded, and all that was asked. Those that were not
 * asked for the longest go first when there are more bytes than allowed. With 0 bytes nothing is kept or looked up.
 */
export class AnswerCache {
  /** In the order of their last use. */
  private readonly entries = new Map<string, Entry>();
  /** A model that is loaded anew is another. */
  private readonly numbers = new WeakMap<VideoModel, number>();
  private models = 0;
  private held = 0;

  constructor(private readonly mostBytes: number) {}

  get isOn(): boolean {
    return this.mostBytes > 0;
  }

  get bytes(): number {
    return this.held;
  }

  get count(): number {
    return this.entries.size;
  }

  /**
   * What a question is kept under: a digest of the model and of the parts, of which each has to be there, and in order.
   *
   * @example
   * const key = await cache.keyOf(model, [clip.data, JSON.stringify({ shape, outputs })]);
   */
  async keyOf(model: VideoModel, parts: readonly (string | Uint8Array)[]): Promise<string> {
    const hash = createHash('sha256').update(`${this.numberOf(model)}`);
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      // With its length: parts are not to flow into each other.
      hash.update(` ${bytes.byteLength} `);
      hash.update(
        bytes.byteLength > hashedAtOnce ? new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes)) : bytes,
      );
    }
    return hash.digest('base64');
  }

  get<Value>(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value as Value;
  }

  /** Whether an answer of so many bytes could be kept at all. */
  hasRoomFor(bytes: number): boolean {
    return bytes + overhead <= this.mostBytes;
  }

  /** Keeps an answer, which nobody may change from now on. `bytes` is what it takes in memory, about. */
  set(key: string, value: unknown, bytes: number): void {
    if (!this.hasRoomFor(bytes)) return;
    const size = bytes + overhead;
    this.held += size - (this.entries.get(key)?.bytes ?? 0);
    this.entries.delete(key);
    this.entries.set(key, { value, bytes: size });
    for (const [oldest, entry] of this.entries) {
      if (this.held <= this.mostBytes) return;
      this.entries.delete(oldest);
      this.held -= entry.bytes;
    }
  }

  private numberOf(model: VideoModel): number {
    const known = this.numbers.get(model);
    if (known !== undefined) return known;
    this.models++;
    this.numbers.set(model, this.models);
    return this.models;
  }
}
