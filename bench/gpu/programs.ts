import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCounts } from './results';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

/** Thrown where there is nothing to be run: no failure. */
export class NothingToRun extends Error {}

export type Suite = 'library' | 'memcheck' | 'core' | 'javascript';

/** A suite of tests, as scripts/gpu/testSuite.mjs runs it, for so many seconds at most. */
export async function runSuite(suite: Suite, device: string, logs: string, seconds: number): Promise<TestCounts> {
  const program = join(root, 'scripts', 'gpu', 'testSuite.mjs');
  const args = [program, suite, '--device', device, '--logs', logs, '--seconds', `${seconds}`];
  const counts = JSON.parse((await run(process.execPath, args)).stdout);
  if (typeof counts.skipped === 'string') throw new NothingToRun(counts.skipped);
  const { passed, failed, skipped, failures } = counts as TestCounts;
  return { passed, failed, skipped, failures };
}

/** What bench/gpu/kernels.cpp prints. */
export async function runKernelBench(seconds: number): Promise<string> {
  const program = join(root, 'build', 'kinetorch_cuda_bench');
  if (!existsSync(program)) throw new NothingToRun('kinetorch_cuda_bench was not built');
  const { stdout } = await run(program, { timeout: seconds * 1000 });
  return stdout.trim();
}
