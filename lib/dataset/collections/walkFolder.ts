import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { isHidden } from '../../base/hiddenFiles';
import { LeftOutCounter } from './leftOut';
import { isPictureName, isVideoName } from './mediaFiles';

/** What lies below a folder; paths are relative to it, with `/`, in alphabetical order. */
export interface FolderContent {
  root: string;
  videos: string[];
  /** Folders that hold pictures. */
  pictureFolders: string[];
  /** Other files, such as lists. */
  others: string[];
  /** All of them, the root ('') too. */
  folders: string[];
  /** What is none of these, and why. Readers add what they do not take. */
  leftOut: LeftOutCounter;
}

/**
 * Lists all files below a folder. Links are followed, once: what they lead to may be read elsewhere, or be a folder that
 * they lie in.
 */
export async function walkFolder(root: string): Promise<FolderContent> {
  const walk = new Walk(root);
  await walk.folder('', await realpath(root));
  // Only then: a folder is read under its own name rather than a link's.
  await walk.links();
  const { videos, pictureFolders, others, folders, leftOut } = walk;
  const sorted = (paths: Iterable<string>) => [...paths].sort();
  return {
    root,
    videos: sorted(videos),
    pictureFolders: sorted(pictureFolders),
    others: sorted(others),
    folders: sorted(folders),
    leftOut,
  };
}

/** As {@link walkFolder}, of the files directly in a folder whose lists name everything by paths. */
export async function unseenFolder(root: string): Promise<FolderContent> {
  const others = await readdir(root);
  return { root, videos: [], pictureFolders: [], others, folders: [], leftOut: new LeftOutCounter() };
}

class Walk {
  readonly videos: string[] = [];
  readonly pictureFolders = new Set<string>();
  readonly others: string[] = [];
  readonly folders: string[] = [];
  readonly leftOut = new LeftOutCounter();
  private readonly pending: string[] = [];
  /** Real paths of all that was read. */
  private readonly seen = new Set<string>();

  constructor(private readonly root: string) {}

  async folder(path: string, real: string): Promise<void> {
    this.seen.add(real);
    const entries = await this.read(path);
    if (entries === null) return;
    this.folders.push(path);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = path === '' ? entry.name : `${path}/${entry.name}`;
      const realAt = join(real, entry.name);
      if (isHidden(entry.name)) this.leftOut.add('hidden', at);
      else if (entry.isSymbolicLink()) this.pending.push(at);
      else if (entry.isDirectory()) await this.folder(at, realAt);
      else if (entry.isFile()) this.file(at, realAt);
      else this.leftOut.add('special', at);
    }
  }

  /** Also those that lie where links lead. */
  async links(): Promise<void> {
    // Grows meanwhile.
    for (const link of this.pending) {
      const path = join(this.root, link);
      const [real, found] = await Promise.all([realpath(path), stat(path)]).catch(() => [null, null]);
      if (real === null || found === null) this.leftOut.add('broken', link);
      else if (this.seen.has(real)) this.leftOut.add('twice', link);
      else if (found.isDirectory()) await this.folder(link, real);
      else if (found.isFile()) this.file(link, real);
      else this.leftOut.add('special', link);
    }
  }

  private file(path: string, real: string): void {
    this.seen.add(real);
    if (isVideoName(path)) this.videos.push(path);
    else if (isPictureName(path)) this.pictureFolders.add(folderOf(path));
    else this.others.push(path);
  }

  private async read(path: string): Promise<Dirent[] | null> {
    try {
      return await readdir(join(this.root, path), { withFileTypes: true });
    } catch (error) {
      const reason = (error as Error).message;
      if (path === '')
        throw new KinetorchError('ERR_FILE_ACCESS', `cannot read ${this.root}: ${reason}`, { cause: error });
      this.leftOut.add('unreadable', path);
      return null;
    }
  }
}

/** The folder of a path with `/`; '' at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last part of a path with `/`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
