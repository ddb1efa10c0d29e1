import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { availableCores, cpuQuota } from '../../lib/base/availableCores';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();
let machines = 0;

/** A root folder with such files of /proc and /sys; mounts as [root within the hierarchy, folder, type, options]. */
function machine(cgroup: string, mounts: [string, string, string, string][], limits: Record<string, string>): string {
  const root = join(folder, String(machines++));
  const mountinfo = mounts.map(
    ([inside, at, type, options], i) => `${i} 1 0:${i} ${inside} ${at} rw shared:9 - ${type} ${type} ${options}\n`,
  );
  writeFiles(root, { '/proc/self/cgroup': cgroup, '/proc/self/mountinfo': mountinfo.join(''), ...limits });
  return root;
}

const version2: [string, string, string, string] = ['/', '/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate'];

test('without control groups there is no limit, and no fewer cores than Node counts', () => {
  const nothing = join(folder, 'nothing');
  expect(cpuQuota(nothing)).toBe(Number.POSITIVE_INFINITY);
  expect(availableCores(nothing)).toBe(availableParallelism());
});

test.each([
  ['of its own', { '/sys/fs/cgroup/a/b/cpu.max': '50000 100000\n', '/sys/fs/cgroup/a/cpu.max': 'max 100000\n' }, 0.5],
  [
    'of one above',
    { '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n', '/sys/fs/cgroup/a/cpu.max': '150000 100000\n' },
    1.5,
  ],
  ['the smallest', { '/sys/fs/cgroup/a/b/cpu.max': '80000 20000', '/sys/fs/cgroup/a/cpu.max': '30000 10000' }, 3],
  ['none', { '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n' }, Number.POSITIVE_INFINITY],
  ["a neighbour's", { '/sys/fs/cgroup/c/cpu.max': '10000 100000\n' }, Number.POSITIVE_INFINITY],
  ['nonsense', { '/sys/fs/cgroup/a/b/cpu.max': 'soon\n', '/sys/fs/cgroup/a/cpu.max': '' }, Number.POSITIVE_INFINITY],
])('version 2, a limit %s', (_, limits, expected) => {
  expect(cpuQuota(machine('0::/a/b\n', [version2], limits))).toBe(expected);
});

test('a container whose own group is all that it sees', () => {
  const root = machine('0::/\n', [version2], { '/sys/fs/cgroup/cpu.max': '200000 100000\n' });
  expect(cpuQuota(root)).toBe(2);
  // Entered from outside: its group lies beyond what is mounted.
  const entered = machine('0::/../other\n', [version2], { '/sys/fs/cgroup/cpu.max': '200000 100000\n' });
  expect(cpuQuota(entered)).toBe(2);
});

test('version 1, in folders of any name and with the container mounted as the root', () => {
  const cgroup = '5:memory:/m\n4:cpu,cpuacct:/docker/f00\n1:name=systemd:/docker/f00\n';
  const limits = (group: string, quota: string) => ({
    [`${group}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${group}/cpu.cfs_period_us`]: '100000\n',
  });
  const whole = machine(cgroup, [['/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct']], {
    ...limits('/sys/fs/cgroup/cpu,cpuacct/docker/f00', '25000'),
    ...limits('/sys/fs/cgroup/cpu,cpuacct', '-1'),
  });
  expect(cpuQuota(whole)).toBe(0.25);
  expect(availableCores(whole)).toBe(1);
  const mounted = machine(cgroup, [['/docker/f00', '/the\\040groups/cpu', 'cgroup', 'rw,cpuacct,cpu']], {
    ...limits('/the groups/cpu', '300000'),
    ...limits('/the groups/cpu/docker/f00', '100000'),
  });
  expect(cpuQuota(mounted)).toBe(3);
  const unlimited = machine(cgroup, [['/', '/cpu', 'cgroup', 'rw,cpu']], limits('/cpu/docker/f00', '-1'));
  expect(cpuQuota(unlimited)).toBe(Number.POSITIVE_INFINITY);
});

test('both versions at once: the smaller limit holds', () => {
  const root = machine(
    '1:cpu:/one\n0::/two\n',
    [
      ['/', '/v1', 'cgroup', 'rw,cpu'],
      ['/', '/v2', 'cgroup2', 'rw'],
    ],
    { '/v1/one/cpu.cfs_quota_us': '400000', '/v1/one/cpu.cfs_period_us': '100000', '/v2/two/cpu.max': '300000 100000' },
  );
  expect(cpuQuota(root)).toBe(3);
});

test('half a core counts as a whole one, and there are never more than the affinity allows', () => {
  const limited = (quota: string) =>
    availableCores(machine('0::/\n', [version2], { '/sys/fs/cgroup/cpu.max': `${quota} 100000` }));
  expect(limited('1000')).toBe(1);
  expect(limited('100000')).toBe(1);
  expect(limited('110000')).toBe(Math.min(2, availableParallelism()));
  expect(limited('99900000')).toBe(availableParallelism());
});
