import type { CallOptions } from '../../base/schemas';
import type { Clip, CropPosition, RgbClip, Tensor } from '../../clip/types';
import type { VideoInfo } from '../../video/types';
import type { VideoHost } from '../workOnVideo';
import type { AlarmSegment } from './alarmSegments';
import type { ErrorMap } from './errorMap';
import type { FittedAlarm } from './fittedAlarm';
import type { FrameScore } from './frameScores';

/** A clip as a network with a decoder gives it back. */
export interface ReconstructedClip {
  /** T×H×W×3 of the model's input size. */
  clip: RgbClip;
  /** What it is to be: the clip as the network was given it, resized and cropped. */
  original: RgbClip;
  /** Peak signal-to-noise ratio of each frame, in dB; Infinity where it is the same to the bit. */
  psnr: number[];
  /** How far each pixel is off. */
  errors: ErrorMap;
}

/** How strange each frame of a video is. */
export interface AnomalyTimeline {
  score: FrameScore;
  /** Of the frames at 0, 1 / frameRate, 2 / frameRate, … seconds; the higher, the stranger. */
  scores: number[];
  /** Frames per second: the model's. */
  frameRate: number;
  /** Null where none was given and the model has none for this score; there are then no segments. */
  threshold: number | null;
  /** Where frames score above the threshold. */
  segments: AlarmSegment[];
  video: VideoInfo;
  /** For example that the file was cut short; empty when all went well. */
  warnings: string[];
}

/** All that scoring a video needs of a model: {@link VideoModel} is one. */
export interface ClipReconstructor extends VideoHost {
  /** As it was fitted, where it was. */
  readonly alarm?: FittedAlarm;
  /** Both 3×T×H×W and normalised. Where the model has no room for another clip, it waits for it. */
  reconstruct(
    clip: Clip,
    options: CallOptions & { crop: CropPosition },
  ): Promise<{ target: Tensor; reconstruction: Tensor }>;
}
