import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { throwIfAborted } from '../base/abort';
import { invalidArgument, KinetorchError } from '../base/errors';
import { DecodedVideo } from './decodedVideo';
import { FileDecoder } from './fileDecoder';
import type { Resize, VideoReader } from './types';
import { type UntaggedMatrix, untaggedMatrices } from './untaggedMatrix';

export interface OpenVideoOptions {
  /** Rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
  /**
   * Takes `path` for a folder of JPEG or PNG pictures, one a frame in the order of their names (frame2 before frame10),
   * shown at this many frames a second.
   */
  pictureRate?: number;
  /** See {@link UntaggedMatrix}. Default `by-height`. */
  untaggedMatrix?: UntaggedMatrix;
}

/**
 * Opens a video file in a decoder process, decodes its first frame and measures its length.
 *
 * Any number may be open at once. The decoders that live are at most twice the cores less 2, from 2 to 8, or one a core
 * where there are more than 8 cores; each worker thread may have as many again. Calls beyond that wait for one in their
 * order, and an open video that is asked for nothing lends its own to who waits.
 *
 * @example
 * await using video = await openVideo('match.mp4');
 * for await (const clip of video.readClips([{ startSeconds: 0, frames: 16, frameRate: 15 }])) { … }
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS` (a folder, a device, unreadable), `ERR_VIDEO_OPEN` (not
 * a video), `ERR_VIDEO_NO_STREAM`, `ERR_VIDEO_DECODE` (nothing decodable, too large, or the decoder crashed or hung),
 * `ERR_ABORTED`
 */
export async function openVideo(path: string, options: OpenVideoOptions = {}): Promise<VideoReader> {
  return openDecodedVideo(path, options);
}

interface DecodedVideoOptions extends OpenVideoOptions {
  /** What the clips are resized to: large frames come smaller, so that the result is the same. Default: as stored. */
  resize?: Resize;
}

/** `openVideo` for those who resize its clips, and know how to keep a decoder while they work on them. */
export async function openDecodedVideo(
  path: string,
  { signal, pictureRate, untaggedMatrix = 'by-height', resize }: DecodedVideoOptions = {},
): Promise<DecodedVideo> {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'the path of a video file', path);
  if (pictureRate !== undefined && !(Number.isFinite(pictureRate) && pictureRate > 0)) {
    throw invalidArgument('pictureRate', 'a finite number above 0', pictureRate);
  }
  if (!untaggedMatrices.includes(untaggedMatrix)) {
    throw invalidArgument('untaggedMatrix', "'by-height' or 'bt601'", untaggedMatrix);
  }
  throwIfAborted(signal);
  // Made now, for the order of the calls to be that of the line.
  const decoder = new FileDecoder(path, pictureRate ?? null, { untaggedMatrix, resize: resize ?? null });
  await (pictureRate === undefined ? checkFile(path) : checkFolder(path));
  return new DecodedVideo(decoder, await decoder.open(signal));
}

async function checkFile(path: string): Promise<void> {
  try {
    const file = await stat(path);
    if (!file.isFile()) {
      const kind = file.isDirectory() ? 'a folder' : 'a device or pipe';
      throw new KinetorchError('ERR_FILE_ACCESS', `expected "${path}" to be a video file but it is ${kind}`);
    }
    await access(path, constants.R_OK);
  } catch (error) {
    throw accessError(error, path, 'a video file');
  }
}

async function checkFolder(path: string): Promise<void> {
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new KinetorchError('ERR_FILE_ACCESS', `expected "${path}" to be a folder of pictures but it is none`);
    }
    await access(path, constants.R_OK);
  } catch (error) {
    throw accessError(error, path, 'a folder of pictures');
  }
}

function accessError(error: unknown, path: string, what: string): KinetorchError {
  if (error instanceof KinetorchError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new KinetorchError('ERR_FILE_NOT_FOUND', `expected ${what} at "${path}" but there is none`);
  }
  return new KinetorchError('ERR_FILE_ACCESS', `expected "${path}" to be readable but it is not: ${message}`);
}
