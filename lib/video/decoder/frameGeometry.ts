import type { VideoInfo } from '../types';
import type { Av, Frame, Stream } from './av';
import { type Orientation, orientationOf } from './orientation';
import { type Cropping, uncropped } from './pictureView';

/** How frames are seen, as far as their container says. */
export interface FrameGeometry {
  cropping: Cropping;
  /** Null where each frame says so itself. */
  orientation: Orientation | null;
  /** 0 where the frames say so themselves. */
  sampleAspectRatio: number;
}

/** What the container says does not go for these. */
export const ownGeometry: FrameGeometry = { cropping: uncropped, orientation: null, sampleAspectRatio: 0 };

/** QuickTime's clap, matrix and pasp; Matroska's PixelCrop, projection and display size. */
export function geometryOf(av: Av, { codecpar, sampleAspectRatio }: Stream, frame: Frame): FrameGeometry {
  const matrix = codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX);
  return {
    cropping: croppingOf(codecpar.getCodedSideData(av.AV_PKT_DATA_FRAME_CROPPING), frame),
    orientation: matrix === null ? null : orientationOf(matrix),
    sampleAspectRatio: quotient(sampleAspectRatio),
  };
}

/** Size, rotation and shape of pixels of an upright frame. */
export function uprightInfo(
  frame: Frame,
  { cropping, sampleAspectRatio }: FrameGeometry,
  { rotation, transpose }: Orientation,
): Pick<VideoInfo, 'width' | 'height' | 'rotation' | 'sampleAspectRatio'> {
  const width = frame.width - cropping.left - cropping.right;
  const height = frame.height - cropping.top - cropping.bottom;
  const shape = sampleAspectRatio || quotient(frame.sampleAspectRatio) || 1;
  return transpose
    ? { width: height, height: width, rotation, sampleAspectRatio: 1 / shape }
    : { width, height, rotation, sampleAspectRatio: shape };
}

/** FFmpeg's cropping: four uint32, little endian. One that leaves nothing of the frame is none. */
function croppingOf(data: Uint8Array | null, { width, height }: Frame): Cropping {
  if (data === null || data.length < 16) return uncropped;
  const [top = 0, bottom = 0, left = 0, right = 0] = new Uint32Array(data.slice(0, 16).buffer);
  return top + bottom < height && left + right < width ? { top, bottom, left, right } : uncropped;
}

function quotient({ num, den }: { num: number; den: number }): number {
  return num > 0 && den > 0 ? num / den : 0;
}
