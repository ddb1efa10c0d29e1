import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { inProject } from '../setup/project.mjs';

const prebuildify = promisify(createRequire(import.meta.url)('prebuildify'));

/** The bootstrap addon opens LibTorch; then the other can be required (docs/architecture.md). */
const addons = ['kinetorch', 'kinetorch_bootstrap'];

/** Puts the two addons, stripped, into `prebuilds/<platform>-<arch>/` of a package. */
export async function prebuildAddons(folder) {
  const shim = inProject('scripts', 'package', 'nodeGyp.mjs');
  for (const name of addons) {
    const cwd = inProject('build', 'prebuild', name);
    mkdirSync(cwd, { recursive: true });
    await prebuildify({
      name,
      napi: true,
      strip: true,
      quiet: true,
      cwd,
      out: folder,
      // On Windows a script is started by a shell, which has to be told with what.
      nodeGyp: process.platform === 'win32' ? `node "${shim}"` : shim,
    });
  }
}
