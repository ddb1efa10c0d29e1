import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { findPip, lastError, runPip } from '../../base/pip';
import type { InstallReporter } from './reporter';
import { listWheel } from './wheel';

/** PyTorch's own index of CPU builds. */
const cpuIndex = 'https://download.pytorch.org/whl/cpu';

/** Wheels of these Pythons are asked for where pip's own Python has none: LibTorch is the same in all of them. */
const otherPythons = ['3.12', '3.11', '3.13'];

/**
 * Downloads the CPU wheel of a torch version into `folder` with `pip download`, honouring the user's pip
 * configuration (index, mirror, proxy, find-links), and returns its path. Throws `ERR_LIBTORCH_NOT_FOUND` with what
 * each attempt said.
 *
 * Note: the CPU build. On Linux and Windows the plain `torch==2.13.0` of the public index is a CUDA build of nearly a
 * gigabyte that cannot load without NVIDIA's packages. So `+cpu` is asked for first, by the user's configuration and
 * then of PyTorch's own index; the plain version comes last, for mirrors that carry CPU builds without the label, and
 * is looked into before it is taken. On macOS there is no label and only one build.
 */
export async function downloadWheel(
  version: string,
  folder: string,
  reporter: InstallReporter,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const pip = findPip(env);
  if (pip === null) {
    throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', 'LibTorch is fetched by pip, but no python3 with pip was found');
  }
  const failures: string[] = [];
  for (const { requirement, index } of attempts(version)) {
    for (const target of pythonTargets()) {
      const args = ['download', '--no-deps', '--only-binary=:all:', '--dest', folder, ...target, ...index, requirement];
      reporter.message(`  ${[...pip, ...args].join(' ')}`);
      const { ok, output } = await runPip(pip, args, env, reporter.message);
      if (ok) {
        const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
        if (wheel === undefined) throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', `pip left no wheel in ${folder}`);
        const path = join(folder, wheel);
        if (!(await isCudaBuild(path))) return path;
        rmSync(path);
        failures.push(`${wheel} is a CUDA build`);
        break;
      }
      failures.push(`${requirement} ${[...target, ...index].join(' ')}: ${lastError(output)}`);
      // Other Pythons' wheels are worth asking for only where an index was reached and had none for this one.
      if (!/no matching distribution/i.test(output) || /Retrying \(Retry/.test(output)) break;
    }
  }
  throw new KinetorchError(
    'ERR_LIBTORCH_NOT_FOUND',
    `pip could not deliver a CPU build of torch ${version}:\n${failures.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/**
 * Runs `pip download` of requirements into `folder`, for the first Python that there are wheels for. In one run, because
 * only then do the versions fit together. pip checks each wheel against the index's hash, and fetches none that lies
 * there whole. Throws `ERR_LIBTORCH_NOT_FOUND` with pip's words.
 */
export async function fetchWheels(
  requirements: string[],
  { pip, folder, options, targets, reporter, env }: FetchOptions,
): Promise<Fetched> {
  let problem = '';
  const log = join(folder, 'pip.log');
  for (const target of targets) {
    rmSync(log, { force: true });
    const logged = ['--log', log, '--only-binary=:all:', '--dest', folder];
    const args = ['download', ...logged, ...options, ...target, ...requirements];
    const { ok, output } = await runPip(pip, args, env, reporter.message);
    if (ok) return { target, wheels: savedWheels(readFileSync(log, 'utf8'), folder) };
    problem ||= lastError(output);
    // Other Pythons' wheels are worth asking for only where there are none for this one.
    if (!/no matching distribution/i.test(output)) break;
  }
  throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', `pip could not fetch ${requirements.join(', ')}: ${problem}`);
}

/** The wheels that a run of pip asked for and has: an earlier run may have left others in the folder. */
function savedWheels(log: string, folder: string): string[] {
  const saved = log.matchAll(/(?:Saved|File was already downloaded) (.+\.whl)\s*$/gm);
  return [...new Set([...saved].map(([, path]) => join(folder, basename(path as string))))];
}

export interface Fetched {
  /** pip's options for the Python whose wheels these are. */
  target: string[];
  /** Paths, of dependencies too. */
  wheels: string[];
}

export interface FetchOptions {
  /** {@link findPip}. */
  pip: string[];
  folder: string;
  /** pip's own: where it looks, and whether it fetches dependencies. */
  options: string[];
  /** {@link pythonTargets}. */
  targets: string[][];
  reporter: InstallReporter;
  env: NodeJS.ProcessEnv;
}

function attempts(version: string): { requirement: string; index: string[] }[] {
  const pytorch = ['--index-url', cpuIndex, '--retries', '1'];
  const plain = `torch==${version}`;
  if (process.platform === 'darwin') {
    return [
      { requirement: plain, index: [] },
      { requirement: plain, index: pytorch },
    ];
  }
  return [
    { requirement: `${plain}+cpu`, index: [] },
    { requirement: `${plain}+cpu`, index: pytorch },
    { requirement: plain, index: [] },
  ];
}

/** pip's options for the Pythons whose wheels are asked for, one after the other: its own first. */
export function pythonTargets(): string[][] {
  return [[], ...otherPythons.map(crossPython)];
}

/** pip's options for another Python than its own, on this platform. */
function crossPython(python: string): string[] {
  const arm = process.arch === 'arm64';
  const platforms: Partial<Record<NodeJS.Platform, string>> = {
    linux: `manylinux_2_28_${arm ? 'aarch64' : 'x86_64'}`,
    darwin: `macosx_14_0_${arm ? 'arm64' : 'x86_64'}`,
    win32: arm ? 'win_arm64' : 'win_amd64',
  };
  const platform = platforms[process.platform];
  return ['--python-version', python, '--implementation', 'cp', ...(platform ? ['--platform', platform] : [])];
}

async function isCudaBuild(wheel: string): Promise<boolean> {
  return (await listWheel(wheel)).some((name) => /^torch\/lib\/(lib)?torch_cuda\./.test(name));
}
