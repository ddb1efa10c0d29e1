// Runs every test: Jest's and, where setup/main.mjs built them, the native ones through ctest. Says which were skipped,
// for example for want of a GPU, ends with one line `N passed, N failed` and exits with 1 where any failed. Arguments go to Jest, which then runs alone:
//
//   npm test -- test/libtorch

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { nativeTestFolder } from '../setup/native.mjs';
import { inProject, root } from '../setup/project.mjs';

const jestArgs = process.argv.slice(2);
const results = [runJest(jestArgs)];
if (jestArgs.length === 0) results.push(runNativeTests());

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = results.flatMap((result) => result.skipped);
if (skipped.length > 0) console.log(`${skipped.length} skipped: ${countEach(skipped)}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;

/** For example `test/cuda/memory.test.ts 2, test/cuda/workers.test.ts 1`. */
function countEach(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

/** Counts tests; a test file that could not even start counts as one failure. */
function runJest(args) {
  const report = inProject('build', 'test', 'jest.json');
  mkdirSync(inProject('build', 'test'), { recursive: true });
  rmSync(report, { force: true });
  const jest = inProject('node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--json', `--outputFile=${report}`, ...args];
  const { status } = spawnSync(process.execPath, [jest, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [] };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'pending').map(() => relative(root, name)),
  );
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  // Jest also fails for reasons that are no test's, such as a coverage threshold or no test found.
  return { passed: numPassedTests, failed: status !== 0 && failed === 0 ? 1 : failed, skipped };
}

function runNativeTests() {
  const folder = nativeTestFolder();
  if (folder === null) {
    console.error('⚠ The native unit tests were NOT run: they were not built (node scripts/setup/main.mjs --tests).');
    return { passed: 0, failed: 0, skipped: [] };
  }
  const { stdout, status } = spawnSync('ctest', ['--output-on-failure'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const summary = /(\d+) tests? failed out of (\d+)/.exec(stdout ?? '');
  if (summary === null) {
    console.error(stdout || 'ctest could not be run');
    return { passed: 0, failed: 1, skipped: [] };
  }
  const [failed, total] = [Number(summary[1]), Number(summary[2])];
  // ctest counts them as passed.
  const skipped = stdout.match(/\*\*\*Skipped/g)?.map(() => 'native') ?? [];
  const passed = total - failed - skipped.length;
  if (status !== 0) console.error(stdout);
  console.error(`Native tests: ${passed} passed, ${failed} failed, ${skipped.length} skipped, ${total} total`);
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed, skipped };
}
