import { ProgressBar } from './progressBar';

/** A bar for options of `onProgress`, with what ends it: how many videos networks have been shown. */
export function readingProgress() {
  const bar = new ProgressBar('  reading {bar} {value}/{total} videos  {eta_formatted}');
  let isStarted = false;
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (isStarted) bar.update(done);
    else bar.start(total, {}, done);
    isStarted = true;
  };
  return { onProgress, clear: () => bar.clear() };
}
