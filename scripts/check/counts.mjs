// What the reports of Jest and of GoogleTest come to: { passed, failed, skipped, failures, skips }, the last two with
// names. A run that left no report, or failed though no test did, counts as one failure.

import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from '../setup/project.mjs';

/** @param how what went wrong with the run as a whole, such as `ended with 139`; null where it ended with 0 */
export function jestCounts(report, how) {
  if (!existsSync(report)) return nothing(how);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, file: relative(root, name), fullName })),
  );
  const withStatus = (wanted) => tests.filter(({ status }) => status === wanted);
  // A test file that could not even start counts as one.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return counts({
    passed: withStatus('passed').length,
    failures: [
      ...withStatus('failed').map(({ fullName }) => fullName),
      ...broken.map(({ name }) => `${relative(root, name)} could not be run`),
    ],
    skips: withStatus('pending').map(({ file }) => file),
    how,
  });
}

/** The same of a GoogleTest program's. */
export function googleTestCounts(report, how) {
  if (!existsSync(report)) return nothing(how);
  const { testsuites } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testsuites.flatMap(({ testsuite }) => testsuite).filter(({ result }) => result !== 'SUPPRESSED');
  const nameOf = ({ classname, name }) => `${classname}.${name}`;
  const failures = tests.filter((test) => test.failures).map(nameOf);
  const skips = tests.filter((test) => test.result === 'SKIPPED' && !test.failures).map(nameOf);
  return counts({ passed: tests.length - failures.length - skips.length, failures, skips, how });
}

function counts({ passed, failures, skips, how }) {
  // Of a sanitizer, say, or a crash after the last test.
  const all = how !== null && failures.length === 0 ? [`no test failed, but the run ${how}`] : failures;
  return { passed, failed: all.length, skipped: skips.length, failures: all, skips };
}

function nothing(how) {
  return {
    passed: 0,
    failed: 1,
    skipped: 0,
    failures: [`no report was left; the run ${how ?? 'ended with 0'}`],
    skips: [],
  };
}
