import { webcrypto } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { runsOf } from '../../clip/pickFrames';
import type { RgbClip } from '../../clip/types';

/**
 * Note [Clip files]
 * `KTCLIP01 | SHA-256 of all that follows | u32le frames | u32le height | u32le width | uint8 T×H×W×3`. Written under
 * another name and renamed, without a sync: what a power cut leaves half written, the hash finds.
 */
const magic = Buffer.from('KTCLIP01');
const hashBytes = 32;
const shapeAt = magic.length + hashBytes;
const headerBytes = shapeAt + 3 * 4;

export type ClipFileShape = Omit<RgbClip, 'data'>;

/** Size of a file that holds `bytes` of frames. */
export function clipFileBytes(bytes: number): number {
  return headerBytes + bytes;
}

let written = 0;

export async function writeClipFile(path: string, clip: RgbClip): Promise<void> {
  const file = Buffer.allocUnsafe(clipFileBytes(clip.data.length));
  magic.copy(file);
  [clip.frames, clip.height, clip.width].forEach((value, place) => {
    file.writeUInt32LE(value, shapeAt + place * 4);
  });
  file.set(clip.data, headerBytes);
  file.set(await hashOf(file), magic.length);
  const temporary = `${path}.tmp-${process.pid}-${++written}`;
  try {
    await writeFile(temporary, file);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a whole file and checks its hash; null where it is damaged. */
export async function verifyClipFile(path: string): Promise<ClipFileShape | null> {
  const file = await readFile(path);
  if (file.length < headerBytes || !file.subarray(0, magic.length).equals(magic)) return null;
  if (!Buffer.from(await hashOf(file)).equals(file.subarray(magic.length, shapeAt))) return null;
  const [frames, height, width] = [0, 1, 2].map((place) => file.readUInt32LE(shapeAt + place * 4));
  return { frames, height, width } as ClipFileShape;
}

/** The frames at `indices`, in that order, of a file found whole before. Rejects where it is shorter now. */
export async function readClipFile(path: string, shape: ClipFileShape, indices: readonly number[]): Promise<RgbClip> {
  const { height, width } = shape;
  const bytes = height * width * 3;
  const data = new Uint8Array(indices.length * bytes);
  const file = await open(path);
  try {
    for (const { first, place, length } of runsOf(indices)) {
      const { bytesRead } = await file.read(data, place * bytes, length * bytes, headerBytes + first * bytes);
      if (bytesRead !== length * bytes) throw new Error('the file has become shorter');
    }
  } finally {
    await file.close();
  }
  return { data, frames: indices.length, height, width };
}

/** By the web's interface, which hashes on a thread of its own: spans have megabytes. */
async function hashOf(file: Buffer): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', file.subarray(shapeAt)));
}
