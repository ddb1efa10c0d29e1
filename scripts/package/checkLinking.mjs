import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';
import { isNewer, isOfSystem, readElf } from './elf.mjs';

/** The newest that a package may ask for. glibc's is what the message for older systems says; the others are GCC 8's. */
const newest = { GLIBC: glibcRequired(), GLIBCXX: '3.4.25', CXXABI: '1.3.11' };

/** What the user's CUDA build of LibTorch brings; only the CUDA library, which is opened beside it, may ask for it. */
const ofCudaBuild = /^lib(torch_cuda|c10_cuda|cudart)\.so/;

/**
 * Checks every binary of a Linux package: it finds all it needs in the package or on any system from `newest` on, and
 * asks for no folder of the machine it was built on. Throws a StepError with every difference; returns a line that says
 * what is needed.
 */
export function checkLinking(folder) {
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => /\.(node|so(\.\d+)*)$/.test(name))
    .map((name) => join(folder, name));
  const packed = new Set(files.map((file) => basename(file)));
  const problems = [];
  const highest = {};
  for (const file of files) {
    const { needed, runPath, versions } = readElf(file);
    const ofUser = (library) => basename(file) === 'libkinetorch_cuda.so' && ofCudaBuild.test(library);
    for (const library of needed) {
      if (!packed.has(library) && !isOfSystem(library) && !ofUser(library))
        problems.push(`${file} needs ${library}, which is not packed`);
    }
    for (const path of runPath) if (!path.startsWith('$ORIGIN')) problems.push(`${file} looks into ${path}`);
    for (const [library, version] of Object.entries(versions)) {
      if (isNewer(version, newest[library])) {
        problems.push(
          `${file} needs ${library}_${version}, allowed is ${newest[library]} (objdump -T tells the symbol)`,
        );
      }
      if (highest[library] === undefined || isNewer(version, highest[library])) highest[library] = version;
    }
  }
  if (problems.length > 0) throw new StepError(problems.map((problem) => `✘ ${problem}`).join('\n'));
  return Object.entries(highest)
    .map(([library, version]) => `${library}_${version}`)
    .join(', ');
}

function glibcRequired() {
  const text = readFileSync(inProject('lib', 'libtorch', 'find', 'cLibrary.ts'), 'utf8');
  return /glibcRequired = '([\d.]+)'/.exec(text)[1];
}
