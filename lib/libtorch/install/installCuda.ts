import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../base/cacheFolder';
import { KinetorchError } from '../../base/errors';
import { withLock } from '../../base/fileLock';
import { findPip } from '../../base/pip';
import { pinnedVersion } from '../../base/version';
import { installFolder } from '../find/cache';
import { verifyInstall } from '../find/marker';
import { installWheels, removeLeftovers, type WheelPart } from './install';
import { type FetchOptions, fetchWheels, pythonTargets } from './pip';
import { consoleReporter, type InstallReporter } from './reporter';
import { isNeededOfNvidia, isNeededToRun } from './selection';
import { readMetadata } from './wheel';

export interface InstallCudaOptions {
  /** An index or mirror, in place of the one that pip is configured for: a URL of PEP 503's simple index. */
  indexUrl?: string;
  /** A folder of wheels; with it nothing is fetched. */
  wheels?: string;
  /** Default: package.json's pin. */
  version?: string;
  reporter?: InstallReporter;
  env?: NodeJS.ProcessEnv;
}

/**
 * Fetches a CUDA build of LibTorch and NVIDIA's libraries for it into the cache folder, where Kinetorch takes them
 * before the CPU build, and returns the folder with `lib/`. pip carries the wheels and checks them against the index's
 * hashes; one that has arrived whole is not fetched again after an interruption. Every file of each is checked against
 * the wheel's own hashes. Throws `ERR_LIBTORCH_NOT_FOUND`; then no installation was changed.
 */
export async function installCuda(options: InstallCudaOptions = {}): Promise<string> {
  const { version = pinnedVersion(), reporter = consoleReporter(), env = process.env } = options;
  const folder = installFolder(version, env, 'cuda');
  const complete = () => 'marker' in verifyInstall(folder);
  const waits = (pid: number) => reporter.message(`  waiting for process ${pid}, which is fetching LibTorch already`);
  await withLock(`${folder}.lock`, waits, async () => {
    if (complete()) return;
    await removeLeftovers(folder);
    const pip = findPip(env);
    if (pip === null) throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', withoutPip);
    const downloads = downloadFolder(version, env);
    await mkdir(downloads, { recursive: true });
    const fetch = { pip, folder: downloads, options: sourceOptions(options), targets: pythonTargets(), reporter, env };
    const parts = await fetchParts(version, fetch);
    await installWheels(parts, folder, reporter, { headers: false });
    await rm(downloads, { recursive: true });
  });
  return join(folder, 'torch');
}

/** Removes what {@link installCuda} made, and what it fetched before it failed. Returns whether there was anything. */
export async function removeCuda(options: Pick<InstallCudaOptions, 'version' | 'env'> = {}): Promise<boolean> {
  const { version = pinnedVersion(), env = process.env } = options;
  const folders = [installFolder(version, env, 'cuda'), downloadFolder(version, env)];
  const there = folders.filter((folder) => existsSync(folder));
  for (const folder of there) await rm(folder, { recursive: true, force: true });
  return there.length > 0;
}

const withoutPip =
  'found no python3 with pip, which fetches LibTorch; needed: any Python 3 with pip, only for this\n' +
  '  what to do: install it (Debian: apt-get install python3-pip), or unpack a CUDA LibTorch and set LIBTORCH to it';

/** torch first, then what its metadata names of NVIDIA's; what only Python needs (sympy, triton, …) stays away. */
async function fetchParts(version: string, fetch: FetchOptions): Promise<[WheelPart, ...WheelPart[]]> {
  const { folder, options, reporter } = fetch;
  reporter.message(`  torch ${version}`);
  // Where the user's own pip prefers builds for CPUs, it must not choose one here.
  const alone = { ...fetch, options: ['--no-deps', ...options] };
  const torch = await fetchWheels([`torch==${version},!=${version}+cpu`], alone);
  const [wheel] = torch.wheels;
  if (wheel === undefined) throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', `pip left no wheel in ${folder}`);

  const requirements = nvidiaRequirements(await readMetadata(wheel));
  if (requirements.length === 0) throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', withoutCuda(wheel, version));
  for (const requirement of requirements) reporter.message(`  ${requirement.split(';', 1)[0]}`);
  const { wheels } = await fetchWheels(requirements, { ...fetch, targets: [torch.target] });
  const nvidia = wheels.filter((path) => basename(path).startsWith('nvidia_'));
  return [{ path: wheel, wanted: isNeededToRun }, ...nvidia.map((path) => ({ path, wanted: isNeededOfNvidia }))];
}

/** What torch's METADATA asks for of NVIDIA's packages: each by name, or by a package that only names others. */
function nvidiaRequirements(metadata: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: *((?:nvidia-|cuda-toolkit\b).*)$/gm)].map(([, requirement]) =>
    (requirement as string).trim(),
  );
}

function withoutCuda(torch: string, version: string): string {
  return (
    `found ${torch}, which asks for no library of NVIDIA's; needed: a CUDA build of torch ${version}\n` +
    '  what to do: name an index that has one: --index-url https://download.pytorch.org/whl/cu130'
  );
}

function sourceOptions({ indexUrl, wheels }: InstallCudaOptions): string[] {
  return [
    ...(indexUrl === undefined ? [] : ['--index-url', indexUrl]),
    ...(wheels === undefined ? [] : ['--no-index', '--find-links', wheels]),
  ];
}

function downloadFolder(version: string, env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'downloads', `libtorch-${version}-cuda`);
}
