import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './sandbox.mjs';

// Each lays `kinetorch` and what it depends on into an app's node_modules, the way its package manager does: flat (npm), one
// folder a package with links (pnpm), flat again but by another hand (yarn). All may run scripts: where a manager would not
// without being asked, it is asked.

/** Each takes `{ cwd, env, tools, node, caches, offline }`. */
export const layouts = {
  npm: ({ tools: _tools, node: _node, caches, offline, ...where }) =>
    run('npm', ['install', ...quiet, '--cache', join(caches, 'npm'), ...flag(offline)], where),
  pnpm: ({ tools, node, caches, offline, ...where }) => {
    const cli = join(tools, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
    const folders = [`--store-dir=${join(caches, 'pnpm')}`, `--config.cache-dir=${join(caches, 'pnpm-metadata')}`];
    return run(
      node,
      [cli, 'install', '--config.dangerously-allow-all-builds=true', ...folders, ...flag(offline)],
      where,
    );
  },
  yarn: ({ tools, node, caches, offline, ...where }) => {
    const cli = join(tools, 'node_modules', 'yarn', 'bin', 'yarn.js');
    const cache = ['--cache-folder', join(caches, 'yarn')];
    return run(node, [cli, 'install', '--no-lockfile', ...cache, ...flag(offline)], where);
  },
};

const quiet = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--no-package-lock'];
const flag = (offline) => (offline ? ['--offline'] : []);

/** Makes an app in an empty folder. */
export function makeApp(folder, dependencies) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'app', version: '1.0.0', private: true, dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}
