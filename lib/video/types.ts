/** What a video file says of itself. Sizes are after rotation, as a viewer sees them. */
export interface VideoInfo {
  path: string;
  container: string;
  codec: string;
  width: number;
  height: number;
  /** Clockwise degrees by which the stored picture was turned to stand upright: 0, 90, 180 or 270. */
  rotation: number;
  /** Null where the container doesn't say and the file was not read to its end. */
  durationSeconds: number | null;
  /** Average frames per second; null where unknown. */
  frameRate: number | null;
}

/** A clip to be cut from a video: `frames` instants, evenly `1 / frameRate` apart, from `startSeconds`. */
export interface ClipWindow {
  startSeconds: number;
  frames: number;
  frameRate: number;
}

/** Decoded frames, uint8 T×H×W×3 RGB. At each instant the frame that a viewer would see then. */
export interface VideoClip {
  data: Uint8Array;
  frames: number;
  height: number;
  width: number;
  startSeconds: number;
  endSeconds: number;
}
