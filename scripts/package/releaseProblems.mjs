import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { platforms } from './platforms.mjs';

/** What every package shows, and where the checkout's package.json, the one place for it, is to be filled. */
const shown = {
  repository: ({ repository }) => repository?.url,
  homepage: ({ homepage }) => homepage,
  bugs: ({ bugs }) => bugs?.url,
};

/** Fields of package.json that a release needs and that are not filled yet. */
export const missingFields = (manifest) => Object.keys(shown).filter((name) => !shown[name](manifest));

/**
 * What speaks against publishing, a line each.
 *
 * @param manifest of the checkout
 * @param repository `owner/name` of the repository that publishes, which provenance compares with package.json's
 * @param tag for which it is published
 * @param tarballs paths of platforms' packages
 */
export function releaseProblems(manifest, { repository, tag, tarballs = [] }) {
  const url = shown.repository(manifest) ?? '';
  return [
    ...missingFields(manifest).map((name) => `package.json has no "${name}", which every package shows`),
    ...(repository && url !== '' && !url.replace(/\.git$/, '').endsWith(`github.com/${repository}`)
      ? [`package.json's "repository" is ${url}, but ${repository} publishes: npm would refuse the provenance`]
      : []),
    ...(tag && tag !== `v${manifest.version}` ? [`the tag is ${tag}, but package.json has v${manifest.version}`] : []),
    ...tarballs.filter(lacksCudaLibrary).map((path) => `${path} has no libkinetorch_cuda.so: nvcc was not found`),
  ];
}

function lacksCudaLibrary(tarball) {
  const name = Object.keys(platforms).find((platform) => basename(tarball).startsWith(`kinetorch-${platform}-`));
  if (!platforms[name]?.cuda) return false;
  const { stdout } = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  return !stdout.includes(`/prebuilds/${name}/libkinetorch_cuda.so\n`);
}
