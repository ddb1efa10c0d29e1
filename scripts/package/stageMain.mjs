import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { stagedMain } from './folders.mjs';
import { mainManifest } from './manifests.mjs';

/** What npm adds to a package by itself, whatever `files` says. */
const always = ['README.md', 'LICENSE'];

/**
 * Puts `kinetorch` together, as it is published: the TypeScript build, types, the shipped model, no native code.
 *
 * @param published the platforms whose packages are published with it
 */
export function stageMain(published) {
  const manifest = mainManifest(published);
  rmSync(stagedMain, { recursive: true, force: true });
  mkdirSync(stagedMain, { recursive: true });
  for (const name of [...manifest.files, ...always]) {
    cpSync(inProject(name), join(stagedMain, name), { recursive: true });
  }
  writeFileSync(join(stagedMain, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
