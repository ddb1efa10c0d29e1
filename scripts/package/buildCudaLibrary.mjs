import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installDependencies } from '../setup/dependencies.mjs';
import { parallelJobs, progressOf } from '../setup/native.mjs';
import { inProject } from '../setup/project.mjs';
import { announce, runStep } from '../setup/runStep.mjs';
import { StepError } from '../setup/stepError.mjs';
import { hasGoogleTest } from '../setup/tools.mjs';
import { buildTypeScript } from '../setup/typescript.mjs';
import { versionOf } from '../setup/versionOf.mjs';
import { readElf } from './elf.mjs';

const folder = inProject('build', 'cuda');
const library = join(folder, 'libkinetorch_cuda.so');
const entryPoint = 'kinetorchCudaApi';

/**
 * Builds kinetorch_cuda in build/cuda, with its tests on a GPU and its benchmark where `withPrograms`, and checks what
 * the library exports and needs. It loads nothing and needs no GPU: nvcc, and a CUDA build of LibTorch with headers,
 * which is the folder that LIBTORCH_CUDA names, or else is fetched once into the cache folder. Returns the library's
 * path, or null where there is no nvcc.
 */
export async function buildCudaLibrary({ withPrograms }) {
  if (versionOf('nvcc') === null) return null;
  await installDependencies();
  await buildTypeScript();
  await build(await provideCudaLibTorch(), withPrograms);
  checkLibrary();
  return library;
}

/** A folder with include/ and lib/ of a CUDA build of the pinned version. */
async function provideCudaLibTorch() {
  if (process.env.LIBTORCH_CUDA) return process.env.LIBTORCH_CUDA;
  const require = createRequire(import.meta.url);
  const load = (name) => require(inProject('dist', `${name}.js`));
  const { installFolder } = load('libtorch/find/cache');
  const { installWheel, removeLeftovers } = load('libtorch/install/install');
  const { verifyInstall } = load('libtorch/find/marker');
  const { fetchWheels, pythonTargets } = load('libtorch/install/pip');
  const { findPip } = load('base/pip');
  const { consoleReporter } = load('libtorch/install/reporter');
  const { withLock } = load('base/fileLock');
  const version = load('base/version').pinnedVersion();
  // Beside the one that `kinetorch libtorch install --cuda` makes, which has NVIDIA's libraries and no headers.
  const installed = `${installFolder(version, process.env, 'cuda')}-headers`;
  const isComplete = () => 'marker' in verifyInstall(installed, { headers: true });
  const reporter = consoleReporter();
  const fetch = async () => {
    if (isComplete()) return;
    announce(`fetching the CUDA build of LibTorch ${version}, without NVIDIA's libraries (once for all checkouts)`);
    await removeLeftovers(installed);
    const pip = findPip();
    if (pip === null) throw new StepError('✘ found no python3 with pip, which fetches LibTorch');
    const downloads = `${installed}.download`;
    await mkdir(downloads, { recursive: true });
    const options = { pip, folder: downloads, options: ['--no-deps'], targets: pythonTargets(), reporter };
    const { wheels } = await fetchWheels([`torch==${version},!=${version}+cpu`], { ...options, env: process.env });
    await installWheel(wheels[0], installed, reporter);
    await rm(downloads, { recursive: true });
  };
  try {
    await withLock(`${installed}.lock`, (pid) => reporter.message(`  waiting for process ${pid}`), fetch);
  } catch (error) {
    throw error.name === 'KinetorchError' ? new StepError(`✘ ${error.message}`) : error;
  }
  return join(installed, 'torch');
}

async function build(libtorch, withPrograms) {
  announce(`building kinetorch_cuda for ${libtorch}`);
  const withTests = withPrograms && hasGoogleTest();
  const launcher = versionOf('ccache') === null ? '' : 'ccache';
  const defines = {
    KINETORCH_CUDA: 'ON',
    KINETORCH_LIBTORCH: libtorch,
    KINETORCH_BUILD_TESTS: withTests ? 'ON' : 'OFF',
    CMAKE_CXX_COMPILER_LAUNCHER: launcher,
    CMAKE_CUDA_COMPILER_LAUNCHER: launcher,
  };
  const flags = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
  const targets = [
    'kinetorch_cuda',
    ...(withPrograms ? ['kinetorch_cuda_bench'] : []),
    ...(withTests ? ['kinetorch_cuda_tests'] : []),
  ];
  const parallel = ['--parallel', String(parallelJobs())];
  await runStep('cuda-build', 'cmake', ['-S', '.', '-B', folder, ...flags]);
  const make = ['--build', folder, ...parallel, '--target', ...targets];
  await runStep('cuda-build', 'cmake', make, { progressOf, append: true });
}

/** It gives away the one function and asks for what an app that has LibTorch open finds by name. */
function checkLibrary() {
  if (!existsSync(library)) throw new StepError(`✘ the build left no ${library}`);
  const { status, stdout, stderr } = spawnSync('nm', ['-D', '--defined-only', library], { encoding: 'utf8' });
  if (status !== 0) throw new StepError(`✘ nm (of binutils) cannot read ${library}: ${stderr}`);
  const exported = [...stdout.matchAll(/ [TDBR] (\S+)$/gm)].map(([, name]) => name);
  const { needed, runPath } = readElf(library);
  const missing = ['libtorch_cpu.so', 'libc10.so', 'libc10_cuda.so', 'libtorch_cuda.so'].filter(
    (name) => !needed.includes(name),
  );
  const problems = [
    exported.join(' ') === entryPoint ? [] : `expected ${entryPoint} alone to be exported but found: ${exported}`,
    missing.map((name) => `expected it to need ${name}`),
    runPath.map((path) => `expected no run path but it looks into ${path}`),
  ].flat();
  if (problems.length > 0) throw new StepError(problems.map((problem) => `✘ ${library}: ${problem}`).join('\n'));
}
