import { constants } from 'node:fs';
import { access, type FileHandle, stat } from 'node:fs/promises';
import { types } from 'node:util';
import { invalidArgument, KinetorchError } from '../base/errors';
import { type FilePath, filePath, isUrl } from '../base/filePath';
import { systemReason } from '../base/systemReason';
import { type HeldFile, reopen, spoolFile } from './spooledFile';
import { SpooledVideo } from './spooledVideo';

/**
 * A video: the path of its file or a `file:` URL; its bytes (a `Buffer`, a `Blob`); bytes as they come (a `Readable`, a
 * `ReadableStream`); or an open file, whose position is left alone and which its owner closes.
 *
 * Bytes are written to a temporary file, as a decoder has to seek; at most 4 GiB, in `TMPDIR`. They must not change until
 * the video is open. A stream is read to its end before the first frame is decoded; a call that fails, or is refused, destroys
 * or cancels it. Of an HTTP request itself that is its connection: to answer still, give `request.pipe(new PassThrough())`.
 */
export type VideoSource = FilePath | Uint8Array | ArrayBufferLike | Blob | AsyncIterable<Uint8Array> | FileHandle;

/** A video's file, or a folder of pictures, for as long as the video is open. */
export interface VideoFile extends HeldFile {
  /** What errors call it. */
  readonly name: string;
}

/** @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, and those of `spoolFile` */
export async function openSource(source: VideoSource, signal: AbortSignal | undefined): Promise<VideoFile> {
  const named = (name: string, file: HeldFile) => ({ ...file, name });
  const spooled = async (name: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) =>
    named(name, await spoolFile(chunks, name, signal));

  if (typeof source === 'string' || isUrl(source)) return openPath(source);
  if (source instanceof SpooledVideo) return { path: source.path, name: source.name, close: async () => {} };
  if (ArrayBuffer.isView(source)) return spooled('<buffer>', [source]);
  if (types.isAnyArrayBuffer(source)) return spooled('<buffer>', [new Uint8Array(source)]);
  if (isFileHandle(source)) {
    const name = '<file handle>';
    const isFile = await isRegular(source, name);
    const reopened = isFile ? await reopen(source.fd) : null;
    // From the beginning where it is a file; what a pipe holds, as it comes.
    return reopened === null
      ? spooled(name, source.createReadStream({ autoClose: false, ...(isFile && { start: 0 }) }))
      : named(name, reopened);
  }
  if (isBlob(source)) return spooled('<blob>', source.stream() as unknown as AsyncIterable<Uint8Array>);
  if (isAsyncIterable(source)) return spooled('<stream>', source);
  throw invalidArgument('path', 'the path of a video file, its bytes, a stream of them or a FileHandle', source);
}

/** The same for a folder of pictures. */
export async function openFolder(source: VideoSource): Promise<VideoFile> {
  const what = 'a folder of pictures';
  const path = filePath(source, 'path', `the path of ${what}`);
  await checkKind(path, what, (found) => (found.isDirectory() ? null : 'none'));
  return unheld(path);
}

async function openPath(source: FilePath): Promise<VideoFile> {
  const what = 'a video file';
  const path = filePath(source, 'path', `the path of ${what}`);
  await checkKind(path, what, (found) => {
    if (found.isFile()) return null;
    return found.isDirectory() ? 'a folder' : 'a device or pipe';
  });
  return unheld(path);
}

const unheld = (path: string): VideoFile => ({ path, name: path, close: async () => {} });

type Found = Awaited<ReturnType<typeof stat>>;

async function checkKind(path: string, what: string, otherKind: (found: Found) => string | null): Promise<void> {
  try {
    const kind = otherKind(await stat(path));
    if (kind !== null)
      throw new KinetorchError('ERR_FILE_ACCESS', `expected "${path}" to be ${what} but it is ${kind}`);
    await access(path, constants.R_OK);
  } catch (error) {
    throw accessError(error, path, what);
  }
}

function accessError(error: unknown, path: string, what: string): KinetorchError {
  if (error instanceof KinetorchError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new KinetorchError('ERR_FILE_NOT_FOUND', `expected ${what} at "${path}" but there is none`);
  }
  return new KinetorchError(
    'ERR_FILE_ACCESS',
    `expected "${path}" to be readable but it is not: ${systemReason(error)}`,
  );
}

async function isRegular(handle: FileHandle, name: string): Promise<boolean> {
  try {
    return (await handle.stat()).isFile();
  } catch (error) {
    throw accessError(error, name, 'an open file');
  }
}

function isFileHandle(value: unknown): value is FileHandle {
  const handle = value as FileHandle | null;
  return typeof handle === 'object' && typeof handle?.fd === 'number' && typeof handle.stat === 'function';
}

/** Not instanceof: one may come from another realm, or from a library. */
function isBlob(value: unknown): value is Blob {
  const blob = value as Blob | null;
  return typeof blob === 'object' && typeof blob?.stream === 'function' && typeof blob.size === 'number';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
