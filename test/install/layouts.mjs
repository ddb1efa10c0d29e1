import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './sandbox.mjs';

// Each lays `kinetorch` and its platform package, from tarballs, into an app's node_modules, the way its package manager
// does: flat (npm), one folder a package with links (pnpm), flat again but by another hand (yarn). Installed by name
// from a registry the second would be found by the first's optionalDependencies; from tarballs each manager has to be
// told that it is that one.

/** `packages` are lines of dist-packages/manifest.json with absolute `path`s. */
export const layouts = {
  npm: {
    manifest: (packages) => ({ dependencies: byName(packages) }),
    install: ({ tools: _tools, node: _node, caches, offline, ...where }) =>
      run('npm', ['install', ...quiet, '--cache', join(caches, 'npm'), ...flag(offline)], where),
  },
  pnpm: {
    manifest: ([main, ...others]) => ({
      dependencies: byName([main]),
      pnpm: { overrides: byName(others), onlyBuiltDependencies: [] },
    }),
    install: ({ tools, node, caches, offline, ...where }) => {
      const cli = join(tools, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
      const folders = [`--store-dir=${join(caches, 'pnpm')}`, `--config.cache-dir=${join(caches, 'pnpm-metadata')}`];
      return run(node, [cli, 'install', '--ignore-scripts', ...folders, ...flag(offline)], where);
    },
  },
  yarn: {
    manifest: ([main, ...others]) => ({ dependencies: byName([main]), resolutions: byName(others) }),
    install: ({ tools, node, caches, offline, ...where }) => {
      const cli = join(tools, 'node_modules', 'yarn', 'bin', 'yarn.js');
      const cache = ['--cache-folder', join(caches, 'yarn')];
      return run(node, [cli, 'install', '--ignore-scripts', '--no-lockfile', ...cache, ...flag(offline)], where);
    },
  },
};

const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
const flag = (offline) => (offline ? ['--offline'] : []);
const byName = (packages) => Object.fromEntries(packages.map(({ name, path }) => [name, `file:${path}`]));

/** Makes an app in an empty folder, with a layout's package.json. */
export function makeApp(folder, layout, packages) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'app', version: '1.0.0', private: true, ...layouts[layout].manifest(packages) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}
