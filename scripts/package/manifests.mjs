import { readFileSync } from 'node:fs';
import { inProject } from '../setup/project.mjs';
import { carriedImports, ffmpegPackages } from './carryNodeAv.mjs';
import { packageName, platform, platforms } from './platforms.mjs';
import { missingFields } from './releaseProblems.mjs';

// package.json of the checkout is where versions are written; the manifests of what is published are made from it.

const source = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));

/** Fields that every package shows; package.json of the checkout is the one place where they are filled. */
const shared = {
  version: source.version,
  license: source.license,
  author: source.author,
  repository: source.repository,
  homepage: source.homepage,
  bugs: source.bugs,
  engines: source.engines,
};

/** What of the checkout is published in `kinetorch`; npm adds README.md and LICENSE by itself, whatever `files` says. */
export const filesOfCheckout = [...source.files, 'README.md', 'LICENSE'];

/** What a release needs of package.json and is not filled yet. */
export const unfilled = missingFields(source);

/** The release that is being packed. */
export const release = source.version;

/**
 * `kinetorch`: the checkout's manifest without what only developers need, with node-av's files in place of node-av, and
 * with the platforms' packages. Of ours only those that are published along with it may be named: yarn fails on one that
 * does not exist, optional or not.
 */
export function mainManifest(published) {
  const { private: _private, scripts: _scripts, devDependencies: _devDependencies, binary: _binary, ...kept } = source;
  const ours = Object.fromEntries(published.map((name) => [packageName(name), release]));
  // The shipped model and the decoder process are opened by path: yarn must not keep them in a zip.
  return {
    ...kept,
    // The code and the weights; node-av's files in vendor/ (NOTICE).
    license: 'Apache-2.0 AND MIT',
    files: [...kept.files, 'vendor'],
    imports: carriedImports,
    preferUnplugged: true,
    optionalDependencies: { ...ours, ...ffmpegPackages(published) },
  };
}

/** `@kinetorch/<platform>-<arch>` of this machine. */
export function platformManifest() {
  const { os, cpu, libc } = platforms[platform];
  return {
    name: packageName(),
    description: `Kinetorch's native addon and the CPU build of LibTorch ${source.libtorch} for ${platform}`,
    ...shared,
    license: 'Apache-2.0 AND BSD-3-Clause AND LicenseRef-Intel-Simplified AND GPL-3.0-only WITH GCC-exception-3.1',
    os,
    cpu,
    ...(libc ? { libc } : {}),
    files: ['prebuilds', 'libtorch', 'licenses', 'NOTICE'],
    // Libraries are opened by path: yarn must not keep them in a zip.
    preferUnplugged: true,
  };
}
