import { basename } from 'node:path';
import type { SplitName } from '../../types';
import { splitOfList } from '../splitNames';
import type { ListedClip, ListFormat } from './listedClip';
import { isPathList, parsePathList } from './pathList';
import { readJsonList, readList } from './readList';
import { isKineticsCsv, parseKineticsCsv, parseSegments, segmentVideos } from './segments';
import { isSomethingSomething, parseSomethingSomething } from './somethingSomething';

/** A list of clips. */
export interface List {
  /** Absolute. */
  path: string;
  format: ListFormat;
  /** That its name speaks of. */
  split: SplitName | null;
  clips: readonly ListedClip[];
}

/** Reads a list in whatever format it is; null where it is in none that is known. */
export async function recogniseList(path: string): Promise<List | null> {
  const file = basename(path);
  const list = (format: ListFormat, clips: readonly ListedClip[]) => ({
    path,
    format,
    split: splitOfList(file),
    clips,
  });
  if (/\.json$/i.test(path)) {
    const json = await readJsonList(path);
    if (isSomethingSomething(json)) return list('something-something', parseSomethingSomething(json, file));
    const videos = segmentVideos(json);
    return videos && list('activitynet', parseSegments(videos, file));
  }
  const text = await readList(path);
  if (isKineticsCsv(text)) return list('kinetics', parseKineticsCsv(text, file));
  return isPathList(text) ? list('path-list', parsePathList(text, file)) : null;
}
