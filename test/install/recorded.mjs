import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const recorder = fileURLToPath(new URL('record.cjs', import.meta.url));

/** The environment in which every Node process notes in `file` whom it connects to and what it starts. */
export const recording = (env, file) => ({ ...env, NODE_OPTIONS: `--require ${recorder}`, KINETORCH_RECORD: file });

/** What was noted: `{ connections, programs }`, each once. */
export function recorded(file) {
  const lines = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const of = (kind) => [...new Set(lines.filter((line) => line.kind === kind).map(({ what }) => what))];
  return { connections: of('connection'), programs: of('program') };
}

/** Fails where anything was started, or anybody reached but `registry`, or a package would have run something. */
export function expectQuiet(file, app, registry) {
  const { connections, programs } = recorded(file);
  assert.deepEqual(programs, [], 'programs that the installation started');
  const { host } = registry === null ? {} : new URL(registry);
  assert.deepEqual(connections, host === undefined ? [] : [host], 'whom the installation reached');
  assert.deepEqual(packagesWithScripts(app), [], 'packages that would run something');
}

/** Packages below an app's node_modules that a package manager would run something of when it installs them. */
function packagesWithScripts(app) {
  const names = readdirSync(join(app, 'node_modules'), { recursive: true });
  const runs = (name) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(app, 'node_modules', name), 'utf8'));
    return ['preinstall', 'install', 'postinstall'].some((hook) => hook in scripts);
  };
  return [
    ...names.filter(
      (name) => /(^|node_modules[\\/])(@[^\\/]+[\\/])?[^\\/]+[\\/]package\.json$/.test(name) && runs(name),
    ),
    // npm and yarn run node-gyp where they see one.
    ...names.filter((name) => /[\\/]binding\.gyp$/.test(name)),
  ];
}
