import { randomUUID } from 'node:crypto';
import { close, fstat, open, rmSync, write } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KinetorchError } from '../base/errors';
import { systemReason } from '../base/systemReason';
import { untilAborted } from '../base/untilAborted';
import { videoLimits } from './limits';

/** A file that lasts until it is closed. */
export interface HeldFile {
  /** By which another process of this machine can open it. */
  readonly path: string;
  /** Idempotent, and never rejects. */
  close(): Promise<void>;
}

// By their numbers: a FileHandle that is forgotten ends the process when it is collected.
const files = { open: promisify(open), write: promisify(write), stat: promisify(fstat), close: promisify(close) };

/** Temporary files that have a name, as elsewhere than on Linux. */
const named = new Set<string>();
process.on('exit', () => {
  for (const path of named) rmSync(path, { force: true });
});

/**
 * Writes bytes as they come to a temporary file, since a decoder has to seek: many formats keep their index at the end. On
 * Linux the file loses its name before the first byte, so nothing is left of it however the process ends.
 *
 * @throws KinetorchError `ERR_VIDEO_OPEN` (nothing, too much, no bytes), `ERR_FILE_ACCESS` (the source fails, no room),
 * `ERR_ABORTED`
 */
export async function spoolFile(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  signal: AbortSignal | undefined,
  maxBytes = videoLimits.maxSpooledBytes,
): Promise<HeldFile> {
  const path = join(tmpdir(), `kinetorch-${randomUUID()}`);
  let descriptor: number | null = null;
  try {
    descriptor = await files.open(path, 'wx', 0o600);
    named.add(path);
    const nameless = await pathOfDescriptor(descriptor);
    if (nameless !== null) await removeNamed(path);
    await writeAll(descriptor, chunks, { name, maxBytes, signal });
    if (nameless !== null) return { path: nameless, close: closing(descriptor) };
    await files.close(descriptor);
    descriptor = null;
    return { path, close: () => removeNamed(path) };
  } catch (error) {
    if (descriptor !== null) await files.close(descriptor);
    await removeNamed(path);
    if (error instanceof KinetorchError) throw error;
    const reason = systemReason(error);
    throw new KinetorchError('ERR_FILE_ACCESS', `expected to read "${name}" into a file but cannot: ${reason}`, {
      cause: error,
    });
  }
}

/** Opens what a file descriptor of the caller's is of; null where it cannot be opened anew, without being copied. */
export async function reopen(descriptor: number): Promise<HeldFile | null> {
  if (process.platform !== 'linux') return null;
  let own: number | null = null;
  try {
    own = await files.open(`/proc/self/fd/${descriptor}`, 'r');
    const [theirs, ours] = await Promise.all([files.stat(descriptor), files.stat(own)]);
    const path = theirs.ino === ours.ino && theirs.dev === ours.dev ? await pathOfDescriptor(own) : null;
    if (path !== null) return { path, close: closing(own) };
  } catch {
    // Its owner may have lost the right to open it since, or there is no /proc.
  }
  if (own !== null) await files.close(own);
  return null;
}

async function writeAll(
  descriptor: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { name, maxBytes, signal }: { name: string; maxBytes: number; signal: AbortSignal | undefined },
): Promise<void> {
  let total = 0;
  for await (const chunk of untilAborted(chunks, signal)) {
    if (!ArrayBuffer.isView(chunk)) {
      throw new KinetorchError('ERR_VIDEO_OPEN', `expected "${name}" to give bytes but received ${typeof chunk}s`);
    }
    total += chunk.byteLength;
    if (total > maxBytes) {
      const most = `at most ${maxBytes} bytes`;
      throw new KinetorchError('ERR_VIDEO_OPEN', `expected "${name}" to have ${most}: give the path of a file instead`);
    }
    for (let at = 0; at < chunk.byteLength; ) {
      const { bytesWritten } = await files.write(descriptor, chunk, at, chunk.byteLength - at, null);
      at += bytesWritten;
    }
  }
  if (total === 0) throw new KinetorchError('ERR_VIDEO_OPEN', `expected "${name}" to be a video but it is empty`);
}

/** By which a child opens a file of this process; null where there is no such way, or none for this child. */
async function pathOfDescriptor(descriptor: number): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const folder = `/proc/${process.pid}/fd`;
  try {
    const path = `${folder}/${descriptor}`;
    const [{ uid }, there, own] = await Promise.all([stat(folder), stat(path), files.stat(descriptor)]);
    // A process that has changed its user is closed to others of that user. Deno numbers its files in its own way.
    return uid === process.geteuid?.() && there.ino === own.ino && there.dev === own.dev ? path : null;
  } catch {
    return null;
  }
}

function closing(descriptor: number): () => Promise<void> {
  let closed: Promise<void> | null = null;
  return () => {
    closed ??= files.close(descriptor).catch(() => {});
    return closed;
  };
}

async function removeNamed(path: string): Promise<void> {
  // Windows keeps a file that a decoder still has open: it is tried again when the process ends.
  await rm(path, { force: true }).then(
    () => named.delete(path),
    () => {},
  );
}
