// Runs every test: Jest's and, where bootstrap.mjs built them, the native ones through ctest. Ends with one line
// `N passed, N failed` and exits with 1 where any failed. Arguments go to Jest, which then runs alone:
//
//   npm test -- test/libtorch

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { nativeTestFolder } from './bootstrap/native.mjs';
import { inProject, root } from './bootstrap/project.mjs';

const jestArgs = process.argv.slice(2);
const results = [runJest(jestArgs)];
if (jestArgs.length === 0) results.push(runNativeTests());

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;

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
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  // Jest also fails for reasons that are no test's, such as a coverage threshold or no test found.
  return { passed: numPassedTests, failed: status !== 0 && failed === 0 ? 1 : failed };
}

function runNativeTests() {
  const folder = nativeTestFolder();
  if (folder === null) {
    console.error('⚠ The native unit tests were NOT run: they were not built (node scripts/bootstrap.mjs --tests).');
    return { passed: 0, failed: 0 };
  }
  const { stdout, status } = spawnSync('ctest', ['--output-on-failure'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const summary = /(\d+) tests? failed out of (\d+)/.exec(stdout ?? '');
  if (summary === null) {
    console.error(stdout || 'ctest could not be run');
    return { passed: 0, failed: 1 };
  }
  const [failed, total] = [Number(summary[1]), Number(summary[2])];
  if (status !== 0) console.error(stdout);
  console.error(`Native tests: ${total - failed} passed, ${failed} failed, ${total} total`);
  return { passed: total - failed, failed: status !== 0 && failed === 0 ? 1 : failed };
}
