import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const projectRoot = join(__dirname, '..', '..');
const copied = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'binding.d.ts',
  'scripts/setup',
  'lib/base',
  'lib/libtorch',
  'lib/native.ts',
];

/**
 * A small checkout in a temporary folder, with a PATH of its own that holds only the tools a test puts there: enough
 * of the project for the set-up to run in earnest, and stand-ins for everything slow.
 */
export class Checkout {
  readonly path = mkdtempSync(join(tmpdir(), 'kinetorch-checkout-'));
  env: NodeJS.ProcessEnv = { PATH: this.at('bin'), HOME: this.at('home'), LIBTORCH: this.at('libtorch') };

  constructor() {
    for (const path of copied) cpSync(join(projectRoot, path), this.at(path), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules'), this.at('node_modules'));
    mkdirSync(this.at('bin'));
    this.put('native/core.cpp', 'int core;\n');
    this.put('CMakeLists.txt', 'project(fake)\n');
    this.putLibTorch('2.13.0+cpu');
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  put(path: string, content: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
  }

  putLibTorch(version: string): void {
    const [before, after] = process.platform === 'darwin' ? ['lib', '.dylib'] : ['lib', '.so'];
    for (const name of ['c10', 'torch_cpu']) this.put(`libtorch/lib/${before}${name}${after}`, '');
    this.put('libtorch/include/torch/csrc/jit/api/module.h', '');
    this.put('libtorch/version.py', `__version__ = '${version}'\n`);
  }

  /** Takes another checkout's TypeScript build, which holds here too, because stamps go by content. */
  takeTypeScriptBuild(from: Checkout): void {
    cpSync(from.at('dist'), this.at('dist'), { recursive: true });
    cpSync(from.at('build', 'stamps', 'typescript.json'), this.at('build', 'stamps', 'typescript.json'));
  }

  /** A program on the checkout's PATH, in shell. The machine's own tools are at hand inside it. */
  tool(name: string, script: string): void {
    this.put(`bin/${name}`, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(this.at('bin', name), 0o755);
  }

  /** cmake 3.25, make and g++ 12 that build nothing but the two addons' names, and count their builds. */
  workingTools(): void {
    this.tool(
      'cmake',
      `case "$*" in
        --version) echo "cmake version 3.25.1";;
        *capabilities*) echo '{"generators":[{"name":"Unix Makefiles"}]}';;
        *--build*) echo "[ 50%] Building core.cpp"; echo build >> ${this.at('builds')}; cd ${this.at('build/Release')} && touch kinetorch.node kinetorch_bootstrap.node;;
        *) echo "$*" > ${this.at('configured')}; mkdir -p ${this.at('build/Release')}; touch ${this.at('build/CMakeCache.txt')};;
      esac`,
    );
    this.tool('make', 'echo "GNU Make 4.3"');
    for (const compiler of ['c++', 'g++', 'gcc', 'cc']) this.compiler(compiler, '12.2.0');
  }

  /**
   * The package manager of a Debian that has been told what it may install: it notes its arguments, and gives the fakes of
   * {@link workingTools}.
   */
  packageManager(name: string, { fails = false } = {}): void {
    const staged = this.at('staged');
    const here = this.at('bin');
    this.workingTools();
    this.compiler('c++', '12.2.0', { googleTest: true });
    this.put('staged/.keep', '');
    for (const tool of ['cmake', 'make', 'c++', 'g++', 'gcc', 'cc']) renameSync(join(here, tool), join(staged, tool));
    this.tool(
      name,
      `case "$*" in
        --version) echo "${name} 2.6";;
        *) echo "$*" >> ${this.at('asked')}; ${fails ? 'echo "E: no network" >&2; exit 100' : `case "$*" in *install*|*add*) cp ${staged}/* ${here};; esac`};;
      esac`,
    );
    this.tool('env', `exec /usr/bin/env PATH=${here}:/usr/bin:/bin "$@"`);
  }

  /** What package managers were asked for, one call a line. */
  asked(): string[] {
    return existsSync(this.at('asked')) ? readFileSync(this.at('asked'), 'utf8').trim().split('\n') : [];
  }

  /** Whose set-up it is, whoever runs the test. */
  user(name: 'root' | 'somebody', sudo?: 'free' | 'asks'): void {
    this.put('user.cjs', `process.getuid = () => ${name === 'root' ? 0 : 1000};\n`);
    this.env.NODE_OPTIONS = `--require ${this.at('user.cjs')}`;
    if (sudo) this.tool('sudo', sudo === 'free' ? `shift; PATH=${this.at('bin')}:/usr/bin:/bin exec "$@"` : 'exit 1');
  }

  compiler(name: string, version: string, { googleTest = false, highway = true } = {}): void {
    const status = (found: boolean) => `exit ${found ? 0 : 1}`;
    this.tool(
      name,
      `case "$*" in
        *gtest.h*) ${status(googleTest)};;
        *highway.h*) ${status(highway)};;
        *-dump*) echo ${version};;
        *) echo "g++ (GCC) ${version}";;
      esac`,
    );
  }

  setUp(...args: string[]): { code: number | null; output: string } {
    const child = spawnSync(process.execPath, [this.at('scripts', 'setup', 'main.mjs'), ...args], {
      cwd: tmpdir(),
      env: this.env,
      encoding: 'utf8',
    });
    return { code: child.status, output: child.stdout + child.stderr };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
