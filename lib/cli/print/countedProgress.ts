import { ProgressBar } from './progressBar';

/** How many videos networks have been shown. */
export const readingVideos = '  reading {bar} {value}/{total} videos  {eta_formatted}';

/** A bar for `onProgress`, which begins with the first that is done; and what takes it away. */
export function countedProgress(format: string) {
  const bar = new ProgressBar(format);
  let isStarted = false;
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (isStarted) bar.update(done);
    else bar.start(total, {}, done);
    isStarted = true;
  };
  return { onProgress, clear: () => bar.clear() };
}
