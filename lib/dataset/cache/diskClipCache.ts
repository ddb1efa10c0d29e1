import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { makeFolder } from '../../base/makeFolder';
import { systemReason } from '../../base/systemReason';
import type { RgbClip } from '../../clip/types';
import type { ClipCache } from '../types';
import { type ClipFileShape, clipFileBytes, readClipFile, verifyClipFile, writeClipFile } from './clipFile';

const extension = '.clip';
const isTemporary = (name: string) => name.includes('.tmp-');
/** A temporary file of this age was left by a run that crashed. */
const abandonedMs = 3_600_000;

/**
 * Keeps spans as files of a folder that runs share, up to `maxBytes`. Room is made by removing what this run has not
 * used, least recently used first.
 */
export class DiskClipCache implements ClipCache {
  /** Bytes of the files that this run has not used; least recently used first. */
  private readonly unused: Map<string, number>;
  /** Those it has written, or read and found whole. */
  private readonly used = new Map<string, ClipFileShape>();
  private readonly writing = new Set<string>();
  /** Of those used, and of those being written. */
  private usedBytes = 0;
  private unusedBytes: number;

  private constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
    files: readonly { key: string; bytes: number }[],
  ) {
    this.unused = new Map(files.map(({ key, bytes }) => [key, bytes]));
    this.unusedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Makes the folder, and removes what exceeds `maxBytes`. */
  static async open(folder: string, maxBytes: number): Promise<DiskClipCache> {
    try {
      await makeFolder(folder);
      const cache = new DiskClipCache(folder, maxBytes, await filesOf(folder));
      await cache.makeRoom();
      return cache;
    } catch (error) {
      throw new KinetorchError(
        'ERR_FILE_ACCESS',
        `expected the cache folder "${folder}" to be writable: ${systemReason(error)}`,
      );
    }
  }

  async read(key: string, choose: (frames: number) => number[]): Promise<RgbClip | null> {
    // A file is checked in full when first used: later reads then take only the frames they need.
    const shape = this.used.get(key) ?? (await this.check(key));
    if (shape === null) return null;
    const clip = await readClipFile(this.pathOf(key), shape, choose(shape.frames)).catch(() => null);
    if (clip === null) await this.remove(key);
    return clip;
  }

  hasRoom(bytes: number): boolean {
    return this.usedBytes + clipFileBytes(bytes) <= this.maxBytes;
  }

  async write(key: string, span: RgbClip): Promise<void> {
    const bytes = clipFileBytes(span.data.length);
    if (this.used.has(key) || this.writing.has(key) || !this.hasRoom(span.data.length)) return;
    this.writing.add(key);
    this.forget(key);
    this.usedBytes += bytes;
    try {
      await this.makeRoom();
      await writeClipFile(this.pathOf(key), span);
      const { frames, height, width } = span;
      this.used.set(key, { frames, height, width });
    } catch {
      // A full disk or a folder taken away costs time, not the run.
      this.usedBytes -= bytes;
    } finally {
      this.writing.delete(key);
    }
  }

  /** The shape of a file that this run has not used yet; null where there is none, or a damaged one. */
  private async check(key: string): Promise<ClipFileShape | null> {
    if (!this.unused.has(key)) return null;
    const path = this.pathOf(key);
    const shape = await verifyClipFile(path).catch(() => null);
    if (shape === null) {
      await this.remove(key);
      return null;
    }
    this.forget(key);
    this.used.set(key, shape);
    this.usedBytes += bytesOf(shape);
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return shape;
  }

  private forget(key: string): void {
    const shape = this.used.get(key);
    if (shape) this.usedBytes -= bytesOf(shape);
    this.used.delete(key);
    this.unusedBytes -= this.unused.get(key) ?? 0;
    this.unused.delete(key);
  }

  private async remove(key: string): Promise<void> {
    this.forget(key);
    await rm(this.pathOf(key), { force: true }).catch(() => {});
  }

  private async makeRoom(): Promise<void> {
    for (const key of this.unused.keys()) {
      if (this.usedBytes + this.unusedBytes <= this.maxBytes) return;
      await this.remove(key);
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, key + extension);
  }
}

function bytesOf({ frames, height, width }: ClipFileShape): number {
  return clipFileBytes(frames * height * width * 3);
}

/** Least recently used first. */
async function filesOf(folder: string): Promise<{ key: string; bytes: number }[]> {
  const files: { key: string; bytes: number; usedMs: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (!found) continue;
    if (isTemporary(name) && Date.now() - found.mtimeMs > abandonedMs) await rm(path, { force: true });
    if (!name.endsWith(extension)) continue;
    files.push({ key: name.slice(0, -extension.length), bytes: found.size, usedMs: found.mtimeMs });
  }
  return files.sort((a, b) => a.usedMs - b.usedMs);
}
