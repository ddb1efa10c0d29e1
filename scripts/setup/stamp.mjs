import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inProject, root } from './project.mjs';

// Stamps tell what a step last ran on. They hold contents' hashes, not times: `git checkout` touches times, and the
// project's own sources are small enough to read at every start (some milliseconds).

/** SHA-256 over names and contents of files and of all files below folders; what doesn't exist counts as empty. */
export function hashOf(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of paths.flatMap((path) => filesBelow(inProject(path)))) {
    const content = readFileSync(file);
    hash.update(`\0${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** What the named step noted when it last succeeded; null where it never did. */
export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(stampFile(name), 'utf8'));
  } catch {
    return null;
  }
}

export function writeStamp(name, value) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), `${JSON.stringify(value)}\n`);
}

/** Before a step begins: should it be interrupted, the next run must not take its half-made output for whole. */
export function removeStamp(name) {
  rmSync(stampFile(name), { force: true });
}

function stampFile(name) {
  return inProject('build', 'stamps', `${name}.json`);
}

function filesBelow(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
