import { spawnSync } from 'node:child_process';
import { copyFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';
import { readElf } from './elf.mjs';
import { strip } from './strip.mjs';

/**
 * Puts the Highway library that the addon was linked with beside it, where it is a shared one (Debian has no other).
 * lib/native.ts opens what lies there before the addon.
 */
export function packHighway(prebuilds) {
  if (process.platform !== 'linux') return [];
  const { needed } = readElf(inProject('build', 'Release', 'kinetorch.node'));
  const names = needed.filter((name) => /^libhwy\.so/.test(name));
  for (const name of names) {
    const copy = join(prebuilds, name);
    copyFileSync(realpathSync(linkedLibrary(name)), copy);
    strip(copy);
  }
  return names;
}

/** Where the linker found it, which is where the compiler driver tells it to look. */
function linkedLibrary(name) {
  const compiler = process.env.CXX || 'c++';
  const { stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' });
  if (isAbsolute(stdout?.trim() ?? '')) return stdout.trim();
  throw new StepError(`✘ the addon needs ${name}, but ${compiler} does not know where it is`);
}
