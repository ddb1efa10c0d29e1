import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCounts } from './results';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');
const build = join(root, 'build');
/** With the NVIDIA toolkit, though seldom on PATH. */
const sanitizers = ['compute-sanitizer', '/usr/local/cuda/bin/compute-sanitizer'];

/** Thrown where there is nothing to be run: no failure. */
export class NothingToRun extends Error {}

/** The tests of the CUDA library. */
export async function runLibraryTests(logs: string, seconds: number): Promise<TestCounts> {
  return runGoogleTest([builtProgram('kinetorch_cuda_tests')], join(logs, 'library-tests.json'), seconds);
}

/** The same under compute-sanitizer, whose finding of an error in any kernel is a failure. */
export async function runMemcheck(logs: string, seconds: number): Promise<TestCounts> {
  const suite = builtProgram('kinetorch_cuda_tests');
  const sanitizer = await firstOf(sanitizers);
  if (sanitizer === undefined) throw new NothingToRun('compute-sanitizer is not installed');
  const options = ['--tool', 'memcheck', '--error-exitcode', '99', '--log-file', join(logs, 'memcheck-report.log')];
  // LibTorch's cache of memory would hide what is read or written beyond a tensor; some tests are about that cache.
  const command = ['env', 'PYTORCH_NO_CUDA_MEMORY_CACHING=1', sanitizer, ...options, suite];
  return runGoogleTest([...command, '--gtest_filter=-*Capture*:*Memory*'], join(logs, 'memcheck.json'), seconds);
}

/** Those tests of the core that are about a GPU. The core itself asks for LibTorch's CPU half alone, as the addon does. */
export async function runCoreTests(libtorch: string, logs: string, seconds: number): Promise<TestCounts> {
  const libraries = ['libc10_cuda.so', 'libtorch_cuda.so'].map((name) => join(libtorch, 'lib', name));
  const command = ['env', `LD_PRELOAD=${libraries.join(':')}`, builtProgram('kinetorch_tests')];
  const filter = '--gtest_filter=CudaTraining.*:*CudaNetwork*:Device*';
  return runGoogleTest([...command, filter], join(logs, 'core-tests.json'), seconds);
}

/** What bench/gpu/kernels.cpp prints. */
export async function runKernelBench(seconds: number): Promise<string> {
  const { stdout } = await run(builtProgram('kinetorch_cuda_bench'), { timeout: seconds * 1000 });
  return stdout.trim();
}

/** Those Jest tests that need a GPU; for the rehearsal also some that need none. */
export async function runJest(device: string, logs: string, seconds: number): Promise<TestCounts> {
  const folders = device === 'cuda' ? ['test/cuda'] : ['test/cuda', 'test/model/options'];
  const report = join(logs, 'jest.json');
  rmSync(report, { force: true });
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const config = join(root, 'scripts', 'gpu', 'jest.config.cjs');
  const options = ['--config', config, '--runInBand', '--json', `--outputFile=${report}`, ...folders];
  const problem = await failureOf(process.execPath, [jest, ...options], join(logs, 'jest.log'), seconds);
  if (!existsSync(report)) throw new Error(`Jest ${problem ?? 'left no report'}`);
  const found = JSON.parse(readFileSync(report, 'utf8'));
  const failures = found.testResults.flatMap((file: JestFile) => [
    ...file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ...(file.assertionResults.length === 0 && file.status === 'failed' ? [`${file.name} could not be run`] : []),
  ]);
  return {
    ...{ passed: found.numPassedTests, failed: failures.length, skipped: found.numPendingTests, failures },
  };
}

interface JestFile {
  name: string;
  status: string;
  assertionResults: { status: string; fullName: string }[];
}

interface GoogleTestReport {
  testsuites: { testsuite: { name: string; classname: string; result: string; failures?: unknown[] }[] }[];
}

function builtProgram(name: string): string {
  const path = join(build, name);
  if (existsSync(path)) return path;
  throw new NothingToRun(`${name} was not built`);
}

async function runGoogleTest([program, ...args]: string[], report: string, seconds: number): Promise<TestCounts> {
  rmSync(report, { force: true });
  const log = report.replace(/json$/, 'log');
  const all = [...args, `--gtest_output=json:${report}`];
  const problem = await failureOf(program as string, all, log, seconds);
  if (!existsSync(report)) throw new Error(`the tests ${problem ?? 'left no report'}; see ${log}`);
  const { testsuites } = JSON.parse(readFileSync(report, 'utf8')) as GoogleTestReport;
  const tests = testsuites.flatMap(({ testsuite }) => testsuite);
  const failures = tests.filter((test) => test.failures).map(({ classname, name }) => `${classname}.${name}`);
  const skipped = tests.filter(({ result }) => result === 'SKIPPED').length;
  // Of the sanitizer, or a crash after the last test.
  if (problem !== null && failures.length === 0) failures.push(`${problem}; see ${log}`);
  return { passed: tests.length - skipped - failures.length, failed: failures.length, skipped, failures };
}

/** Null where the program ended with 0. */
async function failureOf(program: string, args: string[], log: string, seconds: number): Promise<string | null> {
  const script = 'exec "$0" "$@" >"$LOG" 2>&1';
  try {
    await run('bash', ['-c', script, program, ...args], {
      cwd: root,
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      env: { ...process.env, KINETORCH_SOURCE_DIR: root, LOG: log },
    });
    return null;
  } catch (error) {
    const { killed, code, signal } = error as { killed?: boolean; code?: number | string; signal?: string };
    return killed ? `took longer than ${seconds} s` : `ended with ${signal ?? code}`;
  }
}

async function firstOf(programs: string[]): Promise<string | undefined> {
  for (const program of programs) {
    if (
      await run(program, ['--version']).then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}
