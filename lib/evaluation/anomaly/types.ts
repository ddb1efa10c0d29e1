import type { SkippedSample } from '../../dataset/types';
import type { FrameScore } from '../../model/anomaly/frameScores';
import type { Evaluation } from '../types';

/** How well a model tells anomalous frames from normal ones. All of it is JSON. */
export interface AnomalyEvaluation
  extends Pick<Evaluation, 'split' | 'fold' | 'warnings' | 'device' | 'precision' | 'seconds'> {
  formatVersion: 1;
  architecture: string;
  /** Path of the model; null where it was given as an object. */
  model: string | null;
  data: string;
  score: FrameScore;
  /** The label of normal frames. */
  normal: string;
  normalise: 'none' | 'video';
  /** Area under the ROC curve of the frames of all videos together ("micro"). */
  auc: number;
  /** Mean of the areas of those videos that have both kinds of frames ("macro"); null where none has. */
  macroAuc: number | null;
  /** Share of normal frames that are alarms where as large a share of anomalous ones are not. */
  equalErrorRate: number;
  /** At the threshold that was given or fitted, of scores as they are; null where there is none. */
  alarm: { threshold: number; falseAlarms: number; detected: number } | null;
  frames: { normal: number; anomalous: number };
  videos: AnomalousVideo[];
  /** Videos that could not be scored; they count nowhere else. */
  skipped: SkippedSample[];
}

export interface AnomalousVideo {
  path: string;
  frames: { normal: number; anomalous: number };
  /** Null where its frames are of one kind. */
  auc: number | null;
  highestScore: number;
}
