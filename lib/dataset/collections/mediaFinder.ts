import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { groupBy } from '../../base/groupBy';
import { looseForm, visibleForm } from '../../base/lookAlikes';
import { named } from './leftOut';
import { isVideoName } from './mediaFiles';
import { type FolderContent, folderOf, nameOf } from './walkFolder';

/** A video or folder of pictures that lies below the root. */
interface Candidate {
  path: string;
  isFrames: boolean;
  /** As {@link partsOf} has it. */
  parts: string[];
}

/** What a listed name stands for. */
export interface FoundMedia {
  /** Absolute. Where nothing was found, the place where it should be. */
  path: string;
  isFrames: boolean;
  isThere: boolean;
}

/**
 * Finds what lists name, wherever their folders lie below the root, and though extension, case or Unicode form differ.
 *
 * @param folders that lists name; a file in one of them is not taken for that of another
 */
export class MediaFinder {
  /** By name, and by the folder and the name, for many may share a name. */
  private readonly byEnd: Map<string, Candidate[]>;
  private readonly folders: Set<string>;
  private readonly used = new Set<string>();
  private readonly renamed: string[] = [];
  private readonly missing: string[] = [];

  constructor(
    private readonly content: FolderContent,
    folders: Iterable<string>,
  ) {
    this.folders = new Set([...folders].map(looseForm));
    const all = [
      ...content.videos.map((path) => ({ path, isFrames: false, parts: partsOf(path) })),
      ...content.pictureFolders.map((path) => ({ path, isFrames: true, parts: partsOf(path) })),
    ];
    const byName = groupBy(all, ({ parts }) => endOf(parts, 1));
    const byFolder = groupBy(
      all.filter(({ parts }) => parts.length > 1),
      ({ parts }) => endOf(parts, 2),
    );
    this.byEnd = new Map([...byName, ...byFolder]);
  }

  find(listed: string): FoundMedia {
    const { root } = this.content;
    const found = this.lookUp(listed);
    if (found !== null) {
      this.used.add(found.path);
      if (!isSameEnd(listed, found.path)) this.renamed.push(`${listed} as ${found.path}`);
      return { path: resolve(root, found.path), isFrames: found.isFrames, isThere: true };
    }
    const path = resolve(root, listed);
    // Lists may name what lies elsewhere.
    const elsewhere = statSync(path, { throwIfNoEntry: false });
    if (elsewhere === undefined) this.missing.push(listed);
    return { path, isFrames: elsewhere?.isDirectory() ?? false, isThere: elsewhere !== undefined };
  }

  /** Whether something of that name is there; `find` then finds it. */
  has(listed: string): boolean {
    return this.lookUp(listed) !== null;
  }

  /** What a person should know of what was looked for. */
  get warnings(): string[] {
    const { renamed, missing } = this;
    return [
      ...(renamed.length > 0 ? [`${renamed.length} found under other names than listed: ${named(renamed)}`] : []),
      ...(missing.length > 0 ? [`${missing.length} listed but not there: ${named(missing)}`] : []),
    ];
  }

  /** Counts what no list named. A folder of pictures beside a video that was named is another form of it. */
  nameUnlisted(): void {
    const { videos, pictureFolders, leftOut } = this.content;
    const names = new Set([...this.used].map((path) => partsOf(path).at(-1)));
    for (const path of [...videos, ...pictureFolders]) {
      if (this.used.has(path)) continue;
      leftOut.add(names.has(partsOf(path).at(-1) as string) ? 'copy' : 'unlisted', path === '' ? '.' : path);
    }
  }

  private lookUp(listed: string): Candidate | null {
    const parts = partsOf(listed);
    const candidates = this.byEnd.get(endOf(parts, 2)) ?? this.byEnd.get(endOf(parts, 1)) ?? [];
    const scored = candidates
      .map((one) => ({ one, score: sharedEnd(one.parts, parts) }))
      .filter(({ one, score }) => score > 1 || parts.length === 1 || this.isElsewhere(one))
      .sort((a, b) => b.score - a.score);
    const best = scored.filter(({ score }) => score === scored[0]?.score).map(({ one }) => one);
    if (best.length < 2) return best[0] ?? null;
    const spelled = best.map((one) => ({ one, degree: spelledAlike(one.path, listed) }));
    return spelled.reduce((a, b) => (b.degree > a.degree ? b : a)).one;
  }

  /** Whether its folder is none that lists speak of, so that it may lie there instead. */
  private isElsewhere({ path }: Candidate): boolean {
    return !this.folders.has(looseForm(nameOf(folderOf(path))));
  }
}

/** The parts of a path in a spelling, the last without a video's extension. */
function partsOf(path: string, formOf = looseForm): string[] {
  const bare = isVideoName(path) ? path.slice(0, path.lastIndexOf('.')) : path;
  return formOf(bare.replaceAll('\\', '/'))
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}

const endOf = (parts: readonly string[], count: number) => parts.slice(-count).join('/');

/** How many parts at the end are the same. */
function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < Math.min(a.length, b.length) && a.at(-1 - count) === b.at(-1 - count)) count++;
  return count;
}

/** How well the spelling of a path, as far as both go, is the listed one: of folders and name first, then of the extension. */
function spelledAlike(found: string, listed: string): number {
  if (isSameEnd(listed, found)) return 3;
  const count = sharedEnd(partsOf(found), partsOf(listed));
  const isAlike = (formOf: (text: string) => string) =>
    sharedEnd(partsOf(found, formOf), partsOf(listed, formOf)) >= count;
  if (isAlike((text) => text)) return 2;
  // The Unicode form of a name depends on the system that made it, and its case does not.
  return isAlike(visibleForm) ? 1 : 0;
}

/** Whether a path is as it is listed, as far as both go; a list may leave the extension out. */
function isSameEnd(listed: string, found: string): boolean {
  const asListed = isVideoName(listed) ? found : found.replace(/\.\w+$/, isVideoName(found) ? '' : '$&');
  const count = sharedEnd(partsOf(found), partsOf(listed));
  const spelled = (path: string) => endOf(path.replaceAll('\\', '/').split('/'), count);
  return spelled(listed) === spelled(asListed);
}
