import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installDependencies } from '../setup/dependencies.mjs';
import { provideLibTorch } from '../setup/libtorch.mjs';
import { buildNative } from '../setup/native.mjs';
import { inProject } from '../setup/project.mjs';
import { announce } from '../setup/runStep.mjs';
import { StepError } from '../setup/stepError.mjs';
import { buildTypeScript } from '../setup/typescript.mjs';
import { checkLinking } from './checkLinking.mjs';
import { stagedPlatform } from './folders.mjs';
import { platformManifest } from './manifests.mjs';
import { packCudaLibrary } from './packCudaLibrary.mjs';
import { packHighway } from './packHighway.mjs';
import { packLibTorch } from './packLibTorch.mjs';
import { packageName, platform, platforms } from './platforms.mjs';
import { prebuildAddons } from './prebuiltAddons.mjs';

const require = createRequire(import.meta.url);

/**
 * Builds the addon and puts it together with LibTorch as this platform's package, unpacked, in
 * build/packages/<platform>-<arch>.
 */
export async function prebuild() {
  if (platforms[platform] === undefined) {
    throw new StepError(`✘ no package is made for ${platform}; needed: ${Object.keys(platforms).join(', ')}`);
  }
  await installDependencies();
  await buildTypeScript();
  const libtorch = await provideLibTorch();
  checkBuild(libtorch);
  await buildNative(libtorch, { tests: false });

  announce(`putting ${packageName()} together`);
  rmSync(stagedPlatform, { recursive: true, force: true });
  mkdirSync(stagedPlatform, { recursive: true });
  await prebuildAddons(stagedPlatform);
  const prebuilds = join(stagedPlatform, 'prebuilds', platform);
  const beside = [...packHighway(prebuilds), ...(await packCudaLibrary(prebuilds))];
  const libraries = packLibTorch(libtorch, stagedPlatform);
  writeFileSync(join(stagedPlatform, 'package.json'), `${JSON.stringify(platformManifest(), null, 2)}\n`);
  writeFileSync(join(stagedPlatform, 'README.md'), readme());
  for (const name of ['LICENSE', 'NOTICE']) copyFileSync(inProject(name), join(stagedPlatform, name));
  console.error(`  beside the addon: ${beside.join(', ') || 'nothing'}; of LibTorch: ${libraries.join(', ')}`);
  if (process.platform === 'linux') console.error(`  needs at most ${checkLinking(stagedPlatform)}`);
}

/** What is published is the pinned version for CPUs, whatever a developer builds against. */
function checkBuild({ path, version }) {
  const { pinnedVersion } = require(inProject('dist', 'base', 'version.js'));
  const { cudaLibraries } = require(inProject('dist', 'libtorch', 'find', 'libraries.js'));
  if (version.split('+')[0] !== pinnedVersion() || cudaLibraries(path).length > 0) {
    throw new StepError(
      `✘ found LibTorch ${version} at ${path}, needed the CPU build of ${pinnedVersion()}\n  unset LIBTORCH, then npm run prebuild`,
    );
  }
}

function readme() {
  return `# ${packageName()}

The native addon of [kinetorch](https://www.npmjs.com/package/kinetorch) and LibTorch's CPU build for ${platform}. It is
installed with \`npm install kinetorch\`; nothing is to be done with it by hand. Licences of all parts: \`licenses/\`.
`;
}
