import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cLibraryProblem } from '../../lib/libtorch/find/cLibrary';
import { cudaAdvice } from '../../lib/libtorch/find/cudaAdvice';
import type { LibTorch } from '../../lib/libtorch/find/locate';
import { packagedPlatforms } from '../../lib/libtorch/find/platformPackage';
import { evaluate } from '../support/evaluate';
import { makeSandbox, put, putLibTorch } from '../support/sandbox';

let sandbox: ReturnType<typeof makeSandbox>;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());
const at = (...parts: string[]) => join(sandbox.path, ...parts);

describe('packing', () => {
  function pack(files: Record<string, string>, limit: number): string {
    for (const [name, content] of Object.entries(files)) put(at('package', name), content);
    mkdirSync(at('out'));
    return evaluate(
      'package/packFolder.mjs',
      `m.packFolder(${JSON.stringify(at('package'))}, ${limit}, ${JSON.stringify(at('out'))})`,
    );
  }
  const manifest = (more = {}) => JSON.stringify({ name: 'tiny', version: '1.2.3', ...more });

  test('gives a line of the manifest', () => {
    const line = JSON.parse(pack({ 'package.json': manifest(), 'index.js': '' }, 1));
    expect(line).toMatchObject({ name: 'tiny', version: '1.2.3', file: 'tiny-1.2.3.tgz', files: 2, limitBytes: 1e6 });
    expect(line.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(existsSync(at('out', line.file))).toBe(true);
  });

  test.each([
    ['a package over its limit', { 'package.json': manifest() }, 0.0001, 'it has 0.0 MB packed, 0.0001 MB are allowed'],
    [
      'an install script',
      { 'package.json': manifest({ scripts: { postinstall: 'x' } }) },
      1,
      'it has a script "postinstall"',
    ],
    [
      'a file that makes npm run node-gyp',
      { 'package.json': manifest(), 'binding.gyp': '' },
      1,
      'it holds binding.gyp',
    ],
  ])('refuses %s, and leaves no tarball', (_name, files, limit, message) => {
    expect(pack(files, limit)).toBe(`✘ tiny: ${message}`);
    expect(readdirSync(at('out'))).toEqual([]);
  });
});

test('the library and the packaging scripts name the same platforms', () => {
  expect(JSON.parse(evaluate('package/platforms.mjs', 'Object.keys(m.platforms)'))).toEqual(packagedPlatforms);
});

describe('publishing', () => {
  const url = 'git+https://github.com/owner/kinetorch.git';
  const filled = { version: '1.2.3', repository: { url }, homepage: 'https://x', bugs: { url: 'https://x/issues' } };
  const problems = (manifest: object, of: object) =>
    evaluate('package/releaseProblems.mjs', `m.releaseProblems(${JSON.stringify(manifest)}, ${JSON.stringify(of)})`);
  const pack = (name: string) => {
    mkdirSync(at('package'), { recursive: true });
    const tarball = at('kinetorch-linux-x64-1.2.3.tgz');
    put(at('package', 'prebuilds', 'linux-x64', name), '');
    expect(spawnSync('tar', ['-czf', tarball, '-C', sandbox.path, 'package']).status).toBe(0);
    return tarball;
  };

  test('is ready where one package.json is filled and the packages are whole', () => {
    const release = { repository: 'owner/kinetorch', tag: 'v1.2.3', tarballs: [pack('libkinetorch_cuda.so')] };
    expect(problems(filled, release)).toBe('[]');
    expect(problems(filled, { tarballs: ['kinetorch-linux-arm64-1.2.3.tgz'] })).toBe('[]');
  });

  test.each([
    [{ version: '1.2.3' }, {}, /has no \\"repository.*has no \\"homepage.*has no \\"bugs/],
    [filled, { repository: 'another/kinetorch' }, /but another\/kinetorch publishes/],
    [filled, { tag: 'v1.2.4' }, /the tag is v1\.2\.4, but package\.json has v1\.2\.3/],
  ])('is refused: %#', (manifest, release, message) => {
    expect(problems(manifest, release)).toMatch(message);
  });

  test("is refused without Kinetorch's CUDA library", () => {
    expect(problems(filled, { tarballs: [pack('kinetorch.node')] })).toMatch(/has no libkinetorch_cuda\.so/);
  });

  test('every package shows what package.json says', () => {
    const shown = "['version', 'repository', 'homepage', 'bugs', 'engines']";
    const code = `[m.mainManifest(['linux-x64']), m.platformManifest()].map((of) => ${shown}.map((key) => of[key] ?? null))`;
    const [main, platform] = JSON.parse(evaluate('package/manifests.mjs', code));
    expect(platform).toEqual(main);
  });
});

describe('what is published', () => {
  const nodeAv = JSON.parse(readFileSync(join(__dirname, '../../node_modules/node-av/package.json'), 'utf8'));

  test('depends on packages that run nothing, FFmpeg at the version of the files it carries', () => {
    const published = JSON.parse(evaluate('package/manifests.mjs', "m.mainManifest(['linux-x64', 'darwin-arm64'])"));
    expect(published.dependencies['node-av']).toBeUndefined();
    expect(published.optionalDependencies).toEqual({
      '@kinetorch/linux-x64': published.version,
      '@kinetorch/darwin-arm64': published.version,
      '@seydx/node-av-linux-x64': nodeAv.version,
      '@seydx/node-av-darwin-arm64': nodeAv.version,
    });
  });

  test('none of what it depends on, and that depends on, has an install script', () => {
    const { packages } = JSON.parse(readFileSync(join(__dirname, '../../package-lock.json'), 'utf8'));
    const installed = Object.entries<{ dev?: boolean; hasInstallScript?: boolean }>(packages).filter(
      ([, { dev }]) => !dev,
    );
    const ffmpeg = Object.entries<{ hasInstallScript?: boolean }>(packages).filter(([path]) => /@seydx\//.test(path));
    expect(ffmpeg.length).toBeGreaterThan(0);
    const runs = [...installed, ...ffmpeg].filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(runs).toEqual([]);
  });

  test("node-av's files come along, with its licence, and need nothing that does not", () => {
    evaluate('package/carryNodeAv.mjs', `m.carryNodeAv(${JSON.stringify(sandbox.path)})`);
    const carried = readdirSync(at('vendor', 'node-av'), { recursive: true }).map(String);
    expect(carried).toContain('LICENSE.md');
    const modules = carried.filter((name) => name.endsWith('.js'));
    const imports = modules.flatMap((name) => {
      const code = readFileSync(at('vendor', 'node-av', name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      const names = [...code.matchAll(/^(?:import|export) [^;]*from '([^']+)'/gm)].map(([, from]) => from as string);
      return names.map((from) => (from.startsWith('.') ? join(dirname(name), from) : from));
    });
    const outside = [...new Set(imports)].filter((name) => !modules.includes(name) && !name.startsWith('node:'));
    expect(outside).toEqual([]);
  });

  test('types that no entry point leads to are left out', () => {
    put(at('index.d.ts'), "export { a } from './a';\nexport type B = import('./b').B;\n");
    put(at('index.d.mts'), "export * from './index.js';\n");
    for (const name of ['a', 'b', 'inner']) put(at(`${name}.d.ts`), 'export {};\n');
    const entries = JSON.stringify([at('index.d.ts'), at('index.d.mts')]);
    const reached = JSON.parse(evaluate('package/declarations.mjs', `[...m.reachedDeclarations(${entries})]`));
    expect(reached.sort()).toEqual(['a.d.ts', 'b.d.ts', 'index.d.mts', 'index.d.ts'].map((name) => at(name)));
  });
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('packing refuses a binary that needs a newer system, or a library that is not packed', () => {
  const compile = (...args: string[]) => spawnSync('c++', ['-shared', ...args], { input: '', encoding: 'utf8' }).status;
  const library = at('libneeded.so');
  expect(compile('-x', 'c++', '-', '-Wl,-soname,libneeded.so', '-o', library)).toBe(0);
  // A reference to a symbol of a version that is younger than what is allowed, wherever this is compiled.
  put(at('versions'), 'GLIBC_9.9 { future; };');
  put(at('future.cpp'), 'extern "C" void future() {}');
  const future = at('future.so');
  expect(
    compile(at('future.cpp'), `-Wl,--version-script=${at('versions')}`, '-Wl,-soname,libc.so.6', '-o', future),
  ).toBe(0);
  mkdirSync(at('package'));
  put(at('user.cpp'), 'extern "C" void future(); extern "C" void use() { future(); }');
  const addon = at('package', 'addon.node');
  expect(compile(at('user.cpp'), future, '-Wl,--no-as-needed', library, '-o', addon)).toBe(0);
  const problems = evaluate('package/checkLinking.mjs', `m.checkLinking(${JSON.stringify(at('package'))})`);
  expect(problems).toContain(`${addon} needs libneeded.so, which is not packed`);
  expect(problems).toContain(`${addon} needs GLIBC_9.9, allowed is 2.28`);
});

test.each([
  ['musl', '1.2.5', 'found a Linux with musl, needed one with glibc 2.28 or newer'],
  ['glibc', '2.27', 'found glibc 2.27, needed 2.28 or newer'],
  ['glibc', '2.28', null],
  ['glibc', '2.100', null],
])('C library %s %s', (family, version, problem) => {
  expect(cLibraryProblem(family, version)).toBe(problem);
});

test('why there is no CUDA device, by what is missing', () => {
  const path = putLibTorch(at('torch'), '2.13.0');
  const libtorch: LibTorch = { path, version: '2.13.0', source: 'LIBTORCH', detail: '' };
  const advice = (problem: string, driver: boolean) => cudaAdvice(libtorch, problem, driver).join('\n');
  expect(advice('', true)).toMatch(
    /a build for CPUs.*an NVIDIA driver\n {2}needed: a CUDA build of the same version\n.*install --cuda/,
  );
  expect(advice('', false)).toMatch(/no NVIDIA driver\n {2}needed: an NVIDIA driver, and a CUDA build/);
  put(join(path, 'lib', 'libtorch_cuda.so'));
  if (process.platform !== 'linux') return;
  expect(advice('libcudart.so.13: cannot open', true)).toMatch(
    /do not open \(libcudart\.so\.13: cannot open\).*\n {2}needed: a CUDA build of the same version and NVIDIA's libraries/,
  );
  expect(advice('', true)).toMatch(/needed: a driver that is new enough.*\n.*CUDA_VISIBLE_DEVICES/);
});
