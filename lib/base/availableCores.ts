import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, posix } from 'node:path';

/**
 * How many cores this process may keep busy: those that its affinity allows, and no more than its control groups give
 * it time for (a container's CPU limit). Every default number of threads, decoders or loaders is drawn from this.
 *
 * Half a core counts as a whole one: a quota of 1.5 lets two threads run, and pauses them a quarter of the time.
 */
export function availableCores(root = '/'): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuQuota(root))));
}

/**
 * The cores' worth of time that Linux gives this process: the smallest limit of its control groups and of those they are
 * in, of version 1 and 2; Infinity where there is none, where it may not be read, and on other systems. Node's own count
 * knows of it only in newer versions. `root` is where /proc and /sys are.
 */
export function cpuQuota(root = '/'): number {
  const read = (path: string) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return '';
    }
  };
  const groups = controlGroups(read('/proc/self/cgroup'), read('/proc/self/mountinfo'));
  return Math.min(Number.POSITIVE_INFINITY, ...groups.map((group) => limitOf(group, read)));
}

interface ControlGroup {
  version: 1 | 2;
  /** Folders of the group and of all above it that this process sees. */
  folders: string[];
}

/** Where the groups lie that may limit this process's time; see cgroups(7) and proc_pid_mountinfo(5). */
function controlGroups(cgroup: string, mountinfo: string): ControlGroup[] {
  const paths = new Map<1 | 2, string>();
  for (const line of cgroup.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') paths.set(2, path as string);
    if (controllers?.split(',').includes('cpu')) paths.set(1, path as string);
  }
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , mounted = '', folder = ''] = before.split(' ').map(unescapeOctal);
    const [type, , options = ''] = after.split(' ');
    const version = type === 'cgroup2' ? 2 : type === 'cgroup' && options.split(',').includes('cpu') ? 1 : null;
    const path = version && paths.get(version);
    if (!version || path === undefined || path === null) return [];
    // What is mounted is a part of the hierarchy, in a container often the very group; another part says nothing.
    const below = posix.relative(mounted, path);
    const names = below === '' || below.startsWith('..') ? [] : below.split('/');
    return [{ version, folders: names.map((_, i) => join(folder, ...names.slice(0, i + 1))).concat(folder) }];
  });
}

function limitOf({ version, folders }: ControlGroup, read: (path: string) => string): number {
  const limits = folders.map((folder) => {
    const [quota, period] =
      version === 2
        ? read(join(folder, 'cpu.max')).split(' ')
        : [read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us'))];
    // No limit is "max" in version 2 and -1 in version 1.
    const cores = Number(quota) / Number(period);
    return cores > 0 ? cores : Number.POSITIVE_INFINITY;
  });
  return Math.min(...limits);
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}
