// Checks the rules of native/ (docs/architecture.md):
//   1. rooms: binding → engine, training, quantisation → network, explanation → model, augmentation → architectures,
//      preprocessing, kernels → simd, formats → runtime, never upward nor sideways; cuda → runtime alone, and none includes
//      it, as it is a library of its own; bootstrap → sandbox, which stand alone. Within network: passes → operators; what lies in kernels' folders, a kind of
//      elements each, stays apart. A room's own files and those of its rooms may include each other;
//   2. napi.h is included in binding/ and bootstrap/ only;
//   3. no file of binding/, bootstrap/, formats/, kernels/, sandbox/ and simd/ includes LibTorch's headers, not even through the project's own.
// Prints every breach and exits with 1 where there is one.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const levels = [
  ['runtime'],
  ['simd', 'formats'],
  ['architectures', 'preprocessing', 'kernels'],
  ['augmentation', 'model'],
  ['network', 'explanation'],
  ['engine', 'training', 'quantisation'],
  ['binding'],
];
// Rooms within rooms, likewise; those of different rooms never meet.
const innerLevels = [['kernels/float32', 'kernels/int8', 'network/operators'], ['network/passes']];
// Libraries of their own, which no other room includes, and the one room that each includes.
const apart = { cuda: 'runtime', bootstrap: 'sandbox' };
const withoutTorch = ['binding', 'bootstrap', 'formats', 'kernels', 'sandbox', 'simd'];
const withNodeApi = ['binding', 'bootstrap'];
const torchHeader = /^(torch|ATen|c10|caffe2)\//;

// Another tree may be named, for the tests of this script.
const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const native = join(root, 'native');
const levelOf = levelsOf(levels);
const innerLevelOf = levelsOf(innerLevels);
const breaches = [];

const files = readdirSync(native, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(h|cpp|cuh|cu)$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
  .sort();

for (const file of files) {
  const room = roomOf(file);
  for (const { header, line } of includesOf(file)) {
    const at = `${file}:${line}`;
    if (header === 'napi.h' && !withNodeApi.includes(room)) breaches.push(`${at} includes napi.h outside binding/`);
    const target = resolve(file, header);
    if (target === null) continue;
    checkRoom(at, room, roomOf(target));
    checkInnerRoom(at, file, target);
  }
  if (withoutTorch.includes(room)) {
    const path = pathToTorch(file, new Set());
    if (path !== null) breaches.push(`${room}/ sees LibTorch: ${[file, ...path].join(' → ')}`);
  }
}

for (const breach of breaches) console.error(`✘ ${breach}`);
console.log(`native rules: ${files.length} files, ${breaches.length} breaches`);
process.exitCode = breaches.length > 0 ? 1 : 0;

function checkRoom(at, from, to) {
  if (from === to || from === null || to === null) return;
  if (apart[from] === to) return;
  checkLevels(at, from, to, levelOf);
}

/** The same for two rooms within one. */
function checkInnerRoom(at, file, target) {
  const [[outer, from], [otherOuter, to]] = [file, target].map((path) => path.split('/').slice(1, -1));
  if (outer !== otherOuter || from === undefined || to === undefined || from === to) return;
  checkLevels(at, `${outer}/${from}`, `${outer}/${to}`, innerLevelOf);
}

function levelsOf(levels) {
  return new Map(levels.flatMap((rooms, level) => rooms.map((room) => [room, level])));
}

function checkLevels(at, from, to, levelOf) {
  const [fromLevel, toLevel] = [levelOf.get(from), levelOf.get(to)];
  if (fromLevel === undefined || toLevel === undefined) breaches.push(`${at}: ${from}/ must not include ${to}/`);
  else if (toLevel > fromLevel) breaches.push(`${at}: ${from}/ is below ${to}/ and must not include it`);
  else if (toLevel === fromLevel) breaches.push(`${at}: ${from}/ is beside ${to}/ and must not include it`);
}

/** The room a file lies in; null for a file of native/ itself, such as the precompiled header. */
function roomOf(file) {
  const parts = file.split('/');
  return parts.length > 2 ? parts[1] : null;
}

function includesOf(file) {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const header = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/.exec(text)?.[1];
      return header === undefined ? [] : [{ header, line: index + 1 }];
    });
}

/** A header's file in this project, or null where it is another's. */
function resolve(file, header) {
  const candidates = [header, join(dirname(file), header).replaceAll('\\', '/')];
  return candidates.find((path) => path.startsWith('native/') && existsSync(join(root, path))) ?? null;
}

/** The chain of headers through which a file comes to include LibTorch, or null. */
function pathToTorch(file, seen) {
  if (seen.has(file)) return null;
  seen.add(file);
  for (const { header } of includesOf(file)) {
    if (torchHeader.test(header)) return [header];
    const target = resolve(file, header);
    const rest = target === null ? null : pathToTorch(target, seen);
    if (rest !== null) return [target, ...rest];
  }
  return null;
}
