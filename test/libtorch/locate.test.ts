import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { locateLibTorch } from '../../lib/libtorch/find/locate';
import { installWheel } from '../../lib/libtorch/install/install';
import { recordOf, wheelMembers, zipOf } from '../support/fakeWheel';
import { makeSandbox, put, putLibTorch, silent } from '../support/sandbox';

const version = '9.8.7';
let sandbox: ReturnType<typeof makeSandbox>;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  sandbox = makeSandbox();
  env = { HOME: join(sandbox.path, 'home'), KINETORCH_CACHE: join(sandbox.path, 'cache'), PATH: '' };
});
afterEach(() => sandbox.remove());

const at = (...parts: string[]) => join(sandbox.path, ...parts);
const site = (...prefix: string[]) => at(...prefix, 'lib', 'python3.12', 'site-packages', 'torch');

async function fillCache(): Promise<string> {
  const members = wheelMembers();
  const wheel = put(at('torch.whl'), zipOf({ ...members, ...recordOf(members) }));
  await installWheel(wheel, at('cache', `libtorch-${version}-cpu`), silent);
  return at('cache', `libtorch-${version}-cpu`, 'torch');
}

test('takes LIBTORCH first, then the cache, then an installed Python torch', async () => {
  const byHand = putLibTorch(at('by-hand'), '9.8.0+cu130');
  const cached = await fillCache();
  const python = putLibTorch(site('venv'), '9.8.7+cpu');
  env = { ...env, LIBTORCH: byHand, VIRTUAL_ENV: at('venv') };

  expect(locateLibTorch({ version, env }).found).toMatchObject({
    path: byHand,
    version: '9.8.0+cu130',
    source: 'LIBTORCH',
  });
  delete env.LIBTORCH;
  expect(locateLibTorch({ version, env }).found).toMatchObject({ path: cached, version: '9.8.7+cpu', source: 'cache' });
  rmSync(at('cache'), { recursive: true });
  expect(locateLibTorch({ version, env }).found).toMatchObject({
    path: python,
    source: 'Python',
    detail: 'VIRTUAL_ENV',
  });
});

test('a LIBTORCH that does not fit is refused, and nothing is taken in its place', async () => {
  await fillCache();
  env.LIBTORCH = putLibTorch(at('old'), '9.7.1');
  expect(locateLibTorch({ version, env })).toEqual({
    found: null,
    tried: [
      { source: 'LIBTORCH', path: at('old'), reason: 'expected version 9.8.x but it is 9.7.1', wrongVersion: true },
    ],
  });
});

test('while building, a LIBTORCH by hand may be any version from 2.10, with headers', () => {
  env.LIBTORCH = putLibTorch(at('hand'), '2.11.0');
  expect(locateLibTorch({ version, env, forBuild: true }).tried[0]?.reason).toBe('it has no headers (include/torch)');
  put(at('hand', 'include', 'torch', 'csrc', 'jit', 'api', 'module.h'));
  expect(locateLibTorch({ version, env, forBuild: true }).found?.version).toBe('2.11.0');
  putLibTorch(at('hand'), '2.9.1');
  expect(locateLibTorch({ version, env, forBuild: true }).tried[0]).toMatchObject({
    reason: 'expected version 2.10 or newer but it is 2.9.1',
    wrongVersion: true,
  });
});

test('says for every place why it was not taken', () => {
  mkdirSync(at('cache', `libtorch-${version}-cpu`), { recursive: true });
  env.VIRTUAL_ENV = at('venv');
  putLibTorch(site('venv'), '9.6.0+cpu');
  const { found, tried } = locateLibTorch({ version, env });
  expect(found).toBeNull();
  expect(tried.map(({ source, reason }) => `${source}: ${reason}`)).toEqual([
    'platform package: not installed',
    expect.stringContaining('cache: not a finished installation'),
    'Python: expected version 9.8.x but it is 9.6.0+cpu',
  ]);
});

test.each([
  ['CONDA_PREFIX', () => ({ CONDA_PREFIX: at('conda') }), () => site('conda'), 'CONDA_PREFIX'],
  ['pyenv', () => ({ PYENV_ROOT: at('pyenv') }), () => site('pyenv', 'versions', '3.12.1'), 'pyenv 3.12.1'],
  ['~/.local', () => ({}), () => site('home', '.local'), 'the user site-packages'],
])('finds a Python torch by %s', (_name, extra, folder, detail) => {
  const path = putLibTorch(folder(), '9.8.7+cpu');
  expect(locateLibTorch({ version, env: { ...env, ...extra() } }).found).toMatchObject({
    path,
    source: 'Python',
    detail,
  });
});

test('finds a Python torch beside python3 on PATH without running it, through symbolic links too', () => {
  const path = putLibTorch(site('opt'), '9.8.7+cpu');
  put(at('opt', 'bin', 'python3'), 'not a program: running it would fail');
  expect(locateLibTorch({ version, env: { ...env, PATH: at('opt', 'bin') } }).found?.path).toBe(path);
  mkdirSync(at('links'));
  symlinkSync(at('opt', 'bin', 'python3'), at('links', 'python3'));
  expect(locateLibTorch({ version, env: { ...env, PATH: at('links') } }).found?.path).toBe(path);
});

test('reads the version from the LibTorch archive and from headers as well', () => {
  env.LIBTORCH = putLibTorch(at('zip'), version);
  rmSync(at('zip', 'version.py'));
  expect(locateLibTorch({ version, env }).tried[0]?.reason).toMatch(
    /^none of version\.py, build-version, .* says a version$/,
  );
  const header = '#define TORCH_VERSION_MAJOR 9\n#define TORCH_VERSION_MINOR 8\n#define TORCH_VERSION_PATCH 3\n';
  put(at('zip', 'include', 'torch', 'headeronly', 'version.h'), header);
  expect(locateLibTorch({ version, env }).found?.version).toBe('9.8.3');
  put(at('zip', 'build-version'), '9.8.5+cpu\n');
  expect(locateLibTorch({ version, env }).found?.version).toBe('9.8.5+cpu');
});
