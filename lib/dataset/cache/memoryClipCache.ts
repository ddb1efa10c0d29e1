import { pickFrames } from '../../clip/pickFrames';
import type { RgbClip } from '../../clip/types';
import type { ClipCache } from '../types';

/** Keeps spans in this process until they fill `maxBytes`. */
export class MemoryClipCache implements ClipCache {
  private readonly spans = new Map<string, RgbClip>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  async read(key: string, choose: (frames: number) => number[]): Promise<RgbClip | null> {
    const span = this.spans.get(key);
    return span ? pickFrames(span, choose(span.frames)) : null;
  }

  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.maxBytes;
  }

  async write(key: string, span: RgbClip): Promise<void> {
    if (this.spans.has(key) || !this.hasRoom(span.data.length)) return;
    this.spans.set(key, span);
    this.bytes += span.data.length;
  }
}
