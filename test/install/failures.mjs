import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What is said where Kinetorch cannot run, by making it so: an installed app is copied and then broken.
// Every message says what was found, what is needed and what to do.

const script = `
const { loadModel } = require('kinetorch');
loadModel(require.resolve('kinetorch/models/camera-motion.pt'), { device: process.env.DEVICE })
  .then((model) => console.log(JSON.stringify({ device: model.device, ...model.dispose() })))
  .catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;

const videoScript = `
const { loadModel, models } = require('kinetorch');
(async () => {
  const model = await loadModel(models.cameraMotion);
  const { frames, height, width } = model.input;
  await model.classifyClip({ data: new Uint8Array(frames * height * width * 3), frames, height, width });
  await model.classifyVideo('node_modules/kinetorch/examples/media/camera-moves.mp4').finally(() => model.dispose());
})().catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;

/** Each takes `{ cwd, env, node }` of an app of its own, breaks it, and checks what is said. */
export const failureChecks = {
  'the platform package is missing': (app) => {
    rmSync(join(app.cwd, 'node_modules', '@kinetorch'), { recursive: true });
    expectFailure(app, 'ERR_LIBTORCH_NOT_FOUND', [
      /^the native addon was not found \(linux-x64, Node \d+/,
      /@kinetorch\/linux-x64: not installed/,
      /What to do:\n {2}npm install @kinetorch\/linux-x64@\d/,
    ]);
  },
  'the platform package is of another release': (app) => {
    const path = join(packageIn(app), 'package.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    replace(path, JSON.stringify({ ...manifest, version: '9.9.9' }));
    expectFailure(app, 'ERR_LIBTORCH_VERSION', [
      new RegExp(`^found @kinetorch/linux-x64 9\\.9\\.9, needed ${manifest.version.replaceAll('.', '\\.')} `),
      /What to do:\n {2}npm install @kinetorch\/linux-x64@/,
    ]);
  },
  'the package with FFmpeg is missing, which clips need not': (app) => {
    rmSync(join(app.cwd, 'node_modules', '@seydx'), { recursive: true });
    const messages = [/FFmpeg .*could not be loaded on linux-x64/, /What to do:\n {2}npm install --include=optional/];
    expectFailure(app, 'ERR_UNSUPPORTED', messages, videoScript);
  },
  'a library is missing': (app) => {
    rmSync(join(packageIn(app), 'libtorch', 'lib', 'libc10.so'));
    expectFailure(app, 'ERR_LIBTORCH_NOT_FOUND', [
      /^LibTorch 2\.\S+ was not found \(/,
      /platform package, \S+libtorch: \S+libc10\.so is missing/,
      /What to do:\n {2}npm install @kinetorch\/linux-x64@/,
    ]);
  },
  'LIBTORCH is of another version': (app) => {
    const libtorch = join(app.cwd, 'libtorch-2.12');
    cpSync(join(packageIn(app), 'libtorch'), libtorch, { recursive: true, filter: (path) => !/torch_cpu/.test(path) });
    writeFileSync(join(libtorch, 'lib', 'libtorch_cpu.so'), '');
    replace(join(libtorch, 'build-version'), '2.12.1+cpu\n');
    const messages = [
      /^expected LibTorch 2\.\d+\.x but found another version \(/,
      /LIBTORCH, \S+libtorch-2\.12: expected version 2\.\d+\.x but it is 2\.12\.1\+cpu/,
      /What to do:\n {2}unset LIBTORCH/,
    ];
    expectFailure({ ...app, env: { ...app.env, LIBTORCH: libtorch } }, 'ERR_LIBTORCH_VERSION', messages);
  },
  'the C library is older than the addon': (app) => {
    // The loader's own words, about a version that no system has.
    const addon = join(packageIn(app), 'prebuilds', 'linux-x64', 'kinetorch.node');
    const bytes = readFileSync(addon);
    const at = bytes.indexOf('\0GLIBC_2.');
    bytes.write('9', at + 7);
    replace(addon, bytes);
    expectFailure(app, 'ERR_PLATFORM', [
      /^\S+kinetorch\.node needs GLIBC_9\.\S+, which this system's C or C\+\+ library lacks \(.*\(linux-x64.*glibc 2\.\d+\)$/m,
      /What to do:\n.*Debian 10.*\n {2}FROM node:\d+-bookworm-slim/,
    ]);
  },
  'the system says that its glibc is old': (app) => {
    expectFailure(onSystem(app, { ldd: 'GNU C Library', glibc: '2.17' }), 'ERR_PLATFORM', [
      /^found glibc 2\.17, needed 2\.28 or newer \(linux-x64/,
      /What to do:\n.*Debian 10.*\n {2}FROM node:\d+-bookworm-slim/,
    ]);
  },
  'the system is Alpine': (app) => {
    // Where npm leaves the platform's package out, because of its "libc".
    rmSync(join(app.cwd, 'node_modules', '@kinetorch'), { recursive: true });
    expectFailure(onSystem(app, { ldd: 'musl libc (x86_64)' }), 'ERR_PLATFORM', [
      /^found a Linux with musl, needed one with glibc 2\.28 or newer \(linux-x64/,
      /What to do:\n.*\n {2}FROM node:\d+-bookworm-slim/,
    ]);
  },
  'a GPU is asked for on the build for CPUs': (app) => {
    expectFailure({ ...app, env: { ...app.env, DEVICE: 'cuda' } }, 'ERR_DEVICE', [
      /^expected a CUDA device for "cuda"/,
      /found: LibTorch 2\.\S+, a build for CPUs/,
      /needed: .*a CUDA build of the same version/,
      /what to do: .*npx kinetorch libtorch install --cuda/,
    ]);
  },
  'a CUDA LibTorch on a machine without a driver': (app) => {
    const libtorch = cudaLibTorch(app);
    const env = { ...app.env, LIBTORCH: libtorch };
    assert.deepEqual(load({ ...app, env }), { device: 'cpu' });
    expectFailure({ ...app, env: { ...env, DEVICE: 'cuda' } }, 'ERR_DEVICE', [
      /found: LibTorch 2\.\S+, a CUDA build, whose CUDA libraries do not open \(libcuda\.so\.1: cannot open/,
      /needed: an NVIDIA driver/,
      /what to do: nvidia-smi/,
    ]);
  },
};

/**
 * The app on a system whose /usr/bin/ldd and Node say something else of the C library. The one thing here that is played:
 * another C library cannot be had beside this one.
 */
function onSystem(app, { ldd, glibc }) {
  const files = join(app.cwd, 'node_modules', 'detect-libc', 'lib', 'filesystem.js');
  const stub = join(app.cwd, 'other-system.cjs');
  const says = `(path) => Buffer.from(path === '/usr/bin/ldd' ? ${JSON.stringify(ldd)} : '')`;
  const report = JSON.stringify({ header: { glibcVersionRuntime: glibc }, sharedObjects: [] });
  writeFileSync(
    stub,
    `require(${JSON.stringify(files)}).readFileSync = ${says};\nprocess.report.getReport = () => (${report});\n`,
  );
  return { ...app, env: { ...app.env, NODE_OPTIONS: `--require ${stub}` } };
}

/** A copy of an app that may be broken. Files are links to the same bytes, so none may be written to: see `replace`. */
export function copyApp(from, to) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const folder = entry.parentPath ?? entry.path;
    const [source, target] = [join(folder, entry.name), join(to, folder.slice(from.length), entry.name)];
    if (entry.isDirectory()) mkdirSync(target, { recursive: true });
    else if (entry.isFile()) {
      mkdirSync(join(target, '..'), { recursive: true });
      linkSync(source, target);
    }
  }
}

function replace(path, content) {
  rmSync(path);
  writeFileSync(path, content);
}

const packageIn = ({ cwd }) => join(cwd, 'node_modules', '@kinetorch', 'linux-x64');

function load({ cwd, env }, program = script) {
  const { stdout, stderr } = spawnSync('node', ['-e', program], { cwd, env, encoding: 'utf8' });
  if (stdout === '') throw new Error(`nothing was said but:\n${stderr}`);
  return JSON.parse(stdout);
}

function expectFailure(app, code, messages, program = script) {
  const failure = load(app, program);
  assert.equal(failure.code, code, JSON.stringify(failure));
  for (const message of messages) assert.match(failure.message, message);
}

/** The installed LibTorch with a CUDA half that needs the driver, as the real one's does. */
function cudaLibTorch(app) {
  const folder = join(app.cwd, 'libtorch-cuda');
  copyApp(join(packageIn(app), 'libtorch'), folder);
  replace(join(folder, 'build-version'), readFileSync(join(folder, 'build-version'), 'utf8').replace('cpu', 'cu130'));
  const driver = join(app.cwd, 'libcuda.so.1');
  const compile = (...args) => assert.equal(spawnSync('c++', ['-shared', ...args, '-x', 'c++', '/dev/null']).status, 0);
  compile('-o', driver, '-Wl,-soname,libcuda.so.1');
  for (const name of ['libc10_cuda.so', 'libtorch_cuda.so']) {
    const library = join(folder, 'lib', name);
    assert.equal(spawnSync('c++', ['-shared', '-o', library, '-Wl,--no-as-needed', driver]).status, 0);
  }
  rmSync(driver);
  assert.ok(!existsSync(driver));
  return folder;
}
