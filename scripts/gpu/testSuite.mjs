// Runs one suite of tests for scripts/gpu/check.sh and prints as JSON what it came to: the counts of scripts/check/counts.mjs,
// or { skipped: why } where there is nothing to be run.
//
//   node scripts/gpu/testSuite.mjs library|memcheck|core|javascript --device cpu|cuda --logs FOLDER --seconds LIMIT

import { spawnSync } from 'node:child_process';
import { existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { googleTestCounts, jestCounts } from '../check/counts.mjs';
import { inProject, root } from '../setup/project.mjs';

/** With the NVIDIA toolkit, though seldom on PATH. */
const sanitizers = ['compute-sanitizer', '/usr/local/cuda/bin/compute-sanitizer'];

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  options: { device: text, logs: text, seconds: text },
  allowPositionals: true,
});
const { device, logs } = values;

const suites = {
  /** The tests of the CUDA library. */
  library: () => runGoogleTest('library-tests', built('kinetorch_cuda_tests')),

  /** The same under compute-sanitizer, whose finding of an error in any kernel is a failure. */
  memcheck: () => {
    const suite = built('kinetorch_cuda_tests');
    const sanitizer = sanitizers.find((program) => spawnSync(program, ['--version']).status === 0);
    if (sanitizer === undefined) throw new NothingToRun('compute-sanitizer is not installed');
    const options = ['--tool', 'memcheck', '--error-exitcode', '99', '--log-file', join(logs, 'memcheck-report.log')];
    // LibTorch's cache of memory would hide what is read or written beyond a tensor; some tests are about that cache.
    const command = ['env', 'PYTORCH_NO_CUDA_MEMORY_CACHING=1', sanitizer, ...options, suite];
    return runGoogleTest('memcheck', ...command, '--gtest_filter=-*Capture*:*Memory*');
  },

  /** Those tests of the core that are about a GPU. The core itself asks for LibTorch's CPU half alone, as the addon does. */
  core: () => {
    const libraries = ['libc10_cuda.so', 'libtorch_cuda.so'].map((name) =>
      join(process.env.LIBTORCH ?? '', 'lib', name),
    );
    const command = ['env', `LD_PRELOAD=${libraries.join(':')}`, built('kinetorch_tests')];
    return runGoogleTest('core-tests', ...command, '--gtest_filter=CudaTraining.*:*CudaNetwork*:Device*');
  },

  /** Those Jest tests that need a GPU; for the rehearsal also some that need none. */
  javascript: () => {
    const folders = device === 'cuda' ? ['test/cuda'] : ['test/cuda', 'test/model/options'];
    const report = newReport('jest');
    const jest = inProject('node_modules', 'jest', 'bin', 'jest.js');
    const config = inProject('scripts', 'gpu', 'jest.config.cjs');
    const options = ['--config', config, '--runInBand', '--json', `--outputFile=${report}`, ...folders];
    return jestCounts(report, problemOf('jest', process.execPath, jest, ...options));
  },
};

class NothingToRun extends Error {}

try {
  console.log(JSON.stringify(suites[positionals[0]]()));
} catch (error) {
  if (!(error instanceof NothingToRun)) throw error;
  console.log(JSON.stringify({ skipped: error.message }));
}

function built(name) {
  const path = inProject('build', name);
  if (existsSync(path)) return path;
  throw new NothingToRun(`${name} was not built`);
}

function runGoogleTest(name, ...command) {
  const report = newReport(name);
  return googleTestCounts(report, problemOf(name, ...command, `--gtest_output=json:${report}`));
}

function newReport(name) {
  const report = join(logs, `${name}.json`);
  rmSync(report, { force: true });
  return report;
}

/** Runs a program with its output in a log. Null where it ended with 0. */
function problemOf(name, program, ...args) {
  const log = join(logs, `${name}.log`);
  const output = openSync(log, 'w');
  const { status, signal, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...process.env, KINETORCH_SOURCE_DIR: root },
    timeout: Number(values.seconds) * 1000,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return null;
  const how = error?.code === 'ETIMEDOUT' ? `took longer than ${values.seconds} s` : `ended with ${signal ?? status}`;
  return `${how}; see ${log}`;
}
