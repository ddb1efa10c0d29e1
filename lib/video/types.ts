import type { RgbClip } from '../clip/types';
import type { UntaggedMatrix } from './untaggedMatrix';

/** How a decoder hands over frames. */
export interface FrameForm {
  untaggedMatrix: UntaggedMatrix;
  /** What their reader resizes them to, so that no larger ones need be sent; null: they are wanted as stored. */
  resize: Resize | null;
}

/** A bilinear resize. */
export interface Resize {
  /** `[height, width]` in pixels, or `[shortSide]`. */
  size: readonly number[];
  antialias: boolean;
}

/** Pixels of frames as they are handed over. */
export interface FrameSize {
  height: number;
  width: number;
}

/** What a video file says of itself. Sizes are after rotation, as a viewer sees them. */
export interface VideoInfo {
  /** As it was given; `<buffer>`, `<stream>` and the like for what has none. */
  path: string;
  container: string;
  codec: string;
  /** Pixels as stored, less what the container crops; they are not stretched where they are not square. */
  width: number;
  height: number;
  /** Width of a pixel by its height, as a viewer sees it. 1, square, where the file says nothing. */
  sampleAspectRatio: number;
  /** Clockwise degrees by which the stored picture was turned to stand upright: 0, 90, 180 or 270. */
  rotation: number;
  /** End of the last frame, measured in the file and not taken from its header. */
  durationSeconds: number;
  /** Average frames per second; null where unknown. */
  frameRate: number | null;
}

/** A clip to be cut from a video: `frames` instants, evenly `1 / frameRate` apart, from `startSeconds`. */
export interface ClipWindow extends WindowFrames {
  startSeconds: number;
}

/** Windows of `frames` instants, `1 / frameRate` apart, one every `strideSeconds` from the start of the video. */
export interface SlideWindows extends WindowFrames {
  strideSeconds: number;
}

/** The frames of a window, which lasts `frames / frameRate` seconds. */
export interface WindowFrames {
  frames: number;
  frameRate: number;
  /** Where they are not evenly apart: the instant of each, in seconds from the window's start, none before another. */
  offsets?: readonly number[];
}

/** A picture as it comes from a camera, a canvas or a decoder of one's own. */
export interface TimedPicture {
  /** 8 bits a channel, row-major: `height * width * 3` bytes of RGB, or `height * width * 4` of RGBA, whose A is not used. */
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  /** When it appears, by any clock that does not run backwards. */
  timeSeconds: number;
}

/** Decoded frames: at each instant the one that a viewer would see then. */
export interface VideoClip extends RgbClip {
  startSeconds: number;
  /** Start plus frames / frameRate, or the end of the video where that comes first. */
  endSeconds: number;
  /** For how much of the clip there is no video, so that its last frame is repeated, or its first: frames / frameRate. */
  paddedSeconds: number;
}

/**
 * An open video, decoded in a process of its own. It serves one iteration at a time; leaving an iteration early stops
 * the decoder.
 */
export interface VideoReader extends AsyncDisposable {
  readonly info: VideoInfo;
  /** What is wrong with the file though it could be read, for example that it was cut short; grows while it is read. */
  readonly warnings: readonly string[];
  /**
   * Cuts clips in the order given, seeking where a window is far away. An instant before the first frame shows the
   * first, one past the end the last.
   */
  readClips(windows: readonly ClipWindow[], options?: { signal?: AbortSignal }): AsyncIterable<VideoClip>;
  /**
   * Slides a window over the whole video, decoding each frame once. The last window may be partial, its tail filled
   * with the last frame, as long as the video fills half of it and it shows a frame that the window before it did not.
   * The first window is there however short the video is.
   */
  slide(options: SlideWindows & { signal?: AbortSignal }): AsyncIterable<VideoClip>;
  /** Idempotent. An iteration under way ends with `ERR_DISPOSED`. */
  close(): Promise<void>;
}
