import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inProject } from '../../scripts/setup/project.mjs';
import { run } from './sandbox.mjs';

const sources = fileURLToPath(new URL('checks', import.meta.url));

/** Lays the small programs that the checks run into an app. */
export function copyChecks(app) {
  cpSync(sources, app, { recursive: true });
  // The same program as a module of the other kind.
  cpSync(join(sources, 'types.mts'), join(app, 'types.cts'));
}

/** Importing and running, as an app does it. Each takes `{ cwd, env, tools }` and throws where it fails. */
export const moduleChecks = {
  'ESM import': (where) => run('node', ['esm.mjs'], where),
  'CommonJS require': (where) => run('node', ['cjs.cjs'], where),
  'a worker thread, and two at once': (where) => run('node', ['workers.mjs'], where),
  'the server says what it needs': (where) => run('node', ['server.mjs', 'missing'], where),
};

export const bundleChecks = {
  'bundled by esbuild as ESM': (where) => bundleAndRun('esm.mjs', 'esm', where),
  'bundled by esbuild as CommonJS': (where) => bundleAndRun('cjs.cjs', 'cjs', where),
};

/** What the command line does, through npx. */
export const commandChecks = {
  'npx kinetorch demo': async (where) => {
    assert.match(await kinetorch(['demo'], where), /windows in /);
  },
  'npx kinetorch classify': async (where) => {
    const video = join('node_modules', 'kinetorch', 'examples', 'media', 'camera-moves.mp4');
    assert.match(await kinetorch(['classify', video, '--json'], where), /"label":"/);
  },
  'npx kinetorch train, 2 steps': async (where) => {
    const out = `run-${process.hrtime.bigint()}`;
    const options = [
      '--architecture',
      'r2plus1d_dw',
      '--epochs',
      '1',
      '--batch-size',
      '2',
      '--validation-share',
      '0.34',
    ];
    const printed = await kinetorch(['train', makeClips(where.cwd), ...options, '--out', out, '--json'], where);
    const metrics = readFileSync(join(where.cwd, out, 'metrics.jsonl'), 'utf8');
    assert.match(printed + metrics, /"steps?":2\b/);
    assert.ok(readdirSync(join(where.cwd, out)).includes('best.pt'));
  },
  'npx kinetorch doctor': async (where) => {
    const { ok, checks } = JSON.parse(await kinetorch(['doctor', '--json'], where));
    assert.ok(ok);
    assert.match(checks.find(({ name }) => name === 'LibTorch').details[0], /platform package/);
  },
};

/** In a copy of the app that has installed what the README says a server needs. */
export const serverChecks = {
  'the server, with its packages': async (where) => {
    const readme = readFileSync(join(where.cwd, 'node_modules', 'kinetorch', 'README.md'), 'utf8');
    const [, packages] = /^npm install kinetorch (.*fastify.*)$/m.exec(readme);
    await run('npm', ['install', '--no-audit', '--no-fund', ...packages.split(' ')], where);
    await run('node', ['server.mjs'], where);
  },
};

/** The README's programs, as they stand, beside a video and a folder of classes. */
export const readmeChecks = {
  "the README's TypeScript": async (where) => {
    const sample = join(where.cwd, 'node_modules', 'kinetorch', 'examples', 'media', 'camera-moves.mp4');
    cpSync(sample, join(where.cwd, 'match.mp4'));
    makeClips(where.cwd);
    const readme = readFileSync(join(where.cwd, 'node_modules', 'kinetorch', 'README.md'), 'utf8');
    const programs = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
    assert.ok(programs.length >= 2);
    const { transform } = await import(
      pathToFileURL(join(where.tools, 'node_modules', 'esbuild', 'lib', 'main.js')).href
    );
    for (const [index, program] of programs.entries()) {
      const { code } = await transform(program, { loader: 'ts', format: 'esm', target: 'node20' });
      writeFileSync(join(where.cwd, `readme-${index}.mjs`), code);
      await run('node', [`readme-${index}.mjs`], { ...where, timeoutMs: 900_000 });
    }
  },
};

/** TypeScript's kinds of resolution; compiled only, with every check on, that of our declarations too. */
export const typeChecks = {
  'TypeScript, nodenext': (where) => compile({ module: 'nodenext', moduleResolution: 'nodenext' }, where),
  'TypeScript, bundler': (where) => compile({ module: 'esnext', moduleResolution: 'bundler' }, where, ['types.mts']),
};

const kinetorch = (args, where) => run('npx', ['--offline', '--no', '--', 'kinetorch', ...args], where);

/** With the script that examples/bundler shows. */
async function bundleAndRun(file, format, where) {
  const bundle = `bundle-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`;
  // It imports esbuild, which an app has and this one borrows.
  cpSync(inProject('examples', 'bundler', 'esbuild.mjs'), join(where.tools, 'node_modules', 'esbuild-example.mjs'));
  const example = join(where.tools, 'node_modules', 'esbuild-example.mjs');
  await run('node', [example, file, bundle], where);
  await run('node', [bundle], where);
}

function compile(options, where, files = ['types.mts', 'types.cts']) {
  const types = join(where.tools, 'node_modules', '@types');
  const compilerOptions = {
    ...options,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    typeRoots: [types],
    types: ['node'],
  };
  const config = join(where.cwd, `tsconfig.${options.moduleResolution}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  return run('node', [join(where.tools, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config], where);
}

/** Two classes of three videos each, of which one is kept for validation: four clips, or two batches of two. */
function makeClips(app) {
  const video = join(app, 'node_modules', 'kinetorch', 'examples', 'media', 'camera-moves.mp4');
  for (const label of ['first', 'second']) {
    const folder = join(app, 'clips', label);
    mkdirSync(folder, { recursive: true });
    for (const name of ['a', 'b', 'c']) cpSync(video, join(folder, `${label}-${name}.mp4`));
  }
  return 'clips';
}
