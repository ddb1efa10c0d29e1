import { spawnSync } from 'node:child_process';
import { StepError } from '../setup/stepError.mjs';

/** Libraries that every Linux with glibc has: those that the manylinux_2_28 standard allows and we meet. */
const system = /^(ld-linux-[\w-]+|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+))\.so(\.\d+)*$/;

/** What a library or addon asks the dynamic loader for: `{ needed, runPath, versions: { GLIBC: '2.28', … } }`. */
export function readElf(file) {
  const { status, stdout, stderr } = spawnSync('objdump', ['-p', file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new StepError(`✘ objdump (of binutils) cannot read ${file}: ${stderr}`);
  const fields = (name) => [...stdout.matchAll(new RegExp(`^ +${name} +(\\S+)$`, 'gm'))].map(([, value]) => value);
  const versions = {};
  for (const [, library, version] of stdout.matchAll(/ (GLIBC|GLIBCXX|CXXABI)_([\d.]+)$/gm)) {
    if (versions[library] === undefined || isNewer(version, versions[library])) versions[library] = version;
  }
  return { needed: fields('NEEDED'), runPath: [...fields('RPATH'), ...fields('RUNPATH')], versions };
}

/** Whether a library comes with the system, so that it need not be packed. */
export const isOfSystem = (library) => system.test(library);

/** Whether `version` is newer than `other`, both such as `2.28` or `3.4.30`. */
export function isNewer(version, other) {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return false;
}
