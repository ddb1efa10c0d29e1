import { basename, dirname } from 'node:path';
import { KinetorchError } from '../../../base/errors';
import type { VideoCollection } from '../../types';
import { collectionOf, type FoundClip } from '../collectionOf';
import { MediaFinder } from '../mediaFinder';
import type { FolderContent } from '../walkFolder';
import type { ListedClip } from './listedClip';
import { nameClasses } from './nameClasses';
import type { List } from './recogniseList';

/**
 * The clips of lists. Of lists of paths, what is not there stays in the collection, for whoever opens it to say so. Of
 * lists of the web's videos much is always gone, or was never fetched: that is counted and left out.
 */
export async function readLists(content: FolderContent, lists: readonly List[]): Promise<VideoCollection> {
  const { root, leftOut } = content;
  const [{ format }] = lists as [List];
  const copies = lists.filter((list, place) => lists.slice(0, place).some((other) => isSame(list, other)));
  const listed = lists.flatMap((list) => {
    if (copies.includes(list)) return [];
    return list.clips.map((clip) => ({ ...clip, split: clip.split ?? list.split }));
  });
  const { labels, nameOf, warnings } = await nameClasses(content, lists, listed);
  const finder = finderOf(content, lists);
  const clips: FoundClip[] = [];
  for (const { names, labels: numbers, split, group, span, where } of listed) {
    const name = names.find(({ path }) => finder.has(path)) ?? names[0];
    if (name === undefined) continue;
    if (format !== 'path-list' && !finder.has(name.path)) {
      leftOut.add('missing', name.path);
      continue;
    }
    const { path, isFrames } = finder.find(name.path);
    const part = name.isWhole && span ? { startSeconds: span.start, endSeconds: span.end } : {};
    clips.push({
      path,
      isFrames,
      labels: numbers.map((label) => nameOf(label, { where })),
      split,
      group,
      where,
      ...part,
    });
  }
  if (clips.length === 0) {
    const name = listed[0]?.names[0]?.path ?? '';
    throw new KinetorchError(
      'ERR_DATASET',
      `expected videos of ${namesOf(lists)} below ${root}, such as ${name}, but found none`,
    );
  }
  finder.nameUnlisted();
  return collectionOf(clips, {
    root,
    format,
    labels,
    leftOut,
    warnings: [
      ...copies.map(({ path }) => `${basename(path)} lists what another list does, and is not read`),
      ...warnings,
      ...finder.warnings,
    ],
  });
}

/** Whether at least one clip of the lists is there. */
export function holdsSome(content: FolderContent, lists: readonly List[]): boolean {
  const finder = finderOf(content, lists);
  return lists.some(({ clips }) => clips.some(({ names }) => names.some(({ path }) => finder.has(path))));
}

function finderOf(content: FolderContent, lists: readonly List[]): MediaFinder {
  const folderOf = ({ names }: ListedClip) => basename(dirname(names[0]?.path ?? ''));
  return new MediaFinder(content, new Set(lists.flatMap(({ clips }) => clips.map(folderOf))));
}

/** The test list that people give PySlowFast is often the validation list. */
function isSame(a: List, b: List): boolean {
  const pathsOf = ({ clips }: List) => JSON.stringify(clips.map(({ names }) => names));
  return a.clips.length === b.clips.length && pathsOf(a) === pathsOf(b);
}

const namesOf = (lists: readonly List[]) => lists.map(({ path }) => basename(path)).join(', ');
