import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from '../setup/stepError.mjs';
import { tarballs } from './folders.mjs';
import { runNpm } from './runNpm.mjs';

/**
 * Packs a staged package into the folder `target` and returns its line of the manifest. Throws a StepError where it is larger
 * than `limitMegabytes` or holds what makes an installation run something.
 */
export function packFolder(folder, limitMegabytes, target = tarballs) {
  const [packed] = JSON.parse(runNpm(['pack', '--json', '--ignore-scripts', '--pack-destination', target], folder));
  const file = join(target, packed.filename);
  const problems = runsAtInstall(folder, packed);
  const limit = limitMegabytes * 1e6;
  if (packed.size > limit) {
    problems.push(`it has ${(packed.size / 1e6).toFixed(1)} MB packed, ${limitMegabytes} MB are allowed`);
  }
  if (problems.length > 0) {
    rmSync(file);
    throw new StepError(problems.map((problem) => `✘ ${packed.name}: ${problem}`).join('\n'));
  }
  return {
    name: packed.name,
    version: packed.version,
    file: packed.filename,
    files: packed.entryCount,
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    limitBytes: limit,
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
  };
}

/** npm runs install scripts, and node-gyp where it sees a .gyp file; both fail on machines without a compiler. */
function runsAtInstall(folder, packed) {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const hooks = Object.keys(scripts).filter((name) => /install|prepare|^prepack$/.test(name));
  const gyp = packed.files.map(({ path }) => path).filter((path) => /\.gypi?$/.test(path));
  return [...hooks.map((name) => `it has a script "${name}"`), ...gyp.map((path) => `it holds ${path}`)];
}
