import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateLibTorch } from '../../lib/libtorch/find/locate';
import { removeCuda } from '../../lib/libtorch/install/installCuda';
import { cudaWheels, FakeIndex, fakeWheel } from '../support/fakeIndex';
import { makeSandbox, put, putLibTorch } from '../support/sandbox';

const version = '9.8.7';
const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
const withPip = hasPip ? test : test.skip;
const fileOf = (name: string) => cudaWheels(version).find((wheel) => wheel.name === name)?.file as string;
const [torchFile, cublasFile, sympyFile] = ['torch', 'nvidia-cublas', 'sympy'].map(fileOf) as [string, string, string];

let sandbox: ReturnType<typeof makeSandbox>;
let env: NodeJS.ProcessEnv;
let index: FakeIndex;

beforeEach(() => {
  sandbox = makeSandbox();
  // pip as it comes, without this machine's own settings and cache.
  const { PATH } = process.env;
  const pip = { PIP_CONFIG_FILE: '/dev/null', PIP_NO_CACHE_DIR: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  env = { PATH, HOME: join(sandbox.path, 'home'), KINETORCH_CACHE: join(sandbox.path, 'cache'), ...pip };
  index = new FakeIndex(cudaWheels(version));
});
afterEach(() => {
  index.close();
  sandbox.remove();
});

const at = (...parts: string[]) => join(sandbox.path, ...parts);

function install(options: object, extra: NodeJS.ProcessEnv = {}) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'runCudaInstaller.ts')], {
      env: { ...env, ...extra, OPTIONS: JSON.stringify({ version, ...options }) },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.on('data', (text) => {
      output.stderr += text;
    });
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

withPip('fetches torch and NVIDIA’s libraries from a mirror, and nothing that only Python needs', async () => {
  const indexUrl = await index.listen();
  const { code, stdout, stderr } = await install({ indexUrl });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('cuda-toolkit[cublas]==13.0') });
  const folder = at('cache', `libtorch-${version}-cuda`);
  expect(stdout.trim()).toBe(join(folder, 'torch'));
  const files = readdirSync(folder, { recursive: true }).map(String);
  expect(files).toEqual(expect.arrayContaining(['nvidia/cu13/lib/libcublas.so.13', 'torch/version.py']));
  expect(files.filter((name) => /python|__init__|sympy|\.h$/.test(name))).toEqual([]);
  expect(index.asked).not.toContain(sympyFile);
  expect(existsSync(at('cache', 'downloads', `libtorch-${version}-cuda`))).toBe(false);
});

withPip('takes the CUDA build before that of the cache for CPUs, until it is removed', async () => {
  const indexUrl = await index.listen();
  await install({ indexUrl });
  const venv = putLibTorch(at('venv', 'lib', 'python3.12', 'site-packages', 'torch'), version);
  env.VIRTUAL_ENV = at('venv');
  expect(locateLibTorch({ version, env }).found).toMatchObject({ source: 'cache', version: `${version}+cu130` });
  expect(await removeCuda({ version, env })).toBe(true);
  expect(locateLibTorch({ version, env }).found).toMatchObject({ source: 'Python', path: venv });
  expect(await removeCuda({ version, env })).toBe(false);
});

withPip('goes on where it was interrupted: a wheel that arrived whole is not fetched again', async () => {
  const indexUrl = await index.listen();
  index.missing.add(cublasFile);
  const failed = await install({ indexUrl });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('pip could not fetch nvidia-cudnn') });
  expect(readdirSync(at('cache'))).toEqual(['downloads']);
  index.missing.clear();
  const times = () => index.asked.filter((name) => name === torchFile).length;
  const before = times();
  expect(await install({ indexUrl })).toMatchObject({ code: 0 });
  expect(times()).toBe(before);
});

withPip('refuses a wheel that is not the one the index describes, and leaves the cache as it was', async () => {
  const indexUrl = await index.listen();
  index.damaged.add(cublasFile);
  const { code, stderr } = await install({ indexUrl });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/ERR_LIBTORCH_NOT_FOUND: pip could not fetch nvidia-cudnn/),
  });
  expect(readdirSync(at('cache'))).toEqual(['downloads']);
});

withPip('installs from a folder of wheels without a network', async () => {
  mkdirSync(at('wheels'));
  for (const { file, content } of cudaWheels(version)) put(at('wheels', file), content);
  const { code } = await install({ wheels: at('wheels') });
  expect(code).toBe(0);
  expect(index.asked).toEqual([]);
});

withPip('says so where only a build for CPUs is to be had', async () => {
  mkdirSync(at('wheels'));
  const { file, content } = fakeWheel('torch', version, {});
  put(at('wheels', file), content);
  const { code, stderr } = await install({ wheels: at('wheels') });
  expect(code).toBe(1);
  expect(stderr).toMatch(/found .*torch-9\.8\.7\S+, which asks for no library.*needed: a CUDA build.*\n.*--index-url/);
});

test('says so where there is no pip', async () => {
  const { code, stderr } = await install({}, { PATH: '' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/found no python3 with pip.*needed: any Python 3.*\n {2}what to do: /s);
});
