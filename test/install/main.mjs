#!/usr/bin/env node
// `npm run test:install`: packs what would be published, installs it offline on a bare machine (test/install/sandbox.mjs)
// under npm, pnpm and yarn, and uses it from there in every way that apps do, on every supported Node. Ends with one
// line `N passed, N failed`.
//
//   npm run test:install               packs first
//   npm run test:install -- --packed   takes dist-packages/ as it is
//   npm run test:install -- --packed --layout yarn

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from '../../scripts/setup/project.mjs';
import { bundleChecks, commandChecks, copyChecks, moduleChecks, typeChecks } from './checks.mjs';
import { copyApp, failureChecks } from './failures.mjs';
import { layouts, makeApp } from './layouts.mjs';
import { nextChecks } from './nextServer.mjs';
import { bareMachine, npmFolder, run } from './sandbox.mjs';

const tools = inProject('test', 'install', 'tools');
const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
const folder = mkdtempSync(join(tmpdir(), 'kinetorch-install-'));
// New every time: yarn keeps a tarball by name and version, and would take one packed before for this one.
const caches = join(folder, 'caches');
const counts = { passed: 0, failed: 0 };

try {
  if (!process.argv.includes('--packed'))
    await run('npm', ['run', '--silent', 'pack:all'], { cwd: inProject(), timeoutMs: 3_600_000 });
  if (!existsSync(join(tools, 'node_modules', 'node24')))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: tools });
  const packages = JSON.parse(readFileSync(inProject('dist-packages', 'manifest.json'), 'utf8')).packages.map(
    (line) => ({ ...line, path: inProject('dist-packages', line.file) }),
  );
  const machines = Object.fromEntries(
    ['20', '22', '24'].map((version) => {
      const node = join(tools, 'node_modules', `node${version}`, 'bin', 'node');
      const env = { npm_config_registry: registry, YARN_REGISTRY: registry };
      return [version, bareMachine(join(folder, `node${version}`), node, npmFolder(), env)];
    }),
  );
  const only = process.argv[process.argv.indexOf('--layout') + 1];
  for (const layout of Object.keys(layouts).filter((name) => !process.argv.includes('--layout') || name === only)) {
    const cwd = await install(layout, packages, machines['20']);
    if (cwd === null) continue;
    copyChecks(cwd);
    const versions = layout === 'npm' ? Object.keys(machines) : ['20'];
    if (layout === 'npm') await checkAll(typeChecks, `${layout}`, { cwd, env: machines['20'], tools });
    for (const version of versions) {
      const where = { cwd, env: machines[version], tools };
      const checks =
        layout === 'npm'
          ? { ...moduleChecks, ...bundleChecks, ...commandChecks }
          : { ...moduleChecks, ...commandChecks };
      await checkAll(checks, `${layout}, Node ${version}`, where);
    }
    if (layout === 'npm') await checkAll(nextChecks, layout, { cwd, env: machines['20'] });
    if (layout === 'npm') await checkFailures(cwd, machines['20']);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** Installs twice: with the registry, which fills the caches; then without, which is what is tested. */
async function install(layout, packages, env) {
  const node = join(tools, 'node_modules', 'node20', 'bin', 'node');
  const first = join(folder, `${layout}-online`);
  const app = join(folder, layout);
  for (const cwd of [first, app]) makeApp(cwd, layout, packages);
  const common = { tools, node, caches };
  await layouts[layout].install({ ...common, offline: false, cwd: first, env: process.env });
  rmSync(first, { recursive: true });
  const installed = await check(`${layout}: install --offline --ignore-scripts`, () =>
    layouts[layout].install({ ...common, offline: true, cwd: app, env }),
  );
  return installed ? app : null;
}

async function checkAll(checks, prefix, where) {
  for (const [name, action] of Object.entries(checks)) await check(`${prefix}: ${name}`, () => action(where));
}

async function checkFailures(app, env) {
  for (const [name, action] of Object.entries(failureChecks)) {
    const cwd = join(folder, 'broken');
    copyApp(app, cwd);
    await check(`what is said where ${name}`, () => action({ cwd, env }));
    rmSync(cwd, { recursive: true });
  }
}

async function check(name, action) {
  const began = Date.now();
  try {
    await action();
    counts.passed++;
    console.log(`✔ ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    counts.failed++;
    console.log(`✘ ${name}\n${error.message}`);
    return false;
  }
}
