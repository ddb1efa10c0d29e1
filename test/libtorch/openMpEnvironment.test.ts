import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { availableCores, cpuQuota } from '../../lib/base/availableCores';
import { openMpEnvironment } from '../../lib/libtorch/openMpEnvironment';

const spinsIn = (milliseconds: number) => 20_000 * milliseconds;

test('a wait is short, and never longer than it would be anyway', () => {
  expect(openMpEnvironment(spinsIn, {}).GOMP_SPINCOUNT).toBe('30000');
  expect(openMpEnvironment((milliseconds) => 1e6 * milliseconds, {}).GOMP_SPINCOUNT).toBe('300000');
});

test('what the user has set stays', () => {
  expect(openMpEnvironment(spinsIn, { GOMP_SPINCOUNT: '7' })).not.toHaveProperty('GOMP_SPINCOUNT');
  expect(openMpEnvironment(spinsIn, { OMP_WAIT_POLICY: 'active' })).not.toHaveProperty('GOMP_SPINCOUNT');
  expect(openMpEnvironment(spinsIn, { OMP_NUM_THREADS: '3' })).not.toHaveProperty('OMP_NUM_THREADS');
  expect(openMpEnvironment(spinsIn, { MKL_NUM_THREADS: '3' })).not.toHaveProperty('OMP_NUM_THREADS');
});

test('the number of threads is said only where a quota limits it', () => {
  const expected = cpuQuota() === Number.POSITIVE_INFINITY ? undefined : String(availableCores());
  expect(openMpEnvironment(spinsIn, {}).OMP_NUM_THREADS).toBe(expected);
});

/** Loads the addon in a process of its own, where OpenMP says what it was told. */
function load(env: Record<string, string>, runner: string[] = []) {
  const program = `
    const { native } = require(${JSON.stringify(join(__dirname, '../../dist/native.js'))});
    const { threads } = native().runtimeInfo();
    const names = ['GOMP_SPINCOUNT', 'OMP_NUM_THREADS'];
    const inherited = require('node:child_process')
      .execFileSync(process.execPath, ['-p', 'Object.keys(process.env).join()'])
      .toString();
    console.log(JSON.stringify({ threads, left: names.filter((name) => inherited.includes(name)) }));`;
  const [command = process.execPath, ...args] = [...runner, process.execPath, '-e', program];
  const { OMP_NUM_THREADS, MKL_NUM_THREADS, OMP_WAIT_POLICY, GOMP_SPINCOUNT, ...rest } = process.env;
  const run = spawnSync(command, args, { env: { ...rest, OMP_DISPLAY_ENV: 'verbose', ...env }, encoding: 'utf8' });
  const spins = Number(/GOMP_SPINCOUNT = '(\d+)'/.exec(run.stderr)?.[1]);
  return { spins, ...(JSON.parse(run.stdout) as { threads: number; left: string[] }) };
}

(process.platform === 'linux' ? describe : describe.skip)('LibTorch', () => {
  test('is told, and processes that are started later are not', () => {
    const { spins, left } = load({});
    expect(spins).toBeGreaterThan(0);
    expect(spins).toBeLessThanOrEqual(300_000);
    expect(left).toEqual([]);
  });

  test('hears what the user says', () => {
    expect(load({ GOMP_SPINCOUNT: '123' })).toMatchObject({ spins: 123, left: ['GOMP_SPINCOUNT'] });
    expect(load({ OMP_WAIT_POLICY: 'passive' })).toMatchObject({ spins: 0 });
    expect(load({ OMP_NUM_THREADS: '1' })).toMatchObject({ threads: 1 });
  });

  const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
  (hasTaskset ? test : test.skip)('takes no more threads than there are cores for this process', () => {
    expect(load({}, ['taskset', '-c', '0']).threads).toBe(1);
  });
});
