import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../dist/base/cacheFolder';
import { locateLibTorch } from '../../dist/libtorch/find/locate';
import { once } from '../harness/once';
import { workFolder } from '../harness/workFolder';

const run = promisify(execFile);

/** The version whose CPU binaries come inside the package; `--ignore-scripts` leaves out the download of CUDA's. */
const onnxruntimeNode = 'onnxruntime-node@1.30.0';
const most = 2 ** 26;

/** Where what the benchmark needs was put. */
export interface Peers {
  python: string;
  /** With node_modules/onnxruntime-node. */
  packages: string;
  /** With the programs of bench/inference/native. */
  native: string;
}

/** Installs and builds what is not there yet: peers into Kinetorch's cache folder, so that all checkouts share them. */
export async function setUp(basePython: string): Promise<Peers> {
  const folder = join(cacheFolder(), 'bench-peers');
  mkdirSync(workFolder, { recursive: true });
  mkdirSync(folder, { recursive: true });
  return {
    python: await installPython(join(folder, 'python'), basePython),
    packages: await installPackages(join(folder, 'npm')),
    native: await buildNative(join(workFolder, 'native')),
  };
}

async function installPython(folder: string, basePython: string): Promise<string> {
  const requirements = join(__dirname, 'peers', 'requirements.txt');
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  await once(
    folder,
    readFileSync(requirements),
    'installing PyTorch, ONNX Runtime and OpenVINO (some minutes)',
    async () => {
      await run(basePython, ['-m', 'venv', folder]);
      await run(python, ['-m', 'pip', 'install', '-q', '-r', requirements], { maxBuffer: most });
    },
  );
  return python;
}

async function installPackages(folder: string): Promise<string> {
  await once(folder, onnxruntimeNode, `installing ${onnxruntimeNode}`, async () => {
    writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', onnxruntimeNode], { cwd: folder });
  });
  return folder;
}

async function buildNative(folder: string): Promise<string> {
  const { found } = locateLibTorch({ forBuild: true });
  if (!found) throw new Error('LibTorch was not found: run npm run build');
  console.error('building the native loop');
  const ccache = await run('ccache', ['--version']).then(
    () => ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'],
    () => [],
  );
  const source = join(__dirname, 'native');
  const options = { maxBuffer: most, env: { CCACHE_SLOPPINESS: 'pch_defines,time_macros', ...process.env } };
  await run('cmake', ['-S', source, '-B', folder, `-DKINETORCH_LIBTORCH=${found.path}`, ...ccache], options);
  await run('cmake', ['--build', folder, '--parallel', '2'], options);
  return folder;
}
