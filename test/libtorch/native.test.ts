import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KinetorchError } from '../../lib/base/errors';
import { callNative, libtorchLocation, native, nativeError } from '../../lib/native';
import { makeSandbox, put, putLibTorch } from '../support/sandbox';

const root = join(__dirname, '..', '..');

test('loads the addon once, on the LibTorch that was located', () => {
  const [release] = (libtorchLocation().found?.version ?? '').split('+');
  expect(native().runtimeInfo().torchVersion).toBe(release);
  expect(native()).toBe(native());
});

test('loads in several worker threads at once, and again after they have ended', async () => {
  const script = `
    const { parentPort } = require('node:worker_threads');
    parentPort.postMessage(require(${JSON.stringify(join(root, 'dist', 'native.js'))}).native().architectures().length);`;
  const count = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { eval: true });
      let message: unknown;
      worker.on('message', (value) => {
        message = value;
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve(message));
    });
  const expected = native().architectures().length;
  expect(await Promise.all([count(), count(), count(), count()])).toEqual(Array(4).fill(expected));
  expect(await count()).toBe(expected);
});

test('turns what native work throws into a KinetorchError', async () => {
  const known = Object.assign(new Error('expected a zip'), { code: 'ERR_MODEL_FORMAT' });
  expect(nativeError(known)).toMatchObject({
    name: 'KinetorchError',
    code: 'ERR_MODEL_FORMAT',
    message: 'expected a zip',
  });
  expect(nativeError(Object.assign(new Error('odd'), { code: 'ENOENT' }))).toMatchObject({ code: 'ERR_INTERNAL' });
  expect(nativeError(null)).toMatchObject({ code: 'ERR_INTERNAL', message: 'null' });
  const own = new KinetorchError('ERR_DISPOSED', 'gone');
  expect(nativeError(own)).toBe(own);
  await expect(callNative(() => Promise.reject(known))).rejects.toBeInstanceOf(KinetorchError);
  await expect(
    callNative(() => {
      throw known;
    }),
  ).rejects.toMatchObject({ code: 'ERR_MODEL_FORMAT' });
  await expect(callNative(() => Promise.resolve(3))).resolves.toBe(3);
});

describe('where it cannot load', () => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());
  const at = (...parts: string[]) => join(sandbox.path, ...parts);

  /** An installed package with only what a test gives it; returns what `native()` says there. */
  function load(env: NodeJS.ProcessEnv): { code: string; message: string } {
    mkdirSync(at('package'), { recursive: true });
    cpSync(join(root, 'package.json'), at('package', 'package.json'));
    cpSync(join(root, 'dist'), at('package', 'dist'), { recursive: true });
    if (!existsSync(at('package', 'node_modules'))) {
      symlinkSync(join(root, 'node_modules'), at('package', 'node_modules'));
    }
    const script = `try { require(${JSON.stringify(at('package', 'dist', 'native.js'))}).native() }
      catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })) }`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      env: { PATH: '', HOME: at('home'), ...env },
      encoding: 'utf8',
    });
    return JSON.parse(stdout);
  }

  const linkAddons = () => {
    mkdirSync(at('package', 'build', 'Release'), { recursive: true });
    for (const name of readdirSync(join(root, 'build', 'Release')).filter((file) => file.endsWith('.node'))) {
      symlinkSync(join(root, 'build', 'Release', name), at('package', 'build', 'Release', name));
    }
  };

  test('names the addon files it looked for and a command that helps', () => {
    const { code, message } = load({});
    expect(code).toBe('ERR_LIBTORCH_NOT_FOUND');
    expect(message).toContain(`${at('package', 'build', 'Release', 'kinetorch.node')}: no such file`);
    expect(message).toContain(`@kinetorch/${process.platform}-${process.arch}: not installed`);
    expect(message).toMatch(/What to do:\n {2}npm install @kinetorch\/\S+@\d/);
  });

  test('names every place where it looked for LibTorch', () => {
    linkAddons();
    const { code, message } = load({ KINETORCH_CACHE: at('cache') });
    expect(code).toBe('ERR_LIBTORCH_NOT_FOUND');
    expect(message).toContain(`cache, ${at('cache')}/libtorch-`);
    expect(message).toContain('Python, VIRTUAL_ENV');
    if (process.platform === 'linux') expect(message).toMatch(/Node-API \d+, glibc \d+\.\d+\)/);
  });

  test('refuses a LibTorch of another minor version than the addon was built for, without loading it', () => {
    linkAddons();
    const { code, message } = load({ LIBTORCH: putLibTorch(at('old'), '2.12.1') });
    expect(code).toBe('ERR_LIBTORCH_VERSION');
    expect(message).toContain('but it is 2.12.1');
    put(at('package', 'build', 'Release', 'libtorch-version'), '2.12.0+cpu\n');
    // Now the version agrees, and the file that is no library is what fails, with the loader's own words.
    const next = load({ LIBTORCH: at('old') });
    expect(next.code).toBe('ERR_LIBTORCH_NOT_FOUND');
    expect(next.message).toMatch(/c10\S*: .*(too short|not a mach-o|invalid)/i);
    expect(existsSync(at('cache'))).toBe(false);
  });

  test('leaves kinetorch_cuda beside the addon to the addon', () => {
    linkAddons();
    put(at('package', 'build', 'Release', 'libkinetorch_cuda.so'), 'no library either');
    put(at('package', 'build', 'Release', 'libtorch-version'), '2.12.0+cpu\n');
    // What is beside the addon is opened first: it would be what fails.
    const { message } = load({ LIBTORCH: putLibTorch(at('libtorch'), '2.12.0') });
    expect(message).toContain('c10');
    expect(message).not.toContain('kinetorch_cuda');
  });
});
