import { existsSync, rmSync } from 'node:fs';
import { inProject } from './project.mjs';
import { announce, runStep } from './runStep.mjs';
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const sources = ['lib', 'binding.d.ts', 'tsconfig.json', 'tsconfig.build.json', 'node_modules/typescript/package.json'];

/** Compiles lib/ to dist/ where a source has changed. Returns whether it did anything. */
export async function buildTypeScript() {
  const hash = hashOf(sources);
  if (readStamp('typescript')?.hash === hash && existsSync(inProject('dist', 'native.js'))) return false;
  announce('compiling TypeScript');
  removeStamp('typescript');
  // What was compiled from a file that is gone must go too.
  rmSync(inProject('dist'), { recursive: true, force: true });
  const tsc = inProject('node_modules', 'typescript', 'bin', 'tsc');
  await runStep('typescript', process.execPath, [tsc, '-p', 'tsconfig.build.json', '--pretty', 'false']);
  writeStamp('typescript', { hash });
  return true;
}
