import { dirname, extname, isAbsolute, sep } from 'node:path';
import { escapeMarkup } from '../base/escapeMarkup';

/**
 * Takes out of a page what a reader elsewhere has no use for, and perhaps should not know: where the data lay on the
 * machine that wrote it. Paths begin with the data's own folder, or with what all of them share.
 *
 * @param data the path of a folder or a list of clips; undefined where it was given in another form
 * @param names the clips that the page names
 */
export function shortPaths(page: string, data: string | undefined, names: readonly string[]): string {
  const own = data === undefined ? [] : [extname(data) === '' ? data : dirname(data)];
  const folders = [...own, ...names.map((name) => dirname(name))].filter(isAbsolute).map((path) => `${path}${sep}`);
  const [first] = folders;
  if (first === undefined) return page;
  let shared = first;
  while (!folders.every((folder) => folder.startsWith(shared))) shared = parentOf(shared);
  const left = shared === first ? parentOf(shared) : shared;
  return left.length > 1 ? page.replaceAll(escapeMarkup(left), '') : page;
}

/** `/a/` of `/a/b/`. */
function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf(sep, folder.length - 2) + 1);
}
