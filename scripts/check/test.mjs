// Runs every test: Jest's and, where setup/main.mjs built them, the native ones, both at once. Says which were skipped, for
// example for want of a GPU, ends with one line `N passed, N failed` and exits with 1 where any failed. Arguments go to
// Jest, which then runs alone:
//
//   npm test -- test/libtorch

import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { nativeTests } from '../setup/native.mjs';
import { inProject, root } from '../setup/project.mjs';
import { googleTestCounts, jestCounts } from './counts.mjs';

/** Milliseconds after which a run is taken to hang. */
const longest = 3_600_000;

const jestArgs = process.argv.slice(2);
const folder = inProject('build', 'test');
mkdirSync(folder, { recursive: true });
const running = jestArgs.length === 0 ? runNativeTests() : null;
const results = [await runJest(jestArgs)];
if (running !== null) results.push(await running.then(show));

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = results.flatMap(({ skips }) => skips);
if (skipped.length > 0) console.log(`${skipped.length} skipped: ${countEach(skipped)}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;

/** For example `test/cuda/memory.test.ts 2, test/cuda/workers.test.ts 1`. */
function countEach(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

async function runJest(args) {
  const report = newReport('jest.json');
  const jest = inProject('node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--json', `--outputFile=${report}`, ...args];
  return jestCounts(report, await problemOf(process.execPath, [jest, ...options], ['ignore', 'ignore', 'inherit']));
}

/** Their output goes to a file, as Jest prints meanwhile. */
async function runNativeTests() {
  const program = nativeTests();
  if (program === null) return null;
  const report = newReport('native.json');
  const log = createWriteStream(inProject('build', 'test', 'native.log'));
  await new Promise((resolve) => log.once('open', resolve));
  const found = googleTestCounts(
    report,
    await problemOf(program, [`--gtest_output=json:${report}`], ['ignore', log, log]),
  );
  log.end();
  return { ...found, skips: found.skips.map(() => 'native') };
}

function show(found) {
  if (found === null) {
    console.error('⚠ The native unit tests were NOT run: they were not built (node scripts/setup/main.mjs --tests).');
    return { passed: 0, failed: 0, skips: [] };
  }
  const { passed, failed, skipped, failures } = found;
  if (failed > 0) console.error(readFileSync(inProject('build', 'test', 'native.log'), 'utf8'));
  for (const name of failures) console.error(`✘ native: ${name}`);
  console.error(`Native tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return found;
}

function newReport(name) {
  const report = inProject('build', 'test', name);
  rmSync(report, { force: true });
  return report;
}

/** Null where the program ended with 0. */
function problemOf(program, args, stdio) {
  return new Promise((resolve) => {
    const env = { ...process.env, KINETORCH_SOURCE_DIR: root };
    const child = spawn(program, args, { cwd: root, env, stdio, timeout: longest, killSignal: 'SIGKILL' });
    child.on('error', ({ message }) => resolve(`could not be started: ${message}`));
    child.on('exit', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? code}`));
  });
}
