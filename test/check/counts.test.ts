import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '../support/evaluate';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const root = join(__dirname, '..', '..');

function countsOf(kind: 'jest' | 'googleTest', report: object | null, how: string | null = null): object {
  const path = join(folder, 'report.json');
  if (report !== null) writeFileSync(path, JSON.stringify(report));
  const args = [report === null ? join(folder, 'none.json') : path, how].map((one) => JSON.stringify(one));
  return JSON.parse(evaluate('check/counts.mjs', `m.${kind}Counts(${args})`));
}

const jestFile = (name: string, ...tests: [fullName: string, status: string][]) => ({
  name: join(root, name),
  status: tests.every(([, status]) => status !== 'failed') && tests.length > 0 ? 'passed' : 'failed',
  assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
});
const googleTest = (name: string, result: string, more = {}) => ({ classname: 'Suite', name, result, ...more });

test('of Jest: what passed, failed, was skipped, and files that could not be run', () => {
  const testResults = [
    jestFile(
      'test/a.test.ts',
      ['adds', 'passed'],
      ['divides', 'failed'],
      ['needs a GPU', 'pending'],
      ['later', 'todo'],
    ),
    jestFile('test/b.test.ts'),
    jestFile('test/c.test.ts', ['works', 'passed']),
  ];
  expect(countsOf('jest', { testResults }, 'ended with 1')).toEqual({
    ...{ passed: 2, failed: 2, skipped: 1 },
    failures: ['divides', 'test/b.test.ts could not be run'],
    skips: ['test/a.test.ts'],
  });
});

test('of GoogleTest: what passed, failed and was skipped; disabled tests do not count', () => {
  const testsuite = [
    googleTest('Passes', 'COMPLETED'),
    googleTest('Fails', 'COMPLETED', { failures: [{ failure: 'expected 1' }] }),
    googleTest('NeedsAGpu', 'SKIPPED'),
    googleTest('Disabled', 'SUPPRESSED'),
  ];
  expect(countsOf('googleTest', { testsuites: [{ testsuite }] }, 'ended with 1')).toEqual({
    ...{ passed: 1, failed: 1, skipped: 1 },
    failures: ['Suite.Fails'],
    skips: ['Suite.NeedsAGpu'],
  });
});

test.each(['jest', 'googleTest'] as const)('a run of %s that left no report, or ended badly, is a failure', (kind) => {
  const lost = ['no report was left; the run ended with SIGSEGV'];
  expect(countsOf(kind, null, 'ended with SIGSEGV')).toMatchObject({ passed: 0, failed: 1, failures: lost });
  const [jest, google] = [jestFile('test/a.test.ts', ['adds', 'passed']), googleTest('Passes', 'COMPLETED')];
  const report = { testResults: [jest], testsuites: [{ testsuite: [google] }] };
  expect(countsOf(kind, report)).toMatchObject({ passed: 1, failed: 0 });
  const late = ['no test failed, but the run ended with 99'];
  expect(countsOf(kind, report, 'ended with 99')).toMatchObject({ passed: 1, failed: 1, failures: late });
});
