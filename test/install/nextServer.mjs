import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inProject } from '../../scripts/setup/project.mjs';
import { run } from './sandbox.mjs';

const app = inProject('test', 'install', 'next');
const startMs = 120_000;

/** A Next.js server, with the lines that examples/bundler has for it. Takes `{ cwd, env }` of an installed app. */
export const nextChecks = {
  "Next.js with output: 'standalone', built and run elsewhere": async ({ cwd, env }) => {
    if (!existsSync(join(app, 'node_modules', 'next')))
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: app });
    const [built, served] = ['next-built', 'next-served'].map((name) => join(dirname(cwd), name));
    try {
      // Links to commands, which are not needed, point to another's place once copied.
      const filter = (path) => basename(path) !== '.bin';
      cpSync(join(cwd, 'node_modules'), join(built, 'node_modules'), { recursive: true, filter });
      cpSync(app, built, { recursive: true, filter });
      cpSync(inProject('examples', 'bundler', 'next.config.mjs'), join(built, 'kinetorch.mjs'));
      const config = "import config from './kinetorch.mjs';\nexport default { ...config, output: 'standalone' };\n";
      writeFileSync(join(built, 'next.config.mjs'), config);
      const where = { cwd: built, env: { ...env, NEXT_TELEMETRY_DISABLED: '1' }, timeoutMs: 600_000 };
      await run('node', [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], where);
      renameSync(join(built, '.next', 'standalone'), served);
      rmSync(built, { recursive: true });
      const files = join(cwd, 'node_modules', 'kinetorch');
      assert.deepEqual(await ask({ cwd: served, env: { ...env, KINETORCH_FILES: files } }), {
        seconds: 26.666666666666664,
        labels: 5,
      });
    } finally {
      for (const folder of [built, served]) rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** What the server's route answers. */
async function ask({ cwd, env }) {
  const port = await freePort();
  const server = spawn('node', ['server.js'], { cwd, env: { ...env, PORT: String(port) } });
  let said = '';
  for (const pipe of [server.stdout, server.stderr])
    pipe.on('data', (chunk) => {
      said += chunk;
    });
  try {
    for (const began = Date.now(); ; await delay(200)) {
      const response = await fetch(`http://localhost:${port}/classify`).catch(() => null);
      if (response?.ok) return await response.json();
      if (response !== null || server.exitCode !== null || Date.now() - began > startMs)
        throw new Error(`the server did not answer (${response?.status}):\n${said}`);
    }
  } finally {
    server.kill();
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
