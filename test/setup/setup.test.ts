import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checkout } from './checkout';

let compiled: Checkout;
let checkout: Checkout;
beforeAll(() => {
  compiled = new Checkout();
  compiled.setUp();
});
beforeEach(() => {
  checkout = new Checkout();
  checkout.takeTypeScriptBuild(compiled);
});
afterEach(() => checkout.remove());
afterAll(() => compiled.remove());

const builds = () => readFileSync(checkout.at('builds'), 'utf8').trim().split('\n').length;

describe('with all tools at hand', () => {
  beforeEach(() => checkout.workingTools());

  test('builds what is missing, then has nothing to do and nothing to say', () => {
    rmSync(checkout.at('dist'), { recursive: true });
    const first = checkout.setUp();
    expect(first.output).toMatch(
      /compiling TypeScript[\s\S]*building the native addon \(LibTorch 2\.13\.0\+cpu[\s\S]*set-up finished/,
    );
    expect(first.code).toBe(0);
    expect(existsSync(checkout.at('dist', 'native.js'))).toBe(true);
    expect(readFileSync(checkout.at('build', 'Release', 'libtorch-version'), 'utf8')).toBe('2.13.0+cpu\n');
    expect(readFileSync(checkout.at('configured'), 'utf8')).toContain(
      `-DKINETORCH_LIBTORCH=${checkout.at('libtorch')}`,
    );

    expect(checkout.setUp()).toEqual({ code: 0, output: '' });
    expect(builds()).toBe(1);
  });

  test('builds again when a source, LibTorch or an output has changed, and only then', () => {
    checkout.setUp();
    checkout.put('native/core.cpp', 'int changed;\n');
    expect(checkout.setUp().output).not.toContain('compiling TypeScript');
    expect(builds()).toBe(2);
    checkout.putLibTorch('2.13.1+cpu');
    checkout.setUp();
    expect(builds()).toBe(3);
    rmSync(checkout.at('build', 'Release', 'kinetorch.node'));
    checkout.setUp();
    expect(builds()).toBe(4);
    checkout.put('lib/extra.ts', 'export const extra = 1;\n');
    expect(checkout.setUp().output).toContain('compiling TypeScript');
    expect(existsSync(checkout.at('dist', 'extra.js'))).toBe(true);
    rmSync(checkout.at('lib', 'extra.ts'));
    checkout.setUp();
    expect(existsSync(checkout.at('dist', 'extra.js'))).toBe(false);
    expect(builds()).toBe(4);
  });

  test('a build that was interrupted is not taken for done', () => {
    checkout.setUp();
    checkout.put('native/core.cpp', 'int changed;\n');
    checkout.tool('cmake', 'case "$*" in --version) echo "cmake version 3.25.1";; *) kill -9 $PPID;; esac');
    expect(checkout.setUp().code).toBe(1);
    checkout.put('native/core.cpp', 'int core;\n');
    checkout.workingTools();
    checkout.setUp();
    expect(builds()).toBe(2);
  });

  test('--tests builds the native tests with GoogleTest, and says loudly where there is none', () => {
    const without = checkout.setUp('--tests');
    expect(without.code).toBe(0);
    expect(without.output).toContain('the native unit tests are NOT built and NOT run');
    expect(without.output).toContain("Install with: install gtest with your system's package manager");
    expect(readFileSync(checkout.at('configured'), 'utf8')).toContain('-DKINETORCH_BUILD_TESTS=OFF');

    checkout.compiler('c++', '12.2.0', { googleTest: true });
    expect(checkout.setUp('--tests').output).toContain('building the native addon and its tests');
    expect(readFileSync(checkout.at('configured'), 'utf8')).toContain('-DKINETORCH_BUILD_TESTS=ON');
    expect(checkout.setUp('--tests')).toEqual({ code: 0, output: '' });
    expect(checkout.setUp()).toEqual({ code: 0, output: '' });

    checkout.put('test/native/core_test.cpp', '// new test\n');
    expect(checkout.setUp()).toEqual({ code: 0, output: '' });
    expect(checkout.setUp('--tests').output).toContain('and its tests');
  });

  test('says that Highway is missing before it begins to build', () => {
    checkout.compiler('c++', '12.2.0', { highway: false });
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toMatch(/Highway is missing[\s\S]*Install with: .*highway/);
    expect(output).not.toContain('building the native addon');
  });

  test('a failed step shows the end of its log and where the whole of it is', () => {
    checkout.put('lib/broken.ts', "export const count: number = 'three';\n");
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toContain("lib/broken.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.");
    const log = checkout.at('build', 'logs', 'typescript.log');
    expect(output).toContain(`The whole log: ${log}`);
    expect(readFileSync(log, 'utf8')).toContain('error TS2322');
  });

  test('installs npm packages where node_modules is missing or holds other versions', () => {
    rmSync(checkout.at('node_modules'));
    checkout.tool(
      'npm',
      `echo "$*" > ${checkout.at('npm-args')}; ln -s ${join(__dirname, '../../node_modules')} ${checkout.at('node_modules')}`,
    );
    expect(checkout.setUp().output).toContain('installing npm packages (npm ci)');
    expect(readFileSync(checkout.at('npm-args'), 'utf8')).toMatch(/^ci --ignore-scripts /);

    const lock = JSON.parse(readFileSync(checkout.at('package-lock.json'), 'utf8'));
    lock.packages['node_modules/zod'].version = '99.0.0';
    writeFileSync(checkout.at('package-lock.json'), JSON.stringify(lock));
    checkout.tool('npm', 'echo "npm error no such version" >&2; exit 1');
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toMatch(/✘ npm-ci failed with exit code 1[\s\S]*npm error no such version/);
  });

  test('a LIBTORCH that cannot be used is named with the reason', () => {
    checkout.putLibTorch('2.9.1');
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toContain(
      `✘ LIBTORCH=${checkout.at('libtorch')} cannot be used: expected version 2.10 or newer but it is 2.9.1`,
    );
  });
});

test('names every missing tool and what is needed', () => {
  const { code, output } = checkout.setUp();
  expect(code).toBe(1);
  expect(output).toMatch(
    /✘ CMake is missing: needed 3\.18 or newer\n✘ make is missing: needed make or Ninja\n✘ a C\+\+ compiler is missing: needed g\+\+ 9 or newer, or clang 10 or newer \(C\+\+17\)\n✘ Highway is missing: .*\n {2}Install with: install cmake, make, compiler, highway with your system's package manager$/m,
  );
});

describe('what the system lacks', () => {
  const debian = 'cmake ninja-build g++ libhwy-dev';

  test.each([
    ['root', 'apt-get', undefined, ['update', expect.stringMatching(`install .*${debian.replaceAll('+', '\\+')}$`)]],
    ['somebody', 'apt-get', 'free', ['update', expect.stringMatching(`install .*${debian.replaceAll('+', '\\+')}$`)]],
    ['root', 'dnf', undefined, ['install -y cmake make gcc-c++ highway-devel']],
    ['root', 'apk', undefined, ['add cmake make g++ highway-dev']],
    ['somebody', 'brew', undefined, ['install cmake ninja highway']],
  ] as const)('%s gets it by %s, and is told (sudo: %s)', (user, manager, sudo, asked) => {
    checkout.packageManager(manager);
    checkout.user(user, sudo);
    const { code, output } = checkout.setUp();
    expect(output).toMatch(/▸ installing cmake .*\n[\s\S]*building the native addon/);
    expect(code).toBe(0);
    expect(checkout.asked()).toEqual(asked);
  });

  test('with --tests GoogleTest comes along', () => {
    checkout.packageManager('apt-get');
    checkout.user('root');
    expect(checkout.setUp('--tests').output).toContain('building the native addon and its tests');
    expect(checkout.asked().at(-1)).toMatch(/libhwy-dev libgtest-dev$/);
  });

  test.each([
    ['there is no sudo', undefined],
    ['sudo wants a password', 'asks'],
  ] as const)('is a line to type where %s', (_why, sudo) => {
    checkout.packageManager('apt-get');
    checkout.user('somebody', sudo);
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toContain(`\n  Install with: sudo apt-get update && sudo apt-get install -y ${debian}\n`);
    expect(checkout.asked()).toEqual([]);
  });

  test('is a line to type, after the reason, where it cannot be installed', () => {
    checkout.packageManager('apt-get', { fails: true });
    checkout.user('root');
    const { code, output } = checkout.setUp();
    expect(code).toBe(1);
    expect(output).toMatch(
      /system-install failed with exit code 100[\s\S]*E: no network[\s\S]*Install with: apt-get update && apt-get install -y cmake/,
    );
  });

  test('pip, which fetches LibTorch, is installed together with what the build needs', () => {
    checkout.packageManager('apt-get');
    checkout.user('root');
    delete checkout.env.LIBTORCH;
    checkout.env.KINETORCH_CACHE = checkout.at('cache');
    checkout.setUp();
    expect(checkout.asked().at(-1)).toMatch(/ python3-pip cmake ninja-build g\+\+ libhwy-dev$/);
  });
});

test('names every tool that is too old, with the version found', () => {
  checkout.tool('cmake', 'echo "cmake version 3.16.3"');
  checkout.tool('ninja', 'echo 1.11.1');
  checkout.compiler('c++', '8.4.0');
  const { code, output } = checkout.setUp();
  expect(code).toBe(1);
  expect(output).toContain('✘ CMake is too old: found 3.16.3, needed 3.18 or newer');
  expect(output).toContain(
    '✘ the C++ compiler c++ is too old: found 8.4.0, needed g++ 9 or newer, or clang 10 or newer (C++17)',
  );
  expect(output).not.toContain('make is missing');

  checkout.tool('c++', 'echo "Debian clang version 9.0.1"');
  expect(checkout.setUp().output).toContain('the C++ compiler c++ is too old: found 9, needed');
});

test('asks for Python with pip only where LibTorch has to be fetched', () => {
  checkout.workingTools();
  delete checkout.env.LIBTORCH;
  checkout.env.KINETORCH_CACHE = checkout.at('cache');
  const { code, output } = checkout.setUp();
  expect(code).toBe(1);
  expect(output).toMatch(/✘ python3 with pip is missing: needed .*\n {2}Install with: .*pip/);
});

test('refuses an argument it does not know', () => {
  expect(checkout.setUp('--test')).toEqual({
    code: 2,
    output: 'unknown argument --test\nusage: node scripts/setup/main.mjs [--tests]\n',
  });
});
