import { createHash } from 'node:crypto';
import type { RgbClip } from '../clip/types';
import type { ClipCache } from '../dataset/types';
import type { ViewedSamples } from '../evaluation/viewedSamples';

/** Changes whenever a network is shown other clips of the same videos than before, or gives other vectors of them. */
const format = 1;

/** What networks gave of videos, one vector a clip, kept in a cache of clips. */
export class VectorCache {
  constructor(
    private readonly cache: ClipCache,
    /** A name for each network that changes with all that its vectors depend on. */
    private readonly networks: readonly string[],
  ) {}

  /** Each network's vectors of a sample; null where one of them is not held, or what the sample shows has no name. */
  async read(data: ViewedSamples, index: number, clips: number): Promise<Float32Array[][] | null> {
    const keys = await this.keysOf(data, index, clips);
    const all = (frames: number) => Array.from({ length: frames }, (_, frame) => frame);
    const held = await Promise.all(keys.map((key) => this.cache.read(key, all)));
    return held.length > 0 && held.every((clip) => clip !== null) ? held.map(vectorsOf) : null;
  }

  async write(data: ViewedSamples, index: number, clips: number, vectors: readonly Float32Array[][]): Promise<void> {
    const keys = await this.keysOf(data, index, clips);
    for (const [network, key] of keys.entries()) await this.cache.write(key, clipOf(vectors[network] ?? []));
  }

  private async keysOf(data: ViewedSamples, index: number, clips: number): Promise<string[]> {
    const shown = (await data.keysOf?.(index)) ?? [];
    return shown.map((key, network) => {
      const parts = ['vectors', format, this.networks[network], key, clips];
      return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    });
  }
}

/** Vectors as the cache keeps clips: the bytes of each are a frame, up to a whole number of pixels. */
function clipOf(vectors: readonly Float32Array[]): RgbClip {
  const width = Math.ceil((vectors[0]?.byteLength ?? 0) / 3);
  const data = new Uint8Array(vectors.length * width * 3);
  for (const [place, { buffer, byteOffset, byteLength }] of vectors.entries()) {
    data.set(new Uint8Array(buffer, byteOffset, byteLength), place * width * 3);
  }
  return { data, frames: vectors.length, height: 1, width };
}

function vectorsOf({ data, frames, width }: RgbClip): Float32Array[] {
  const bytes = width * 3;
  const length = Math.floor(bytes / Float32Array.BYTES_PER_ELEMENT);
  return Array.from(
    { length: frames },
    (_, place) => new Float32Array(data.slice(place * bytes, (place + 1) * bytes).buffer, 0, length),
  );
}
