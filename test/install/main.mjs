#!/usr/bin/env node
// `npm run test:install`: packs what would be published, installs it on a bare machine (test/install/sandbox.mjs) under npm,
// pnpm and yarn, from a registry of its own and then offline, with scripts allowed and everything that happens recorded, and
// uses it from there in every way that apps do, on every supported Node. Ends with one line `N passed, N failed`.
//
//   npm run test:install               packs first
//   npm run test:install -- --packed   takes dist-packages/ as it is
//   npm run test:install -- --packed --layout yarn

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from '../../scripts/setup/project.mjs';
import {
  bundleChecks,
  commandChecks,
  copyChecks,
  moduleChecks,
  readmeChecks,
  serverChecks,
  typeChecks,
} from './checks.mjs';
import { copyApp, failureChecks } from './failures.mjs';
import { layouts, makeApp } from './layouts.mjs';
import { nextChecks } from './nextServer.mjs';
import { makeNoisyPackage } from './noisyPackage.mjs';
import { expectQuiet, recorded, recording } from './recorded.mjs';
import { startRegistry } from './registry.mjs';
import { bareMachine, npmFolder, run } from './sandbox.mjs';

const tools = inProject('test', 'install', 'tools');
const upstream = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
const folder = mkdtempSync(join(tmpdir(), 'kinetorch-install-'));
// New every time: yarn keeps a tarball by name and version, and would take one packed before for this one.
const caches = join(folder, 'caches');
const counts = { passed: 0, failed: 0 };
let registry;

try {
  if (!process.argv.includes('--packed'))
    await run('npm', ['run', '--silent', 'pack:all'], { cwd: inProject(), timeoutMs: 3_600_000 });
  if (!existsSync(join(tools, 'node_modules', 'node24')))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: tools });
  const packages = JSON.parse(readFileSync(inProject('dist-packages', 'manifest.json'), 'utf8')).packages.map(
    (line) => ({ ...line, path: inProject('dist-packages', line.file) }),
  );
  registry = await startRegistry(
    [...packages.map(({ path }) => path), makeNoisyPackage(join(folder, 'noisy'))],
    upstream,
  );
  const machines = Object.fromEntries(
    ['20', '22', '24'].map((version) => {
      const node = join(tools, 'node_modules', `node${version}`, 'bin', 'node');
      const env = { npm_config_registry: registry.url, YARN_REGISTRY: registry.url };
      return [version, bareMachine(join(folder, `node${version}`), node, npmFolder(), env)];
    }),
  );
  const only = process.argv[process.argv.indexOf('--layout') + 1];
  for (const layout of Object.keys(layouts).filter((name) => !process.argv.includes('--layout') || name === only)) {
    await check(`${layout}: a package that runs something is seen`, () => installNoisy(layout, machines['20']));
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
    if (layout === 'npm') {
      await checkAll(readmeChecks, layout, { cwd, env: machines['20'], tools });
      await checkAll(nextChecks, layout, { cwd, env: machines['20'] });
      await checkFailures(cwd, machines['20']);
      // The last: the app has packages then that no other check should find.
      await checkAll(serverChecks, layout, { cwd, env: machines['20'] });
    }
  }
} finally {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/**
 * Installs twice, and nothing may run or be reached: from the registry, which fills the caches; then offline, which is what
 * is tested. Returns the app's folder, or null.
 */
async function install(layout, packages, env) {
  const dependencies = { kinetorch: packages[0].version };
  await check(`${layout}: install, reaching the registry alone and running nothing`, async () => {
    const app = await installInto(`${layout}-online`, layout, dependencies, env, false);
    expectQuiet(`${app}.record`, app, registry.url);
    rmSync(app, { recursive: true });
  });
  let app = null;
  await check(`${layout}: install --offline, reaching and running nothing`, async () => {
    app = await installInto(layout, layout, dependencies, env, true);
    expectQuiet(`${app}.record`, app, null);
  });
  return app;
}

async function installNoisy(layout, env) {
  const app = await installInto(`${layout}-noisy`, layout, { noisy: '1.0.0' }, env, false);
  const { connections, programs } = recorded(`${app}.record`);
  assert.ok(connections.includes('127.0.0.1:9'), `among the connections ${connections}`);
  assert.ok(
    programs.some((program) => program.includes('node fetch.js')),
    `among the programs ${programs}`,
  );
  assert.throws(() => expectQuiet(`${app}.record`, app, registry.url), /programs that the installation started/);
}

async function installInto(name, layout, dependencies, env, offline) {
  const cwd = join(folder, name);
  makeApp(cwd, dependencies);
  const node = join(tools, 'node_modules', 'node20', 'bin', 'node');
  await layouts[layout]({ tools, node, caches, offline, cwd, env: recording(env, `${cwd}.record`) });
  return cwd;
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
