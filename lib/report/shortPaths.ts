import { dirname, isAbsolute, sep } from 'node:path';
import { escapeMarkup } from '../base/escapeMarkup';

/**
 * Takes out of a page what a reader elsewhere has no use for, and perhaps should not know: where the data lay on the
 * machine that wrote it. Paths begin with the folder that all of them share.
 */
export function shortPaths(page: string, paths: readonly string[]): string {
  const folders = paths.filter((path) => isAbsolute(path)).map((path) => `${dirname(path)}${sep}`);
  const [first] = folders;
  if (first === undefined) return page;
  let shared = first;
  while (!folders.every((folder) => folder.startsWith(shared))) shared = parentOf(shared);
  const left = parentOf(shared);
  return left.length > 1 ? page.replaceAll(escapeMarkup(left), '') : page;
}

/** `/a/` of `/a/b/`. */
function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf(sep, folder.length - 2) + 1);
}
