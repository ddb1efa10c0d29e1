import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { carryNodeAv } from './carryNodeAv.mjs';
import { declarationsBelow, reachedDeclarations } from './declarations.mjs';
import { stagedMain } from './folders.mjs';
import { filesOfCheckout, mainManifest } from './manifests.mjs';

/**
 * Puts `kinetorch` together, as it is published: the TypeScript build, types, the shipped model, no native code.
 *
 * @param published the platforms whose packages are published with it
 */
export function stageMain(published) {
  rmSync(stagedMain, { recursive: true, force: true });
  mkdirSync(stagedMain, { recursive: true });
  for (const name of filesOfCheckout) cpSync(inProject(name), join(stagedMain, name), { recursive: true });
  removeInnerDeclarations(join(stagedMain, 'dist'));
  carryNodeAv(stagedMain);
  writeFileSync(join(stagedMain, 'package.json'), `${JSON.stringify(mainManifest(published), null, 2)}\n`);
}

/** Most types are the library's own affair, or the command line's: nobody's program can import them. */
function removeInnerDeclarations(dist) {
  const entries = ['index', 'server/index'].flatMap((name) => [`${name}.d.ts`, `${name}.d.mts`]);
  const reached = reachedDeclarations(entries.map((name) => join(dist, name)));
  for (const file of declarationsBelow(dist)) if (!reached.has(file)) rmSync(file);
}
