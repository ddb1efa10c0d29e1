import { availableCores } from '../../base/availableCores';
import { loadAhead } from '../../base/loadAhead';
import { parseOptions } from '../../base/validation';
import { openVideo } from '../../video/openVideo';
import { type CheckCollectionOptions, checkCollectionOptions, usualPictureRate } from '../options';
import type { VideoCollection } from '../types';
import { type CheckedFile, type CollectionReport, reportOn } from './collectionReport';

/**
 * Opens every file of a collection, several at once, measures it, brings its first frame, and reports on all of them. A
 * file that cannot be opened or shown is reported, not thrown.
 *
 * @throws KinetorchError `ERR_ABORTED`
 */
export async function checkCollection(
  collection: VideoCollection,
  options: CheckCollectionOptions = {},
): Promise<CollectionReport> {
  const { signal, onProgress } = parseOptions(checkCollectionOptions, options);
  const isFrames = new Map(collection.samples.map((sample) => [sample.path, sample.isFrames]));
  const paths = [...isFrames.keys()];
  const concurrency = Math.max(2, availableCores());
  const check = async (path: string, stopped: AbortSignal) => {
    const video = await openVideo(path, {
      signal: stopped,
      pictureRate: isFrames.get(path) ? usualPictureRate : undefined,
    });
    try {
      // A file may open, and yet hold frames that cannot be shown.
      for await (const _ of video.readClips([{ startSeconds: 0, frames: 1, frameRate: 1 }], { signal: stopped }));
    } finally {
      await video.close();
    }
    return video;
  };
  const files: CheckedFile[] = [];
  for await (const { item: path, value, error } of loadAhead(paths, check, { ahead: 64, concurrency, signal })) {
    files.push({
      path,
      info: value?.info ?? null,
      reason: value ? null : error instanceof Error ? error.message : String(error),
      warnings: value?.warnings ?? [],
    });
    onProgress?.({ done: files.length, total: paths.length });
  }
  return reportOn(collection, files);
}
