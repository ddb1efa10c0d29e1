import type { SlideWindows, VideoReader } from '../video/types';
import type { CutClip } from './classifyClips';
import type { SharedWindow } from './sharedWindow';

/** The clips of some windows of a video, in their order. */
export async function* readWindows(
  video: VideoReader,
  windows: readonly SharedWindow[],
  signal: AbortSignal,
): AsyncGenerator<CutClip, void> {
  const shared = windows.values();
  const clips = video.readClips(
    windows.map(({ window }) => window),
    { signal },
  );
  for await (const clip of clips) yield { ...clip, picks: shared.next().value?.picks };
}

/** The clips of a window that slides over a video. */
export async function* slideOver(
  video: VideoReader,
  { slide, picks }: { slide: SlideWindows; picks: SharedWindow['picks'] },
  signal: AbortSignal,
): AsyncGenerator<CutClip, void> {
  for await (const clip of video.slide({ ...slide, signal })) yield { ...clip, picks };
}
