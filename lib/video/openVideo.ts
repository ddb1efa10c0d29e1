import { throwIfAborted } from '../base/abort';
import { requireDenoPermissions } from '../base/denoPermissions';
import { invalidArgument } from '../base/errors';
import { DecodedVideo } from './decodedVideo';
import { FileDecoder, takeRank } from './fileDecoder';
import { releaseStream } from './releaseStream';
import type { Resize, VideoReader } from './types';
import { type UntaggedMatrix, untaggedMatrices } from './untaggedMatrix';
import { openFolder, openSource, type VideoSource } from './videoSource';

export interface OpenVideoOptions {
  /** Rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
  /**
   * Takes `source`, a path, for a folder of JPEG or PNG pictures, one a frame in the order of their names (frame2 before frame10),
   * shown at this many frames a second.
   */
  pictureRate?: number;
  /** See {@link UntaggedMatrix}. Default `by-height`. */
  untaggedMatrix?: UntaggedMatrix;
}

/**
 * Opens a video in a decoder process, decodes its first frame and measures its length.
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
 * `ERR_VIDEO_DECODER` (no process for it can be started),
 * `ERR_UNSUPPORTED`, `ERR_ABORTED`
 */
export async function openVideo(source: VideoSource, options: OpenVideoOptions = {}): Promise<VideoReader> {
  return openDecodedVideo(source, options);
}

interface DecodedVideoOptions extends OpenVideoOptions {
  /** What the clips are resized to: large frames come smaller, so that the result is the same. Default: as stored. */
  resize?: Resize;
}

/**
 * `openVideo` for those who resize its clips, and know how to keep a decoder while they work on them.
 *
 * @param onDecoder told when a decoder was given to the video
 */
export async function openDecodedVideo(
  source: VideoSource,
  options: DecodedVideoOptions = {},
  onDecoder?: () => void,
): Promise<DecodedVideo> {
  try {
    return await open(source, options, onDecoder);
  } catch (error) {
    releaseStream(source);
    throw error;
  }
}

async function open(
  source: VideoSource,
  { signal, pictureRate, untaggedMatrix = 'by-height', resize }: DecodedVideoOptions,
  onDecoder?: () => void,
): Promise<DecodedVideo> {
  if (pictureRate !== undefined && !(Number.isFinite(pictureRate) && pictureRate > 0)) {
    throw invalidArgument('pictureRate', 'a finite number above 0', pictureRate);
  }
  if (!untaggedMatrices.includes(untaggedMatrix)) {
    throw invalidArgument('untaggedMatrix', "'by-height' or 'bt601'", untaggedMatrix);
  }
  throwIfAborted(signal);
  requireDenoPermissions();
  // Taken now, for the order of the calls to be that of the line.
  const rank = takeRank();
  const file = await (pictureRate === undefined ? openSource(source, signal) : openFolder(source));
  const form = { untaggedMatrix, resize: resize ?? null };
  const decoder = new FileDecoder(file, pictureRate ?? null, form, rank);
  try {
    return new DecodedVideo(decoder, await decoder.open(signal, onDecoder));
  } catch (error) {
    await decoder.close();
    throw error;
  }
}
