/** A part of a video whose frames all score above the threshold. */
export interface AlarmSegment {
  startSeconds: number;
  endSeconds: number;
  /** The highest score in it, and the instant of that frame. */
  peakScore: number;
  peakSeconds: number;
}

/** Runs of frames, `1 / frameRate` seconds each from 0 on, that score above the threshold. */
export function alarmSegments(scores: readonly number[], threshold: number, frameRate: number): AlarmSegment[] {
  const segments: AlarmSegment[] = [];
  let open: AlarmSegment | null = null;
  scores.forEach((score, frame) => {
    if (score <= threshold) {
      open = null;
      return;
    }
    const seconds = frame / frameRate;
    if (open === null) {
      open = { startSeconds: seconds, endSeconds: seconds, peakScore: score, peakSeconds: seconds };
      segments.push(open);
    }
    open.endSeconds = (frame + 1) / frameRate;
    if (score > open.peakScore) Object.assign(open, { peakScore: score, peakSeconds: seconds });
  });
  return segments;
}
